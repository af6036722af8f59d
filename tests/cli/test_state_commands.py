"""Recording, correcting, drafting and scheduling from the command line, over a real workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Rumbo

PLAN = """---
start: 2026-01-01
---
# Plan

## Fase 1 (Meses 1-3)

- [ ] Contratar Data Analyst
- [ ] Firmar convenio

| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |
"""


@pytest.fixture
def folder(rumbo: Rumbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "plans"
    place.mkdir()
    (place / "plan.md").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert rumbo("ingest", str(place)).code == 0
    return place


def test_a_reading_is_recorded_corrected_and_listed(rumbo: Rumbo, folder: Path) -> None:
    rumbo("kpi", "record", "churn", "5.5%", "--date", "2026-02-01")
    rumbo("kpi", "record", "churn", "5.1%", "--date", "2026-02-01", "--note", "revisado")

    history = rumbo("kpi", "history", "churn", "--json").json()

    assert [(reading["value"], reading["note"]) for reading in history] == [(5.5, None), (5.1, "revisado")]
    assert history[1]["supersedes"] == history[0]["id"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("kpi", "record", "churn", "$5"), "churn", id="wrong unit"),
        pytest.param(("kpi", "record", "churn", "5%", "--date", "2099-01-01"), "2099", id="future"),
        pytest.param(("kpi", "record", "churn", "5%", "--date", "ayer"), "ayer", id="no date"),
        pytest.param(("task", "done", "Contratar analista"), "Contratar Data Analyst", id="near match"),
        pytest.param(("schedule", "add", "--to", "slack:#team"), "#team", id="channel by name"),
        pytest.param(("schedule", "add", "--to", "file:a.md", "--zone", "Mars/Base"), "Mars/Base", id="unknown zone"),
        pytest.param(("schedule", "add", "--to", "file:a.md", "--at", "25:00"), "25:00", id="no time"),
        pytest.param(("status", "approve", "nothing"), "nothing", id="unknown draft"),
        pytest.param(("key", "create", "x", "--role", "king"), "king", id="unknown role"),
        pytest.param(("facts", "correct", "nothing", "value=1"), "nothing", id="unknown fact"),
    ],
)
def test_what_does_not_fit_is_one_line_and_changes_nothing(
    rumbo: Rumbo, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = rumbo(*arguments)

    assert done.code == 2
    assert said.lower() in done.err.lower()
    assert done.err.count("\n") == 1
    assert rumbo("schedule", "list", "--json").json() == []


def test_a_state_survives_a_new_version_of_the_document(rumbo: Rumbo, folder: Path) -> None:
    rumbo("task", "done", "Contratar Data Analyst")
    (folder / "plan.md").write_text(PLAN.replace("# Plan\n", "# Plan\n\nUna línea más.\n"), encoding="utf-8")
    rumbo("ingest", str(folder))

    draft = rumbo("status", "draft", "--language", "es")

    assert "Hecha: Contratar Data Analyst" in draft.out


def test_a_draft_is_approved_and_lands_in_the_file_once(rumbo: Rumbo, folder: Path, tmp_path: Path) -> None:
    draft = rumbo("status", "draft", "--to", "file:avance.md", "--json").json()
    first = rumbo("status", "approve", draft["id"])
    second = rumbo("status", "approve", draft["id"])

    assert (first.code, second.code) == (0, 2)
    assert (tmp_path / "avance.md").read_text(encoding="utf-8").count("2026") >= 1
    assert rumbo("status", "list", "--json").json()[0]["state"] == "sent"


def test_a_correction_holds_through_a_new_version_and_names_its_author(rumbo: Rumbo, folder: Path) -> None:
    fact = next(
        f for f in rumbo("facts", "review", "plan", "--json").json()["facts"] if f["kind"] == "kpi" and f["period"] == "Mes 3"
    )
    rumbo("facts", "correct", fact["id"], "value=3.5")
    (folder / "plan.md").write_text("\n" + PLAN.removeprefix("---\nstart: 2026-01-01\n---\n"), encoding="utf-8")
    rumbo("ingest", str(folder))

    kept = next(f for f in rumbo("facts", "review", "plan", "--json").json()["facts"] if f["id"] == fact["id"])

    assert kept["value"] == 3.5
    assert kept["by"].startswith("local:")


def test_a_key_is_shown_once_and_ends_when_revoked(rumbo: Rumbo, folder: Path) -> None:
    made = rumbo("key", "create", "ci", "--role", "viewer", "--json").json()
    listed = rumbo("key", "list")
    rumbo("key", "revoke", made["id"])

    assert made["key"].startswith("rumbo_")
    assert made["key"] not in listed.out
    assert "ended" in rumbo("key", "list").out


def test_the_slack_manifest_is_json_for_either_way_in(rumbo: Rumbo) -> None:
    assert rumbo("slack", "manifest").json()["settings"]["socket_mode_enabled"] is True
    assert "https://x.example/slack/events" in rumbo("slack", "manifest", "--url", "https://x.example").out
