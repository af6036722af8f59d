"""`rumbo ingest`: files and folders into the workspace, once or whenever they change."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.plan import DocumentReport, IngestReport
from integrations import translate
from integrations.cli.options import JsonOption
from integrations.cli.session import Session, session
from integrations.render import json_ready

READ = ("ingested", "replaced", "unchanged")
WRITTEN = ("ingested", "replaced")
NOTHING_READ = 2
WAKE_MS = 500


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ingest")(ingest)


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Folders of documents, or files (.md, .markdown, .txt).")
    ],
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and ingest again whenever a file changes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read documents into the workspace. Unchanged ones are skipped; what cannot be read is named, the others go in."""
    opened = session(context)
    if watch and (there := [path for path in paths if path.exists()]):
        _forever(opened, there, as_json)
    elif not _served(_once(opened, paths, as_json), paths):
        raise typer.Exit(NOTHING_READ)


def _once(opened: Session, paths: Sequence[Path], as_json: bool) -> IngestReport:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    errors = opened.screen.errors
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bar = progress.add_task(opened.say("reading"), total=None)

        def told(done: int, total: int, name: str) -> None:
            progress.update(bar, completed=done, total=total, description=f"{opened.say('reading')} {name}")

        report = opened.workspace.ingest(paths, progress=told)
    if as_json:
        opened.screen.json(json_ready(report))
    else:
        _show(opened, report)
    return report


def _forever(opened: Session, paths: Sequence[Path], as_json: bool) -> None:
    from watchfiles import watch

    is_first = True
    with suppress(KeyboardInterrupt):
        # The watch stands before the first ingest, so that no change falls between the two.
        for changed in watch(*paths, yield_on_timeout=True, rust_timeout=WAKE_MS, raise_interrupt=False):
            if changed or is_first:
                _once(opened, paths, as_json)
                # Between changes the vector folder is free: somebody asks while this command waits.
                opened.close()
            if is_first:
                opened.screen.notice(opened.say("watching", paths=[str(path) for path in paths]))
                is_first = False


def _show(opened: Session, report: IngestReport) -> None:
    rows = [_row(opened, document) for document in report.documents]
    if rows:
        opened.screen.table(opened.columns("document", "status", "language", "facts", "repaired", "dropped"), rows)
    for document in report.documents:
        if document.status in ("failed", "skipped"):
            opened.screen.notice(f"{document.document}: {_why(opened, document)}")
    unanswered = [document for document in report.documents if document.status in WRITTEN and document.detail]
    if unanswered:
        told = {"model": opened.settings.extraction_model, "reason": unanswered[0].detail}
        opened.screen.notice(opened.say("extraction_unanswered", count=len(unanswered), **told))
    if report.pending_vectors:
        opened.screen.notice(opened.say("pending_vectors", count=report.pending_vectors))
    if report.trouble:
        opened.screen.notice(translate.error_sentence(OperatorMustFix(report.trouble, **report.trouble_params), opened.language))
    totals = {
        "documents": sum(document.status in READ for document in report.documents),
        "facts": sum(sum(document.facts.values()) for document in report.documents),
        "repaired": sum(bool(document.repairs) for document in report.documents),
        "dropped": sum(len(document.dropped) for document in report.documents),
        "seconds": f"{report.elapsed_ms / 1000:.1f}",
    }
    opened.screen.line(opened.say("totals", **totals), style="bold")


def _row(opened: Session, document: DocumentReport) -> list[str]:
    facts = ", ".join(f"{count} {kind}" for kind, count in document.facts.items())
    repaired = "; ".join(f"{repair.damage} ({repair.lines})" for repair in document.repairs)
    dropped = str(len(document.dropped) or "")
    return [document.document, opened.say(f"status_{document.status}"), document.language or "", facts, repaired, dropped]


def _why(opened: Session, document: DocumentReport) -> str:
    told: dict[str, object] = {**document.params, "path": document.document, "reason": document.detail}
    error = UserCanFix(document.reason or "bad_request", **told)
    return translate.error_sentence(error, opened.language)


def _served(report: IngestReport, paths: Sequence[Path]) -> bool:
    """Whether something was read, and nothing failed that was named itself; a bad file inside a folder is a remark."""
    named = {str(path) for path in paths} | {path.name for path in paths if not path.is_dir()}
    failed = [document for document in report.documents if document.status == "failed"]
    return not any(document.document in named for document in failed) and len(failed) < max(1, len(report.documents))
