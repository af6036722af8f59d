"""Which document is meant: names, titles and nicknames in any of the four languages; lists and outlines."""

from __future__ import annotations

from pathlib import PurePosixPath

from rapidfuzz import fuzz

from copilot.domain.answer import ToolResult
from copilot.domain.errors import ModelCanRetry
from retrieval.language.analyser import fold
from tools.lookup.rows import Rows
from tools.lookup.view import PlanView

ALIKE = 82


def list_documents(view: PlanView, *, query: str | None = None) -> ToolResult:
    """Documents with title, language and what they hold; with `query`, those it names, best first.

    A row's `mention` is the part of the query that names the document; without it the row is only part of the list.
    """
    rows = Rows(view, "list_documents")
    found = {mention.document: mention for mention in view.names.named_in(query)} if query else {}
    records = sorted(view.plan.documents, key=lambda record: -found[record.document].weight if record.document in found else 0.0)
    for record in records:
        mention = found.get(record.document)
        first = next((s for s in view.index.of(record.document) if s.is_container), None) or next(
            iter(view.index.of(record.document)), None
        )
        rows.add(
            {
                "document": record.document,
                "title": record.title,
                "language": record.language,
                "lines": record.line_count,
                "facts": view.counts[record.document],
                "mention": query[mention.start : mention.end] if mention and query else None,
                "weight": round(mention.weight, 2) if mention else None,
                "e": [rows.cite_statement(first)] if first else [],
            }
        )
    return rows.result(note=None if found or not query else "the query names no document")


def document_outline(view: PlanView, *, document: str) -> ToolResult:
    """Headings of a document, in order."""
    rows = Rows(view, "document_outline")
    for name in resolve(view, document) or ():
        for statement in view.index.of(name):
            if statement.is_container:
                rows.add({**rows.described(statement), "level": statement.block.level, "e": [rows.cite_statement(statement)]})
    return rows.result()


def resolve(view: PlanView, document: str | None) -> list[str] | None:
    """Documents an argument names; None for all.

    Raises:
        ModelCanRetry: it names none; the error lists what there is.
    """
    if document is None or not document.strip() or document.strip() in ("*", "all"):
        return None
    asked = document.strip()
    names = [record.document for record in view.plan.documents]
    exact = [name for name in names if asked in (name, PurePosixPath(name).name, PurePosixPath(name).stem)]
    if exact:
        return exact
    listed = [part.strip() for part in asked.split("|") if part.strip() in names]
    if listed:
        return listed
    found = view.names.named_in(asked, loose=True)
    if found:
        return [mention.document for mention in found]
    scored = [(fuzz.WRatio(fold(asked), fold(title)), name) for name, title in view.titles.items()]
    best = max(scored, default=(0.0, ""))
    if best[0] >= ALIKE:
        return [best[1]]
    raise ModelCanRetry("unknown_document", document=asked, allowed=[f"{name}: {title}" for name, title in view.titles.items()])
