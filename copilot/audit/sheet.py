"""A document as an audit reads it: tables with their numbers, lines with theirs, and its facts. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from copilot.audit.numbers import Number, number
from copilot.domain.fact import Fact
from copilot.domain.plan import Plan
from copilot.domain.source import Block, Citation, ParsedDocument
from retrieval.extract.columns import Column, columns
from retrieval.extract.statements import Statement, statements
from retrieval.language.folding import folded
from retrieval.language.quantities import find_quantities, uses_decimal_comma
from retrieval.language.wordlists import listed

LONGEST_CELL = 80
CACHED = 16384
"""Texts remembered by each question: the same headings and labels are asked about by many rules."""
LONGEST_LINE = 600
_UNITS = {"%": "%", "$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "mxn": "MXN"}
_MARKS = re.compile(r"[\s*_:~≈.()\[\]✅❌⚠️🟢🔴🟡⬆⬇️↑↓]+")


@dataclass(frozen=True)
class Cell:
    """A body cell."""

    column: Column
    index: int
    text: str
    number: Number | None
    """The amount, where the cell is one and nothing else of weight."""

    @property
    def is_empty(self) -> bool:
        """Whether it states no figure."""
        return not any(map(str.isdigit, self.text))


@dataclass(frozen=True)
class Row:
    """A body row."""

    block: Block
    name: str
    cells: tuple[Cell, ...]
    """One a column, the label's included."""

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.block.lines[0]

    def number_of(self, *kinds: str) -> Number | None:
        """The one amount in a column of these kinds; None where there are several or none."""
        found = [cell.number for cell in self.cells if cell.column.kind in kinds and cell.number is not None]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Table:
    """A table with a header."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def heading(self) -> str:
        """The nearest heading, with the label above the table."""
        first = self.rows[0].block
        return " ".join([*first.heading_path[-1:], first.label or ""])


@dataclass(frozen=True)
class Line:
    """A statement with the amounts of its body."""

    statement: Statement
    amounts: tuple[Number, ...]

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.statement.line

    @property
    def label(self) -> str:
        """What it is about, folded; empty without a label."""
        return folded(self.statement.label or "").strip(" *:#")

    @property
    def money(self) -> Number | None:
        """Its first amount of money."""
        return next((amount for amount in self.amounts if amount.is_money), None)


@dataclass(frozen=True)
class Sheet:
    """One document."""

    doc: ParsedDocument
    facts: tuple[Fact, ...]

    @property
    def name(self) -> str:
        """The document's."""
        return self.doc.document

    @cached_property
    def comma(self) -> bool:
        """Whether it writes a decimal comma."""
        return uses_decimal_comma("\n".join(self.doc.lines))

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Tables with a header and a row."""
        grouped: dict[int, list[Block]] = {}
        for block in self.doc.blocks:
            if block.kind == "row" and block.table is not None and block.header:
                grouped.setdefault(block.table, []).append(block)
        return tuple(table for blocks in grouped.values() if (table := self._table(blocks)) is not None)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Statements outside tables, in order."""
        return tuple(self._line(one) for one in statements(self.doc))

    @cached_property
    def lists(self) -> tuple[tuple[Line, ...], ...]:
        """Lines by the list or the run they stand in, two or more together."""
        grouped: dict[tuple[object, ...], list[Line]] = {}
        for one in self.lines:
            if not (one.statement.is_title and one.statement.block.kind == "heading"):
                grouped.setdefault(one.statement.group, []).append(one)
        return tuple(tuple(found) for found in grouped.values() if len(found) > 1)

    @cached_property
    def sections(self) -> dict[tuple[str, ...], tuple[Line, ...]]:
        """Lines by the headings they stand under."""
        grouped: dict[tuple[str, ...], list[Line]] = {}
        for one in self.lines:
            grouped.setdefault(one.statement.block.heading_path, []).append(one)
        return {path: tuple(found) for path, found in grouped.items()}

    def citation(self, line: int) -> Citation:
        """One line of the document."""
        path = next((block.heading_path for block in self.doc.blocks if block.lines[0] <= line <= block.lines[1]), ())
        return self.doc.citation((line, line), path)

    def read(self, text: str) -> tuple[Number, ...]:
        """Amounts of a text."""
        found = find_quantities(text[:LONGEST_LINE], decimal_comma=self.comma)
        return tuple(number(one, comma=self.comma) for one in found)

    def _line(self, one: Statement) -> Line:
        return Line(one, self.read(one.body))

    def _table(self, blocks: Sequence[Block]) -> Table | None:
        heads = columns(blocks[0].header)
        label = next((at for at, column in enumerate(heads) if column.kind == "label"), 0)
        body = [block for block in blocks if block.cells != block.header]
        rows = tuple(
            Row(
                block,
                block.cells[label] if label < len(block.cells) else "",
                tuple(
                    Cell(column, at, text, None if at == label else self._cell(column, text))
                    for at, (column, text) in enumerate(zip(heads, block.cells, strict=False))
                ),
            )
            for block in body
        )
        return Table(heads, rows) if rows else None

    def _cell(self, column: Column, text: str) -> Number | None:
        if not text or len(text) > LONGEST_CELL or not any(map(str.isdigit, text)):
            return None
        found = find_quantities(text, decimal_comma=self.comma)
        if len(found) != 1 or found[0].ambiguous:
            return None
        one = found[0]
        ahead = _MARKS.sub("", text[: one.start])
        behind = _MARKS.sub("", text[one.end :])
        if len(ahead) > 12 or any(map(str.isdigit, ahead + behind)) or len(behind) > 24:
            return None
        return number(one, unit=_UNITS.get(folded(column.unit or "")), comma=self.comma)


@dataclass(frozen=True)
class Case:
    """What one audit looks at."""

    plan: Plan
    sheets: tuple[Sheet, ...]

    @cached_property
    def by_name(self) -> dict[str, Sheet]:
        """Sheets by document."""
        return {sheet.name: sheet for sheet in self.sheets}


def open_case(plan: Plan, documents: Sequence[ParsedDocument]) -> Case:
    """Sheets of the documents, each with its facts."""
    facts: dict[str, list[Fact]] = {doc.document: [] for doc in documents}
    for fact in plan.facts:
        if fact.document in facts:
            facts[fact.document].append(fact)
    return Case(plan, tuple(Sheet(doc, tuple(facts[doc.document])) for doc in documents))


@lru_cache(maxsize=CACHED)
def says(table: str, text: str | None) -> bool:
    """Whether the text holds a word of this list of `words/audit.toml`."""
    return bool(text) and listed("audit", table).search(folded(text or "")) is not None


@lru_cache(maxsize=CACHED)
def is_exactly(table: str, text: str | None) -> bool:
    """Whether the text is a word of the list."""
    return bool(text) and listed("audit", table).fullmatch(folded(text or "").strip(" *:#")) is not None


def rows_of(sheet: Sheet) -> Iterator[tuple[Table, Row]]:
    """Every body row with its table."""
    for table in sheet.tables:
        for row in table.rows:
            yield table, row
