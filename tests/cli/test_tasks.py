"""Checklists from the command line, over a real workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Rumbo

PLAN = "---\nstart: 2026-01-05\n---\n# Plan\r\n\r\n## Semana 3\r\n\r\n- [ ] Configurar el CRM\r\n- [x] Firmar convenio\r\n"


@pytest.fixture
def path(rumbo: Rumbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "plans" / "plan.md"
    path.parent.mkdir()
    path.write_bytes(PLAN.encode())
    monkeypatch.chdir(tmp_path)
    assert rumbo("ingest", "plans").code == 0
    return path


def test_what_is_late_is_listed_with_its_owner_and_what_dates_it(rumbo: Rumbo, path: Path) -> None:
    rumbo("task", "assign", "configurar el crm", "João Silva")

    late = rumbo("task", "list", "--overdue", "--owner", "joao", "--json").json()

    assert [(row["text"], row["owner"], row["due"], row["due_source"], row["due_named"]) for row in late] == [
        ("Configurar el CRM", "João Silva", "2026-01-25", "phase", "Semana 3")
    ]


def test_a_day_that_is_set_goes_before_the_documents_own_until_it_is_taken_away(rumbo: Rumbo, path: Path) -> None:
    rumbo("task", "due", "configurar el crm", "2031-01-01")
    kept = rumbo("task", "show", "configurar el crm", "--json").json()
    rumbo("task", "due", "configurar el crm", "none")
    back = rumbo("task", "show", "configurar el crm", "--json").json()

    assert [(one["due"], one["due_source"]) for one in (kept, back)] == [("2031-01-01", "set"), ("2026-01-25", "phase")]
    assert len(back["history"]) == 2


def test_progress_is_told_by_phase(rumbo: Rumbo, path: Path) -> None:
    assert [(row["done"], row["total"], row["overdue"]) for row in rumbo("task", "progress", "--json").json()] == [(1, 2, 1)]


def test_a_patch_is_shown_then_written_and_refused_once_the_file_is_another(rumbo: Rumbo, path: Path) -> None:
    rumbo("task", "done", "configurar el crm")

    shown = rumbo("task", "patch")
    written = rumbo("task", "patch", "--apply")
    again = rumbo("task", "patch", "--apply")

    assert "-- [ ] Configurar el CRM\r\n+- [x] Configurar el CRM\r\n" in shown.out
    assert (written.code, again.code) == (0, 2)
    assert path.read_bytes() == PLAN.replace("[ ]", "[x]").encode()


def test_a_patch_that_stands_on_other_bytes_than_those_seen_is_refused(rumbo: Rumbo, path: Path) -> None:
    rumbo("task", "done", "configurar el crm")

    assert rumbo("task", "patch", "plan", "--apply", "--base", "0" * 64).code == 2
    assert path.read_bytes() == PLAN.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("list", "--due", "pronto"), id="no due day"),
        pytest.param(("list", "--status", "quizás"), id="no state"),
        pytest.param(("due", "configurar el crm", "mañana"), id="no date"),
        pytest.param(("assign", "configurar el crm", " "), id="no name"),
        pytest.param(("show", "Zeppelin"), id="no task"),
    ],
)
def test_what_does_not_fit_is_one_line(rumbo: Rumbo, path: Path, arguments: tuple[str, ...]) -> None:
    done = rumbo("task", *arguments)

    assert (done.code, done.err.count("\n")) == (2, 1)
