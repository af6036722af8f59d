"""ingest: what is reported, what cannot be read, what changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Rumbo
from tests.privileges import run_unprivileged

GOOD = "# Plan\n\n## KPIs\n\n- **NPS**: 60\n- **MRR**: $45K\n"
CODE = "import sys; from integrations.cli import main; main(sys.argv[1:])"
PATIENCE_S = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good document."""
    place = tmp_path / "docs"
    place.mkdir()
    (place / "good.md").write_text(GOOD, encoding="utf-8")
    return place


def reports(done: Done) -> dict[str, dict[str, object]]:
    return {row["document"]: row for row in done.json()["documents"]}


def test_a_second_ingest_skips_what_has_not_changed(rumbo: Rumbo, folder: Path) -> None:
    assert reports(rumbo("ingest", str(folder), "--json"))["good.md"]["status"] == "ingested"
    assert reports(rumbo("ingest", str(folder), "--json"))["good.md"]["status"] == "unchanged"


def test_a_changed_document_is_replaced_and_a_deleted_one_removed(rumbo: Rumbo, folder: Path) -> None:
    (folder / "second.md").write_text(GOOD, encoding="utf-8")
    rumbo("ingest", str(folder))
    (folder / "good.md").write_text(GOOD.replace("60", "70"), encoding="utf-8")
    (folder / "second.md").unlink()

    done = reports(rumbo("ingest", str(folder), "--json"))

    assert (done["good.md"]["status"], done["second.md"]["status"]) == ("replaced", "removed")


def test_a_table_names_facts_and_repairs_and_ends_with_the_totals(rumbo: Rumbo, folder: Path) -> None:
    (folder / "damaged.md").write_bytes("# Operación\n\nLa operación y la implementación de la región.\n".encode("mac_roman"))

    done = rumbo("ingest", str(folder))

    assert done.code == 0
    assert "2 kpi" in done.out
    assert "1 repaired" in done.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \n\n", "empty", id="blank"),
        pytest.param(bytes(range(256)) * 64, "not text", id="binary"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" * 20, "not text", id="pdf"),
    ],
)
def test_a_file_that_holds_no_text_is_named_and_the_others_go_in(rumbo: Rumbo, folder: Path, content: bytes, told: str) -> None:
    (folder / "bad.md").write_bytes(content)

    done = rumbo("ingest", str(folder))

    assert done.code == 0
    assert f"bad.md: 'bad.md' is {told}" in done.err
    assert rumbo("documents", "list").out.count("good.md") == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD.encode("utf-16"), id="utf-16 with a mark"),
        pytest.param(GOOD.encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(GOOD.replace("Plan", "Pl\0an").encode(), id="nul bytes"),
        pytest.param(GOOD.encode() + b"| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |\n|\n", id="ragged table"),
        pytest.param(GOOD.encode() + b"word " * 200_000 + b"\n", id="a line of one megabyte"),
        pytest.param(GOOD.encode() + b"9" * 1_000_000 + b"\n", id="a number of a million digits"),
        pytest.param(GOOD.encode() + b"|" * 200_000 + b"\n", id="a row of empty cells"),
        pytest.param(GOOD.encode() + b"- " * 5000 + b"x\n", id="five thousand lists in each other"),
    ],
)
def test_odd_text_is_read_with_its_facts(rumbo: Rumbo, folder: Path, content: bytes) -> None:
    (folder / "good.md").write_bytes(content)

    done = rumbo("ingest", str(folder), "--json")

    report = reports(done)["good.md"]
    assert report["status"] == "ingested", done.out[:500]
    assert {row["name"] for row in rumbo("kpi", "list", "--json").json()} >= {"NPS", "MRR"}


def test_a_path_that_does_not_exist_is_an_error_and_the_others_go_in(rumbo: Rumbo, folder: Path) -> None:
    done = rumbo("ingest", str(folder), str(folder / "nowhere"))

    assert done.code == 2
    assert "nowhere" in done.err
    assert "good.md" in rumbo("documents", "list").out


def test_a_folder_without_permission_is_named_and_the_others_go_in(folder: Path) -> None:
    (folder / "closed").mkdir()
    (folder / "closed" / "secret.md").write_text(GOOD, encoding="utf-8")
    (folder / "closed").chmod(0)
    (folder / "unreadable.md").write_text(GOOD, encoding="utf-8")
    (folder / "unreadable.md").chmod(0)

    done = run_unprivileged(CODE, "ingest", str(folder))

    (folder / "closed").chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert "closed" in done.stderr
    assert "unreadable.md" in done.stderr
    assert "good.md" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_home_that_may_not_be_written_names_the_setting(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)

    done = run_unprivileged(CODE, "--home", str(tmp_path / "locked" / "home"), "ingest", str(folder))

    assert done.returncode == 3
    assert "RUMBO_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_database_says_how_to_go_on(rumbo: Rumbo, folder: Path, isolated: Path) -> None:
    rumbo("ingest", str(folder))
    database = isolated / "rumbo.db"
    database.write_bytes(b"SQLite format 3\0" + os.urandom(len(database.read_bytes()) - 16))

    done = rumbo("kpi", "list")

    assert done.code == 3
    assert "rumbo.db" in done.err
    assert "rumbo ingest" in done.err


def test_a_database_that_is_no_database_says_how_to_go_on(rumbo: Rumbo, isolated: Path) -> None:
    isolated.mkdir()
    (isolated / "rumbo.db").write_text("hello, this is not a database at all\n" * 200, encoding="utf-8")

    done = rumbo("documents", "list")

    assert done.code == 3
    assert "rumbo.db" in done.err


def test_watching_takes_in_a_change_until_it_is_interrupted(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE, "ingest", "--watch", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        guard = threading.Timer(PATIENCE_S, child.kill)
        guard.start()
        try:
            assert "Ctrl-C" in child.stderr.readline()
            (folder / "late.md").write_text(GOOD, encoding="utf-8")
            seen = next((line for line in child.stdout if line.startswith("late.md")), "")
            child.send_signal(signal.SIGINT)
            child.wait()
        finally:
            child.kill()
            guard.cancel()

    assert "ingested" in seen
    assert child.returncode == 0
