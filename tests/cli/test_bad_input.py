"""Input nobody wants, through the command line: named in the reader's language with what to do next, and nothing else is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.ingest import reader
from tests.cli.conftest import Done, Rumbo
from tests.ingest import format_files as files
from tests.ingest.test_formats_refused import COMPOUND, bomb
from tests.store.chroma_server import ChromaServer

GOOD = "# Plan\n\n## KPIs\n\n- **NPS**: 60\n- **MRR**: $45K\n"
FEW_BYTES = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from integrations.cli import main
main(sys.argv[1:])
"""
COLUMNS = 5_000
LOCKED = COMPOUND + "EncryptedPackage".encode("utf-16-le") + bytes(100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good document."""
    place = tmp_path / "docs"
    place.mkdir()
    (place / "good.md").write_text(GOOD, encoding="utf-8")
    return place


def statuses(done: Done) -> dict[str, str]:
    return {row["document"]: row["status"] for row in done.json()["documents"]}


def test_files_of_fifty_megabytes_are_refused_unread_with_the_limit(
    rumbo: Rumbo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUMBO_LANGUAGE", "es")
    for name in ("big.md", "big.csv", "big.html", "big.docx"):
        with (folder / name).open("wb") as handle:
            handle.truncate(51 * 1024 * 1024)

    done = rumbo("ingest", str(folder))

    assert done.code == 0
    for name, limit in (("md", reader.MAX_TEXT), ("csv", 3 * reader.MAX_TEXT), ("docx", reader.MAX_BYTES)):
        [told] = [line for line in done.err.splitlines() if f"'big.{name}'" in line]
        assert str(limit) in told
        assert "divídalo" in told
    assert "good.md" in rumbo("documents", "list").out


def test_a_table_that_becomes_more_text_than_is_read_is_refused(rumbo: Rumbo, folder: Path) -> None:
    rows = "".join(f"Ventas {number};1;2;3;4;5;6;7;8;9;10;11;12;13\n" for number in range(16_000))
    (folder / "rows.csv").write_text(f"Área;{';'.join(f'M{n}' for n in range(13))}\n{rows}", encoding="utf-8")

    done = rumbo("ingest", str(folder), "--json")

    assert statuses(done) == {"good.md": "ingested", "rows.csv": "failed"}
    [report] = [row for row in done.json()["documents"] if row["status"] == "failed"]
    assert report["reason"] in ("file_too_large", "file_too_complex")


@pytest.mark.parametrize(("language", "step"), [("es", "OCR"), ("fr", "OCR")])
def test_bombs_scans_and_locked_files_are_named_with_a_way_out(
    rumbo: Rumbo, folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, step: str
) -> None:
    monkeypatch.setenv("RUMBO_LANGUAGE", language)
    (folder / "bomb.docx").write_bytes(bomb(files.word(), "word/media/x.bin"))
    (folder / "bomb.xlsx").write_bytes(bomb(files.workbook(), "xl/worksheets/sheet1.xml"))
    (folder / "scan.pdf").write_bytes(files.pdf([[], []], image=True))
    (folder / "locked.pdf").write_bytes(files.encrypted_pdf())
    (folder / "locked.docx").write_bytes(LOCKED)
    (folder / "locked.xlsx").write_bytes(LOCKED)

    done = rumbo("ingest", str(folder))

    told = {line.partition(":")[0]: line for line in done.err.splitlines()}
    assert done.code == 0
    assert set(told) == {"bomb.docx", "bomb.xlsx", "scan.pdf", "locked.pdf", "locked.docx", "locked.xlsx"}
    assert step in told["scan.pdf"]
    assert len({told[f"locked.{kind}"].replace(kind, "") for kind in ("pdf", "docx", "xlsx")}) == 1
    assert "good.md" in rumbo("documents", "list").out


def test_a_table_of_five_thousand_columns_is_read_in_parts(rumbo: Rumbo, folder: Path) -> None:
    months = ",".join(f"Mes {number}" for number in range(1, COLUMNS))
    (folder / "wide.csv").write_text(f"KPI,{months}\nChurn,{','.join(['7%'] * (COLUMNS - 1))}\n", encoding="utf-8")

    done = rumbo("ingest", str(folder), "--json")

    [report] = [row for row in done.json()["documents"] if row["document"] == "wide.csv"]
    assert report["facts"] == {"kpi": COLUMNS - 1}
    exported = [json.loads(line) for line in rumbo("export", "--format", "jsonl", "--document", "wide.csv").out.splitlines()]
    assert {"Mes 1", "Mes 100", "Mes 900"} <= {row["period"] for row in exported}
    longest = max(map(len, rumbo("documents", "show", "wide.csv", "--text").out.splitlines()))
    assert longest < 2_000


def test_a_markdown_row_of_five_thousand_cells_is_left_out_and_said_so(rumbo: Rumbo, folder: Path) -> None:
    cells = "|".join(f" {number}% " for number in range(COLUMNS))
    (folder / "wide.md").write_text(f"# Ancha\n\n|{cells}|\n|{'---|' * COLUMNS}\n|{cells}|\n\n- Churn: 4%\n", encoding="utf-8")

    done = rumbo("ingest", str(folder), "--json")

    [report] = [row for row in done.json()["documents"] if row["document"] == "wide.md"]
    assert {one["reason"] for one in report["dropped"]} == {"too_long"}
    assert report["facts"] == {"kpi": 1}


def test_a_locked_database_is_named_and_the_next_ingest_works(rumbo: Rumbo, folder: Path, isolated: Path) -> None:
    rumbo("ingest", str(folder))
    (folder / "late.md").write_text(GOOD, encoding="utf-8")
    with closing(sqlite3.connect(isolated / "rumbo.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = rumbo("ingest", str(folder))
        asked = rumbo("kpi", "list")

    assert done.code == 3
    assert "rumbo.db" in done.err
    assert "is busy" in done.err
    assert "NPS" in asked.out
    assert statuses(rumbo("ingest", str(folder), "--json")) == {"good.md": "unchanged", "late.md": "ingested"}


@pytest.mark.parametrize("command", [("ingest", "."), ("db", "check"), ("search", "NPS"), ("ask", "¿Cuál es el NPS?")])
def test_pages_damaged_inside_the_database_say_how_to_go_on(
    rumbo: Rumbo, folder: Path, isolated: Path, command: tuple[str, ...]
) -> None:
    rumbo("ingest", str(folder))
    database = isolated / "rumbo.db"
    held = database.read_bytes()
    database.write_bytes(held[:4096] + b"\xa5" * (len(held) - 4096))

    done = rumbo(*(str(folder) if word == "." else word for word in command))

    assert done.code == 3
    assert "rumbo.db" in done.err
    assert "rumbo ingest" in done.err
    assert "Traceback" not in done.err


def test_a_full_disk_is_named_and_the_next_ingest_makes_good(rumbo: Rumbo, folder: Path, isolated: Path) -> None:
    for number in range(40):
        (folder / f"{number}.md").write_text(GOOD * 20, encoding="utf-8")

    done = subprocess.run([sys.executable, "-c", FEW_BYTES, "ingest", str(folder)], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert str(isolated) in done.stderr
    assert "RUMBO_HOME" in done.stderr
    assert "Traceback" not in done.stderr
    assert set(statuses(rumbo("ingest", str(folder), "--json")).values()) <= {"ingested", "unchanged"}
    assert all(check["ok"] for check in rumbo("db", "check", "--json").json())


def test_a_chroma_server_that_is_down_is_named_and_catches_up_when_it_is_back(
    rumbo: Rumbo, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ChromaServer(tmp_path / "chroma")
    monkeypatch.setenv("RUMBO_CHROMA_URL", server.url)
    try:
        down = rumbo("ingest", str(folder))
        found = rumbo("search", "NPS", "--json").json()
        server.start()
        back = rumbo("ingest", str(folder), "--json").json()
    finally:
        server.stop()

    assert down.code == 0
    assert "RUMBO_CHROMA_URL" in down.err
    assert "wait for their vectors" in down.err
    assert found
    assert (back["pending_vectors"], back["trouble"]) == (0, None)


def test_what_the_extraction_model_did_not_answer_is_told(rumbo: Rumbo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "prose.md").write_text(
        "# Plan\n\nEl equipo piensa llevar unos 300 pedidos semanales hasta 450.\n", encoding="utf-8"
    )
    monkeypatch.setenv("RUMBO_EXTRACTION_MODEL", "small")
    monkeypatch.setenv("RUMBO_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "any")
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")

    done = rumbo("ingest", str(folder))

    assert done.code == 0
    assert "model_unavailable" in done.err
    assert "RUMBO_MODEL_URL" in done.err
