"""`rumbo db`: what a person sees of a check, a backup and a restore."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer

PLAN = "# Plan\n\n## Metas\n\n- Churn: 3.5%\n- [ ] Llamar a clientes\n"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "plan.md").write_text(PLAN, encoding="utf-8")
    return tmp_path / "docs"


def rumbo(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(root / ".venv/bin/rumbo"), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "RUMBO_LANGUAGE": "en", **environment},
        check=False,
        timeout=120,
    )


def test_a_backup_goes_into_another_workspace_once(root: Path, documents: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "w.backup", str(tmp_path / "other")
    rumbo(root, "ingest", str(documents))

    assert rumbo(root, "db", "backup", str(file)).returncode == 0
    assert rumbo(root, "db", "restore", str(file), RUMBO_HOME=other).returncode == 0
    again = rumbo(root, "db", "restore", str(file), RUMBO_HOME=other)

    assert (again.returncode, "not empty" in again.stderr) == (2, True)
    told = json.loads(rumbo(root, "db", "check", "--json", RUMBO_HOME=other).stdout)
    assert [one["check"] for one in told if not one["ok"]] == []
    assert {one["check"]: one["told"] for one in told}["pending_vectors"] == ["0"]
    assert "3.5" in rumbo(root, "ask", "¿Cuál es la meta de churn?", RUMBO_HOME=other).stdout


def test_a_workspace_moves_to_postgresql(root: Path, documents: Path, tmp_path: Path, postgres: PostgresServer) -> None:
    file, url = tmp_path / "w.backup", postgres.empty_database()
    rumbo(root, "ingest", str(documents))
    rumbo(root, "db", "backup", str(file))

    restored = rumbo(root, "db", "restore", str(file), RUMBO_DATABASE_URL=url)

    assert restored.returncode == 0, restored.stderr
    assert "3.5" in rumbo(root, "ask", "¿Cuál es la meta de churn?", RUMBO_DATABASE_URL=url).stdout


def test_a_check_fails_when_something_is_wrong(root: Path, documents: Path, isolated: Path) -> None:
    rumbo(root, "ingest", str(documents))
    with closing(sqlite3.connect(isolated / "rumbo.db")) as connection:
        connection.execute("UPDATE document_versions SET text = 'other'")
        connection.commit()

    checked = rumbo(root, "db", "check")

    assert checked.returncode == 1
    assert "plan.md:5" in checked.stdout
