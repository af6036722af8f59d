"""`rumbo export`: facts for a machine, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.plan import Conflict, Entry, Plan
from integrations.cli.options import DocumentOption, chosen_document
from integrations.cli.session import session

FORMATS = ("jsonl",)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export)


def export(
    context: typer.Context,
    format_name: Annotated[str, typer.Option("--format", help="jsonl.")] = "jsonl",
    document: DocumentOption = None,
    merged: Annotated[bool, typer.Option("--merged", help="Plan entries with all their mentions, instead of mentions.")] = False,
) -> None:
    """Print every fact with its document and lines."""
    if format_name not in FORMATS:
        raise UserCanFix("bad_format", format=format_name, known=FORMATS)
    opened = session(context)
    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    only = [] if document is None else [chosen_document(records, document).document]
    plan = opened.workspace.plan(opened.principal, only)
    for row in _entries(plan) if merged else _mentions(plan):
        opened.screen.json_line(row)


def _mentions(plan: Plan) -> Iterable[dict[str, Any]]:
    for fact in plan.facts:
        yield fact.exported()
    for conflict in plan.conflicts:
        yield _conflict(conflict)


def _entries(plan: Plan) -> Iterable[dict[str, Any]]:
    for entry in plan.entries:
        yield _entry(entry)
    for conflict in plan.conflicts:
        yield _conflict(conflict)


def _entry(entry: Entry) -> dict[str, Any]:
    mentions = [mention.exported() for mention in entry.mentions]
    head = {"kind": entry.kind, "entry_id": entry.entry_id, "name": entry.name, "period": entry.period}
    return {**head, "mentions": mentions}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    values = [
        {"value": value.value, "document": value.citation.document, "lines": list(value.citation.lines)}
        for value in conflict.values
    ]
    first = conflict.values[0].citation
    place = {
        "document": first.document,
        "lines": list(first.lines),
        "heading_path": list(first.heading_path),
        "raw": conflict.values[0].value,
    }
    return {
        "kind": "conflict",
        "id": conflict.id,
        "entry_id": conflict.id,
        **place,
        "name": conflict.name,
        "period": conflict.period,
        "values": values,
    }
