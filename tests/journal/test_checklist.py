"""Where tasks stand: the newest word holds, days come from a person or from the document, and what is over is never late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import PhaseFact, TaskFact
from copilot.domain.journal import BY_DOCUMENT, TaskChange, TaskStatus
from copilot.domain.plan import DocumentRecord, Plan
from copilot.domain.quantity import Period
from copilot.journal.checklist import Checklist
from retrieval.store.database import open_database
from retrieval.store.journal import SqlJournalStore
from tools.calc.checklist import progress_by_phase, standings
from tools.calc.choice import Choice, chosen, due_days

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY = NOW.date()
ANA = Principal(id="local:ana", role=Role.member)
PHASE = "Fase 1 (Meses 1-3)"


class StillClock:
    def now(self) -> datetime:
        return NOW


def task(id: str, text: str, *, week: int | None = None, done: bool = False) -> TaskFact:
    when = None if week is None else Period(raw=f"Semana {week}", unit="weeks", start=week, end=week)
    return TaskFact(
        id=id,
        document="plan.md",
        lines=(9, 9),
        heading_path=("Plan", PHASE),
        raw=text,
        quote=text,
        text=text,
        done=done,
        when=when,
        period=when.raw if when else None,
    )


def change(id: str, status: TaskStatus, *, hours: int = 0, by: str = "local:ana", owner: str | None = None) -> TaskChange:
    at = NOW + timedelta(hours=hours)
    return TaskChange(id=f"{id}{hours}{by}", task_id=id, name=id, document="plan.md", status=status, owner=owner, by=by, at=at)


def plan(start: date | None = date(2026, 11, 2)) -> Plan:
    record = DocumentRecord(
        document="plan.md", version_id="v", title="Plan", language="es", sha256="x", line_count=9, start=start, ingested_at=NOW
    )
    phase = PhaseFact(
        id="p",
        document="plan.md",
        lines=(2, 2),
        heading_path=("Plan", PHASE),
        raw=PHASE,
        quote=PHASE,
        name=PHASE,
        start=1,
        end=3,
        unit="months",
    )
    tasks = (
        task("t1", "Contratar", week=2),
        task("t2", "Firmar convenio", week=3, done=True),
        task("t3", "Formar al equipo"),
        task("t4", "Medir", week=3),
    )
    return Plan(documents=(record,), facts=(phase, *tasks))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournalStore]:
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield SqlJournalStore(database)
    database.close()


@pytest.fixture
def checklist(journal: SqlJournalStore) -> Checklist:
    return Checklist(plan=lambda _by: plan(), journal=journal, clock=StillClock())


def test_days_come_from_the_tasks_own_time_else_from_its_phase() -> None:
    found = {one.task.id: (one.due, one.due_source, one.due_named) for one in standings(plan(), {})}

    assert found["t1"] == (date(2026, 11, 15), "phase", "Semana 2")
    assert found["t3"] == (date(2027, 2, 1), "phase", PHASE)


def test_without_the_plans_start_nothing_is_due() -> None:
    assert {(one.due, one.due_source) for one in standings(plan(start=None), {})} == {(None, "none")}


def test_what_is_over_is_not_late_and_what_is_open_is() -> None:
    states = {"t1": change("t1", "blocked"), "t4": change("t4", "dropped")}

    late = chosen(standings(plan(), states), Choice(is_overdue=True), TODAY)

    assert [one.task.id for one in late] == ["t1"]


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        pytest.param(Choice(owner="joao"), ["t3"], id="person, without accents"),
        pytest.param(Choice(statuses=("done",)), ["t2"], id="state"),
        pytest.param(Choice(phase="fase 1"), ["t1", "t2", "t3", "t4"], id="phase"),
        pytest.param(Choice(phase="semana 3"), ["t2", "t4"], id="the task's own time"),
        pytest.param(Choice(phase="fase 12"), [], id="a number is a word"),
        pytest.param(Choice(due=due_days("week", TODAY)), ["t4"], id="this week"),
        pytest.param(Choice(due=due_days("2027-01-01", TODAY)), ["t1", "t4"], id="up to a date"),
        pytest.param(Choice(words="equipo"), ["t3"], id="words"),
    ],
)
def test_tasks_are_chosen_by_all_that_is_asked(choice: Choice, ids: list[str]) -> None:
    found = standings(plan(), {"t3": change("t3", "doing", owner="João Silva")})

    assert [one.task.id for one in chosen(found, choice, TODAY)] == ids


def test_a_due_day_that_is_none_is_refused() -> None:
    with pytest.raises(UserCanFix, match="bad_due_day"):
        due_days("pronto", TODAY)


def test_progress_leaves_out_what_was_dropped() -> None:
    row = progress_by_phase(standings(plan(), {"t4": change("t4", "dropped"), "t1": change("t1", "blocked")}), TODAY)[0]

    assert (row.phase, row.done, row.total, row.blocked, row.overdue, row.dropped) == (PHASE, 1, 3, 1, 1, 1)


def test_each_change_carries_the_whole_state(checklist: Checklist) -> None:
    checklist.change(ANA, "t1", owner="  João   Silva ", due=date(2026, 12, 1))
    checklist.change(ANA, "t1", status="blocked", note="sin licencia")
    kept = checklist.change(ANA, "t1", due=None)

    assert (kept.status, kept.owner, kept.due, kept.note) == ("blocked", "João Silva", None, "sin licencia")
    assert [one.status for one in checklist.history(ANA, "t1")] == ["open", "blocked", "blocked"]


def test_a_note_stays_with_the_state_it_was_given_with(checklist: Checklist) -> None:
    checklist.change(ANA, "t1", status="blocked", note="sin licencia")

    assert checklist.change(ANA, "t1", status="doing").note is None


def test_the_newest_word_holds_whatever_was_recorded_last(journal: SqlJournalStore) -> None:
    journal.change_task(change("t1", "blocked", hours=2))
    journal.change_task(change("t1", "done", hours=1, by=BY_DOCUMENT))

    assert journal.task_states()["t1"].status == "blocked"
    assert [one.status for one in journal.task_changes()] == ["blocked", "done"]


def test_a_clock_that_runs_behind_loses_no_change(checklist: Checklist, journal: SqlJournalStore) -> None:
    journal.change_task(change("t1", "blocked", hours=2))
    checklist.change(ANA, "t1", status="done")

    assert journal.task_states()["t1"].status == "done"


@pytest.mark.parametrize("owner", ["", " \n ", "x" * 101, "Ana\x00"])
def test_what_is_no_name_is_refused(checklist: Checklist, owner: str) -> None:
    with pytest.raises(UserCanFix, match="bad_owner"):
        checklist.change(ANA, "t1", owner=owner)
