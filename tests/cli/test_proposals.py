"""Orders, imports and sources on the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Rumbo

PLAN = """# Plan

## Métricas
| Métrica | Mes 1 |
|---|---|
| Churn | 6% |
| MRR | $40,000 |

## Tareas
- [ ] Firmar el alquiler del local
"""


@pytest.fixture
def planned(rumbo: Rumbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rumbo:
    monkeypatch.setenv("RUMBO_LANGUAGE", "en")
    (tmp_path / "plan.md").write_text(PLAN, encoding="utf-8")
    assert rumbo("ingest", str(tmp_path / "plan.md")).code == 0
    return rumbo


def test_an_order_is_shown_edited_and_confirmed_once(planned: Rumbo) -> None:
    asked = planned("ask", "anota que el MRR es $52,000", "--json").json()
    first = asked["proposals"][0]["id"]
    edited = planned("proposal", "edit", first, "--value", "53000", "--confidence", "green", "--json").json()

    late = planned("proposal", "confirm", first)
    done = planned("proposal", "confirm", edited["id"])
    history = planned("kpi", "history", "MRR", "--json").json()

    assert f"rumbo proposal confirm {first}" in asked["answer"]
    assert (late.code, "replaced" in late.err) == (2, True)
    assert "Written by local:" in done.out
    assert [(one["value"], one["confidence"], one["superseded_by"]) for one in history] == [(53000, "green", None)]


def test_the_list_shows_what_waits_and_with_all_what_was_decided(planned: Rumbo) -> None:
    made = planned("ask", "marca como hecha la tarea Firmar el alquiler del local", "--json").json()["proposals"][0]["id"]
    waiting = planned("proposal", "list").out
    planned("proposal", "reject", made)

    assert made in waiting
    assert made not in planned("proposal", "list").out
    assert "rejected" in planned("proposal", "list", "--all").out
    assert "nothing was written" in planned("proposal", "show", made).out


def test_history_tells_what_was_corrected_by_whom_and_when(planned: Rumbo) -> None:
    planned("kpi", "record", "Churn", "5%", "--confidence", "amber", "--source", "CRM")
    planned("kpi", "record", "Churn", "4%")

    first, second = planned("kpi", "history", "Churn").out.splitlines()[1:]

    assert all(word in first for word in ("5%", "amber", "CRM", "corrected by local:"))
    assert "4%" in second
    assert planned("kpi", "show", "Churn", "--json").json()[0]["latest"]["value"] == 4


def test_an_unknown_confidence_is_refused_with_those_there_are(planned: Rumbo) -> None:
    assert "green, amber, red" in planned("kpi", "record", "Churn", "5%", "--confidence", "blue").err


def test_an_import_with_a_wrong_line_tells_it_and_writes_nothing(planned: Rumbo, tmp_path: Path) -> None:
    file = tmp_path / "kpis.csv"
    file.write_text("kpi;date;value\nChurn;2026-01-05;4,5\nMRR;2026-01-05;9 days\n", encoding="utf-8")

    refused = planned("kpi", "import", str(file))
    partial = planned("kpi", "import", str(file), "--partial", "--json").json()

    assert refused.code == 2
    assert "'MRR' is measured in USD" in refused.out
    assert "Nothing was written" in refused.err
    assert (partial["written"], partial["counts"]["recorded"], partial["counts"]["refused"]) == (True, 1, 1)


def test_a_source_is_set_listed_without_its_password_and_synced(planned: Rumbo, tmp_path: Path) -> None:
    theirs = sqlite3.connect(tmp_path / "theirs.db")
    theirs.execute("CREATE TABLE t (x)")
    theirs.execute("INSERT INTO t VALUES (7)")
    theirs.commit()
    theirs.close()
    planned("kpi", "source", "set", "Churn", "--url", f"sqlite:///{tmp_path / 'theirs.db'}", "--query", "SELECT x FROM t")
    planned("kpi", "source", "set", "MRR", "--url", "postgresql://ana:s3cret@127.0.0.1:1/x", "--query", "SELECT 1")

    listed = planned("kpi", "source", "list")
    synced = planned("kpi", "sync")

    assert "ana:***@127.0.0.1" in listed.out
    assert "s3cret" not in listed.out + synced.out + synced.err
    assert (synced.code, "Churn: 1 recorded" in synced.out) == (2, True)
