"""Files and states, both ways: a tick is a person's word with its time; a patch that was written ticks nothing again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.correction import Correction
from copilot.domain.fact import KpiFact
from copilot.domain.journal import BY_DOCUMENT
from copilot.journal.patch import apply_patches, make_patch
from copilot.office import Office

ANA = Principal(id="local:ana", role=Role.admin)
PLAN = """# Plan

## Fase 1 (Meses 1-3)

- [ ] Contratar Data Analyst
- [ ] Firmar convenio

| Métrica | Meta |
|---|---|
| Churn | 4% |
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = Workspace(settings.load(home=tmp_path / "home"))
    yield Office(workspace)
    workspace.close()


@pytest.fixture
def take_in(office: Office, tmp_path: Path) -> Callable[[str], Path]:
    folder = tmp_path / "plans"
    folder.mkdir()

    def take(text: str, name: str = "plan.md") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        office.workspace.ingest([folder])
        return folder / name

    return take


def state(office: Office, name: str = "Firmar convenio") -> tuple[str, str | None, str | None]:
    one = office.checklist.standing(ANA, name)
    return one.status, one.owner, one.change.by if one.change else None


def test_a_tick_and_its_removal_are_changes_by_the_document(office: Office, take_in: Callable[[str], Path]) -> None:
    take_in(PLAN)
    office.checklist.change(ANA, "Firmar convenio", owner="João")

    take_in(PLAN.replace("[ ] Firmar", "[x] Firmar"))
    ticked = state(office)
    take_in(PLAN)

    assert (ticked, state(office)) == (("done", "João", BY_DOCUMENT), ("open", "João", BY_DOCUMENT))
    assert len(office.checklist.history(ANA, "Firmar convenio")) == 3


def test_a_new_version_without_another_tick_leaves_a_persons_word(office: Office, take_in: Callable[[str], Path]) -> None:
    take_in(PLAN.replace("[ ] Firmar", "[x] Firmar"))
    office.checklist.change(ANA, "Firmar convenio", status="blocked")

    take_in(PLAN.replace("[ ] Firmar", "[x] Firmar").replace("# Plan\n", "# Plan\n\nUna línea más.\n"))

    assert state(office) == ("blocked", None, ANA.id)


def test_the_newer_of_tick_and_word_holds_and_both_are_kept(office: Office, take_in: Callable[[str], Path]) -> None:
    path = take_in(PLAN)
    said = office.checklist.change(ANA, "Firmar convenio", status="blocked")
    path.write_text(PLAN.replace("[ ] Firmar", "[x] Firmar"), encoding="utf-8")
    before = (said.at - timedelta(seconds=1)).timestamp()
    os.utime(path, (before, before))

    office.workspace.ingest([path.parent])

    assert state(office) == ("blocked", None, ANA.id)
    assert [change.by for change in office.checklist.history(ANA, "Firmar convenio")] == [ANA.id, BY_DOCUMENT]


def test_a_written_patch_makes_no_change_at_the_next_ingest(office: Office, take_in: Callable[[str], Path]) -> None:
    path = take_in(PLAN)
    office.checklist.change(ANA, "Firmar convenio", status="done")
    record = office.workspace.plans.documents(ANA)[0]
    content = office.workspace.plans.original(ANA, "plan.md")

    apply_patches([make_patch(record, content, office.checklist.standings(ANA))])
    office.workspace.ingest([path.parent])

    assert path.read_text(encoding="utf-8") == PLAN.replace("[ ] Firmar", "[x] Firmar")
    assert len(office.journal.task_changes()) == 1


def test_states_readings_and_corrections_go_along_with_a_renamed_and_edited_file(
    office: Office, take_in: Callable[..., Path]
) -> None:
    path = take_in(PLAN)
    office.workspace.plans.set_start("plan.md", said := office.clock.now().date())
    office.checklist.change(ANA, "Firmar convenio", status="blocked")
    office.recorder.record(ANA, "Churn", "5%")
    kpi = next(fact for fact in office.workspace.plan(ANA).facts if isinstance(fact, KpiFact))
    office.workspace.corrections.add(
        Correction(
            id="c1", document="plan.md", action="correct", fact_id=kpi.id, fields={"value": 3}, by=ANA.id, at=office.clock.now()
        )
    )
    path.unlink()

    take_in(PLAN.replace("## Fase 1 (Meses 1-3)", "Una línea.\n\n## Etapa inicial (Meses 1-3)"), "renombrado.md")

    plan = office.workspace.plan(ANA)
    kept = next(fact for fact in plan.facts if isinstance(fact, KpiFact))
    assert [(record.document, record.start) for record in plan.documents] == [("renombrado.md", said)]
    assert (kept.id, kept.value) == (kpi.id, Decimal(3))
    assert state(office) == ("blocked", None, ANA.id)
    assert len(office.journal.history(office.recorder.metric(ANA, "Churn").id)) == 1
    assert [reading.value for reading in office.workspace.view(ANA).readings()] == [5]


def test_a_new_file_of_a_former_name_shares_nothing_with_the_renamed_one(office: Office, take_in: Callable[..., Path]) -> None:
    path = take_in(PLAN)
    office.checklist.change(ANA, "Firmar convenio", status="done")
    office.recorder.record(ANA, "Churn", "5%")
    path.rename(path.with_name("otro.md"))
    office.workspace.ingest([path.parent])

    take_in(PLAN)

    facts = office.workspace.plan(ANA).facts
    assert len({fact.id for fact in facts}) == len(facts)
    assert {one.task.document: one.status for one in office.checklist.standings(ANA) if one.task.text == "Firmar convenio"} == {
        "otro.md": "done",
        "plan.md": "open",
    }
    assert len(office.journal.history(office.recorder.metric(ANA, "Churn", document="plan.md").id)) == 0
