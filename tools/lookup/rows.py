"""How what was found is handed on: compact rows whose evidence is cited to the line.

Knows the shape of a row; chooses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from copilot.domain.answer import Calculation, Evidence, ToolResult
from copilot.domain.fact import KpiFact
from copilot.domain.source import Citation, Lines
from tools.lookup import timing
from tools.lookup.match import Match
from tools.lookup.statements import Statement
from tools.lookup.view import PlanView

MOST_CITED_LINES = 12
LONGEST_TEXT = 400
LONGEST_CONTEXT = 110


class Rows:
    """Rows of one result with their evidence, numbered as they come."""

    def __init__(self, view: PlanView, tool: str) -> None:
        self._view = view
        self._tool = tool
        self._evidence: dict[tuple[str, Lines], Evidence] = {}
        self.rows: list[dict[str, Any]] = []

    def cite(self, document: str, lines: Lines, heading_path: Sequence[str] = (), fact_id: str | None = None) -> str:
        """Id of the evidence for these lines; one id a place, at most twelve lines."""
        first, last = lines[0], min(lines[1], lines[0] + MOST_CITED_LINES - 1)
        place = (document, (first, last))
        if place not in self._evidence:
            citation = self._citation(document, (first, last), tuple(heading_path))
            self._evidence[place] = Evidence(id=f"e{len(self._evidence) + 1}", citation=citation, fact_id=fact_id or None)
        return self._evidence[place].id

    def _citation(self, document: str, lines: Lines, heading_path: tuple[str, ...]) -> Citation:
        known = self._view.citations
        place = (document, lines, heading_path)
        if place not in known:
            known[place] = self._view.parsed(document).citation(lines, heading_path)
        return known[place]

    def cite_statement(self, statement: Statement) -> str:
        """Id of the evidence for a statement's own lines."""
        fact_id = statement.facts[0].id if statement.facts else None
        return self.cite(statement.document, statement.block.lines, statement.block.heading_path, fact_id)

    def citation(self, evidence_id: str) -> Citation:
        """The citation behind an id."""
        return next(evidence.citation for evidence in self._evidence.values() if evidence.id == evidence_id)

    def add(self, row: dict[str, Any]) -> None:
        """Append a row; empty fields are left out."""
        self.rows.append({key: value for key, value in row.items() if value not in (None, "", (), [])})

    def add_match(self, match: Match, *, lines: Lines | None = None, also: Sequence[Statement] = (), **more: Any) -> None:
        """Append a ranked statement; `lines`: cite these instead of its own; `also`: statements the row rests on besides."""
        statement = match.statement
        cited = self.cite(statement.document, lines, statement.block.heading_path) if lines else self.cite_statement(statement)
        self.add(
            {
                **self.described(statement, match.columns),
                "match": round(match.coverage, 2),
                "own": round(match.own, 2),
                "precision": round(match.precision, 2),
                "score": round(match.score, 2),
                "period_fit": match.period_fit or None,
                "matched": list(match.matched),
                "missing": list(match.missing),
                **more,
                "e": list(dict.fromkeys([cited, *(self.cite_statement(one) for one in also)])),
                "period_e": [self.cite_statement(holder)] if (holder := self._dated_by(match)) else None,
            }
        )

    def described(self, statement: Statement, columns: Sequence[int] = ()) -> dict[str, Any]:
        """What every row of a statement says: text, name, value, where it stands."""
        index = self._view.index
        above = [one for one in index.above(statement) if not is_title(one)]
        kpi = next((fact for fact in statement.facts if isinstance(fact, KpiFact)), None)
        return {
            "text": shown(statement, columns)[:LONGEST_TEXT],
            "name": statement.name[:LONGEST_TEXT],
            "value": value_of(statement, columns)[:LONGEST_TEXT],
            "cells": dict(cells(statement, columns)) if statement.block.kind == "row" else None,
            "period": self._period(statement, columns),
            "context": self._context(above),
            "sections": [one.block.plain[:LONGEST_TEXT] for one in above[:4]],
            "context_e": [
                self.cite_statement(one) for one in above[:1] if not one.is_container and any(map(str.isdigit, one.block.plain))
            ],
            "kind": kind_of(statement),
            "holds": True if statement.number in index.containers() else None,
            "role": kpi.role if kpi else None,
            "document": statement.document,
            "title": statement.title,
            "line": statement.line,
        }

    @staticmethod
    def _context(above: Sequence[Statement]) -> str:
        """The nearest thing above; with the heading, where that thing is a label or an item."""
        if not above:
            return ""
        heading = next((one for one in above if one.is_container), None)
        first = above[0].block.plain.rstrip(":")[:LONGEST_TEXT]
        if above[0].is_container or heading is None or len(first) + len(heading.block.plain) > LONGEST_CONTEXT:
            return first
        return f"{first}, {heading.block.plain}"

    def result(
        self,
        *,
        calculations: Iterable[Calculation] = (),
        value: str | None = None,
        unit: str | None = None,
        note: str | None = None,
    ) -> ToolResult:
        """The finished result."""
        return ToolResult(
            tool=self._tool,
            rows=tuple(self.rows),
            evidence=tuple(self._evidence.values()),
            calculations=tuple(calculations),
            value=value,
            unit=unit,
            note=note if note or self.rows else "nothing found",
        )

    def _dated_by(self, match: Match) -> Statement | None:
        """The label or item above that dates the line; headings are part of every citation."""
        if match.columns or match.statement.own_periods:
            return None
        for above in self._view.index.above(match.statement):
            if any(hit.form in timing.PLACED for hit in above.own_periods):
                return None if above.is_container else above
        return None

    def _period(self, statement: Statement, columns: Sequence[int]) -> str | None:
        if columns:
            return ", ".join(statement.block.header[at] for at in columns)
        for level in self._view.index.levels(statement):
            for hit in level:
                if hit.form in (*timing.PLACED, "duration"):
                    return hit.period.raw
        return None


def is_title(statement: Statement) -> bool:
    """Whether it is the document's outermost heading."""
    return statement.is_container and statement.block.level == 1


def kind_of(statement: Statement) -> str:
    """heading, row, task, item or text."""
    block = statement.block
    if block.kind == "item":
        return "task" if block.checked is not None else "item"
    return block.kind if block.kind in ("heading", "row") else "text"


def cells(statement: Statement, columns: Sequence[int] = ()) -> list[tuple[str, str]]:
    """Heads and cells of a row, without its first cell and empty ones; with `columns`, only those."""
    block = statement.block
    places = columns or range(1, len(block.cells))
    return [
        (block.header[at] if at < len(block.header) else "", block.cells[at])
        for at in places
        if at < len(block.cells) and block.cells[at].strip()
    ]


def value_of(statement: Statement, columns: Sequence[int] = ()) -> str:
    """What the line says of its name: cells with their heads, the words behind a colon; empty where it only names."""
    if statement.block.kind == "row":
        return ", ".join(f"{head}: {cell}" if head else cell for head, cell in cells(statement, columns))
    name = statement.name
    return statement.block.plain[len(name) :].lstrip(": ").strip() if len(name) < len(statement.block.plain) else ""


def shown(statement: Statement, columns: Sequence[int] = ()) -> str:
    """The line as a person reads it."""
    if statement.block.kind != "row":
        return statement.block.plain
    return f"{statement.name}: {value_of(statement, columns)}" if len(statement.block.cells) > 1 else statement.name
