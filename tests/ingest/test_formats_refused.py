"""Files that must not be read, or cannot: each is named with its reason, and the process lives on."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from copilot.domain.errors import UserCanFix
from integrations.translate import LANGUAGES, error_sentence
from retrieval.ingest.formats import convert as converting
from retrieval.ingest.formats.convert import convert
from retrieval.ingest.reader import read
from tests.ingest import format_files as files

COMPOUND = b"\xd0\xcf\x11\xe0" + bytes(600)


def bomb(kind: bytes, part: str) -> bytes:
    """An office file of some ten KB that unpacks to a thousand times as much."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(kind)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w", force_zip64=True) as handle:
            for _ in range(40):
                handle.write(bytes(1024 * 1024))
    return stream.getvalue()


def deep_bomb() -> bytes:
    """Small enough to be let in by its size, but a hundredfold once it is parsed."""
    rows = b"".join(b"<w:p><w:r><w:t>%d</w:t></w:r></w:p>" % n for n in range(3))
    body = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
    return files.with_part(files.word(), "word/document.xml", body % (rows * 1_500_000))


CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "docx bomb": (".docx", lambda: bomb(files.word(), "word/media/x.bin"), "file_expands_too_far"),
    "xlsx bomb": (".xlsx", lambda: bomb(files.workbook(), "xl/worksheets/sheet1.xml"), "file_expands_too_far"),
    "scans": (".pdf", lambda: files.pdf([[], []], image=True), "pdf_without_text"),
    "locked pdf": (".pdf", files.encrypted_pdf, "file_encrypted"),
    "locked xlsx": (".xlsx", lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le") + bytes(100), "file_encrypted"),
    "old doc": (".docx", lambda: COMPOUND, "file_broken"),
    "text as docx": (".docx", lambda: b"hola, no soy un documento", "file_broken"),
    "other archive": (".xlsx", files.word, "file_broken"),
    "cut xlsx": (".xlsx", lambda: files.workbook()[:3000], "file_broken"),
    "cut pdf": (".pdf", lambda: b"%PDF-1.7 nada", "file_broken"),
    "broken part": (".docx", lambda: files.with_part(files.word(), "word/document.xml", b"<w:"), "file_broken"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_file_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    suffix, made, code = CASES[name]
    path = tmp_path / f"plan{suffix}"
    path.write_bytes(made())
    file = read(path, path.name)

    with pytest.raises(UserCanFix) as caught:
        convert(file.content, suffix, str(path))

    assert (caught.value.code, caught.value.params["path"]) == (code, str(path))
    for language in LANGUAGES:
        # A report of an ingest carries the code, the path and the reason alone.
        told = error_sentence(UserCanFix(code, path=str(path), reason="x"), language)
        assert str(path) in told
        assert not re.search(r"[{}]|  |\(\)", told)


def test_memory_runs_out_in_the_child_only() -> None:
    with pytest.raises(UserCanFix) as caught:
        convert(deep_bomb(), ".docx", "plan.docx")

    assert caught.value.code in ("file_too_complex", "file_expands_too_far")


def test_reading_that_takes_too_long_is_ended() -> None:
    with pytest.raises(UserCanFix) as caught:
        convert(files.workbook(), ".xlsx", "plan.xlsx", seconds=0.01)

    assert caught.value.code == "file_too_complex"


def test_missing_library_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openpyxl.py").write_text("raise ModuleNotFoundError('none', name='openpyxl')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    with pytest.raises(UserCanFix) as caught:
        convert(files.workbook(), ".xlsx", "plan.xlsx")

    assert caught.value.code == "format_not_installed"
    assert "pip install openpyxl" in error_sentence(caught.value, "en")


def test_entities_of_a_document_bring_in_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("clave-de-la-casa")
    part = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>antes &x; después</w:t></w:r></w:p></w:body></w:document>"
    )

    made = convert(files.with_part(files.word(), "word/document.xml", part.encode()), ".docx", "plan.docx")

    assert "antes" in made.text
    assert "clave" not in made.text


def test_the_child_reaches_no_network_and_sees_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "secreta")
    page = (
        b'<html><body><h1>Plan</h1><img src="http://127.0.0.1:9/x"><link href="file:///etc/passwd"><p>Meta: 5%</p></body></html>'
    )

    made = convert(page, ".html", "plan.html")

    assert made.text == "# Plan\n\nMeta: 5%\n"
    assert "RUMBO_MODEL_API_KEY" not in converting.reader_environment()


def test_one_bad_file_costs_the_others_nothing(tmp_path: Path) -> None:
    from copilot.bootstrap import Workspace
    from copilot.settings import Settings

    (tmp_path / "a.pdf").write_bytes(files.pdf([[]], image=True))
    (tmp_path / "b.xlsx").write_bytes(files.workbook()[:3000])
    (tmp_path / "c.csv").write_bytes(files.separated())
    workspace = Workspace(Settings(home=tmp_path / ".home"))

    reports = workspace.ingest([tmp_path]).documents

    workspace.close()
    told = {report.document: (report.status, report.reason) for report in reports}
    assert told == {
        "a.pdf": ("failed", "pdf_without_text"),
        "b.xlsx": ("failed", "file_broken"),
        "c.csv": ("ingested", None),
    }


@pytest.mark.parametrize("suffix", [".html", ".docx"])
def test_ten_thousand_nested_bullets_are_read_or_said_to_be_too_deep(suffix: str) -> None:
    if suffix == ".html":
        content = b"<ul><li>uno " * 10_000 + b"meta 5%" + b"</li></ul>" * 10_000
    else:
        item = '<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr><w:r><w:t>uno 5%</w:t></w:r></w:p>'
        body = (
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
        )
        content = files.with_part(files.word(), "word/document.xml", body.format(item * 10_000).encode())

    made = convert(content, suffix, f"plan{suffix}")

    told = [why for _, _, why in made.lost]
    assert (made.text.count("uno"), told) == ((10_000, []) if suffix == ".docx" else (1023, ["nested_too_deep"]))
