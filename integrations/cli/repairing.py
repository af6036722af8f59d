"""`rumbo repair`: the mended text of files, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from integrations import translate
from integrations.cli.session import Session, session
from retrieval.ingest.reader import discover, read
from retrieval.ingest.source_text import SourceText, source_text


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("repair")(repair)


def repair(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders of documents.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write into this folder, under the same names.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Say what was found, instead of the text.")] = False,
) -> None:
    """Print or write the repaired text of files. An undamaged file comes out byte for byte."""
    opened = session(context)
    found = discover(paths)
    failures = list(found.failures)
    for path, name in found.files:
        try:
            mended = source_text(read(path, name), path)
        except UserCanFix as error:
            failures.append(error)
            continue
        if report:
            _report(opened, name, mended)
        if out is not None:
            _write(out / name, mended.text)
        elif not report:
            opened.screen.bytes(mended.text.encode("utf-8"))
    for failure in failures:
        opened.screen.error(translate.error_sentence(failure, opened.language))
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _report(opened: Session, name: str, mended: SourceText) -> None:
    if not mended.repairs:
        opened.screen.line(opened.say("undamaged", path=name))
    for found in mended.repairs:
        told = opened.say("repaired_lines", path=name, damage=found.damage, lines=found.lines, example=found.example)
        opened.screen.line(told)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(path), reason=error.strerror or "") from None
