"""A plan's text as statements: each line that says something, with all it stands under, and the facts read from it.

Knows blocks and facts; knows neither questions nor tools.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from copilot.domain.fact import Fact
from copilot.domain.source import Block, ParsedDocument
from retrieval.language.periods import FoundPeriod, find_periods, parse_period
from retrieval.language.quantities import FoundQuantity, find_quantities
from tools.lookup.lines import Piece, introduced, taken_apart
from tools.lookup.terms import concepts_in, generic_roots, root, split, stop_words

OWN, HEADER, PARENT, NEAREST, OUTER, TITLE = 1.0, 0.88, 0.85, 0.82, 0.72, 0.45
"""How much a word counts by where it stands: in the line, in the head of a cell, in the item or label above, in the
nearest heading, in those above it, in the document's title."""

ORDINAL = re.compile(r"\W*\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+(?=[^\W\d])(?=\S*[A-ZÁÉÍÓÚÑÃÕÇ])|\W*\d{1,2}[.)]\s")
"""`1.2 Name` and `3) Name`: the number counts the line, it is not said of anything."""
LONGEST_TIME = 12
TIMED_ROW, TIMED_LINE = 0.5, 0.3
MARKS = 3
"""Brackets and signs beside the times of a name."""
PROSE = 160
"""Characters from which on a line is a sentence rather than a fact."""


@dataclass(frozen=True)
class Statement:
    """A block with its context."""

    number: int
    """Place in the view's statements."""
    document: str
    block: Block
    title: str
    parents: tuple[int, ...] = ()
    """Numbers of the items it is nested in, innermost first."""
    label: int | None = None
    """Number of the statement that introduces its list or table."""
    heading: int | None = None
    """Number of the nearest heading's statement (of the heading above, for a heading)."""
    facts: list[Fact] = field(default_factory=list)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Amounts of the line in order; of a row, the first amount of each cell."""
        if self.block.kind != "row":
            numbered = ORDINAL.match(self.block.plain)
            start = numbered.end() if numbered else 0
            found = find_quantities(self.block.plain)
            return tuple(Figure.of(self, hit, self.name, None) for hit in found if hit.start >= start)
        made = []
        for at, cell in enumerate(self.block.cells):
            hits = find_quantities(cell) if at else []
            if hits:
                head = self.block.header[at] if at < len(self.block.header) else ""
                made.append(Figure.of(self, hits[0], head, at))
        return tuple(made)

    @cached_property
    def telling(self) -> tuple[NameWord, ...]:
        """Words of the name that carry meaning."""
        words = split(self.name)
        roots = [root(word) for word in words]
        named = {at + step: names for at, (length, names) in concepts_in(roots).items() for step in range(length)}
        return tuple(
            NameWord(one, named.get(at, frozenset()), one in generic_roots())
            for at, (one, word) in enumerate(zip(roots, words, strict=True))
            if word not in stop_words()
        )

    @cached_property
    def prose(self) -> bool:
        """Whether it is a long sentence."""
        return len(self.block.plain) > PROSE

    @property
    def line(self) -> int:
        """First line."""
        return self.block.lines[0]

    @cached_property
    def name(self) -> str:
        """What the line speaks of: a row's first cell, the words before a colon, else the whole line."""
        if self.block.kind == "row":
            return self.block.cells[0] if self.block.cells else ""
        head, colon, rest = self.block.plain.partition(":")
        if head.count("(") > head.count(")"):
            # "Purchasing (goal: 25%)" speaks of purchasing.
            return head[: head.rindex("(")].rstrip() or self.block.plain
        return head if colon and (rest[:1].isspace() or not rest) else self.block.plain

    @cached_property
    def own_periods(self) -> tuple[FoundPeriod, ...]:
        """Periods the line itself names; for a row, those of its first cell."""
        row = self.block.kind == "row"
        found = tuple(find_periods(self.name if row else self.block.plain))
        named = row or len(self.name) < len(self.block.plain)
        if found and not row or not named or len(self.name) > LONGEST_TIME:
            return found
        head = self.block.header[0] if row and self.block.header and self.name.isdigit() else ""
        lone = None if found else parse_period(f"{head} {self.name}".strip())
        # A row named "2027", or "6" in a column of months, or a point "2027: $500", is that time's.
        return found if lone is None else (FoundPeriod(0, len(self.name), lone, "calendar"),)

    @cached_property
    def is_timed_row(self) -> bool:
        """Whether a row is called by a time: `2027`, `Año 1`, `Mes 0-3`."""
        return self.block.kind == "row" and any(len(hit.period.raw) >= len(self.name) - 2 for hit in self.own_periods)

    @cached_property
    def timed_worth(self) -> float:
        """What a name that is a time and nothing else counts for (`2027: $500`); 0 for any other name."""
        if self.block.kind == "row":
            return TIMED_ROW if self.is_timed_row else 0.0
        if len(self.name) == len(self.block.plain) or self.is_container or not self.figures:
            return 0.0
        said = sum(len(hit.period.raw) for hit in self.own_periods if hit.start < len(self.name))
        return TIMED_LINE if said and said >= len(self.name) - MARKS else 0.0

    @cached_property
    def is_header_row(self) -> bool:
        """Whether it is a table's header."""
        return self.block.kind == "row" and self.block.cells == self.block.header

    @property
    def is_container(self) -> bool:
        """Whether it is a heading."""
        return self.block.kind == "heading"


@dataclass(frozen=True)
class NameWord:
    """A word of a statement's name."""

    root: str
    concepts: frozenset[str]
    """Of the phrase it is part of."""
    generic: bool


@dataclass(frozen=True)
class Figure:
    """An amount of a statement."""

    statement: Statement
    raw: str
    low: Decimal
    high: Decimal
    unit: str
    head: str
    """What the amount is of: its column's head, or the line's name."""
    column: int | None = None
    marked: bool = False

    @classmethod
    def of(cls, statement: Statement, hit: FoundQuantity, head: str, column: int | None) -> Figure:
        """From what was read."""
        low = hit.quantity.value
        high = hit.quantity.high if hit.quantity.high is not None else low
        return cls(statement, hit.raw, low, high, hit.quantity.unit, head, column, hit.marked)


SKIPPED = ("front_matter", "rule", "html")


def statements_of(parsed: ParsedDocument, facts: Iterable[Fact], start: int) -> list[Statement]:
    """Statements of one document in order of lines, numbered from `start`."""
    by_line: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_line[fact.lines[0]].append(fact)
    kept: list[tuple[int, Piece, int]] = []
    first: dict[int, int] = {}
    for index, block in enumerate(parsed.blocks):
        if block.kind in SKIPPED or not _says_something(block):
            continue
        first[index] = start + len(kept)
        kept += [(index, piece, first[index]) for piece in taken_apart(parsed, block)]
    lines = {block.lines[0]: first[index] for index, block in enumerate(parsed.blocks) if index in first and not block.fact_id}
    series = introduced(parsed.blocks)
    corrected = frozenset(block.fact_id for block in parsed.blocks if block.fact_id)
    headings = _Headings()
    made: list[Statement] = []
    for index, piece, begins in kept:
        block, number = piece.block, start + len(made)
        above = headings.above(block, number)
        label = lines.get(block.label_line) if block.label_line is not None else first.get(series.get(index, -1))
        parents = _parents(parsed.blocks, parsed.blocks[index], first)
        made.append(
            Statement(
                number=number,
                document=parsed.document,
                block=block,
                title=parsed.title,
                parents=parents if piece.below is None else (begins + piece.below, *parents),
                label=label,
                heading=above,
                facts=_facts_on(block, by_line, corrected, apart=block is not parsed.blocks[index]),
            )
        )
    return made


def _says_something(block: Block) -> bool:
    return bool(block.plain.strip() or any(block.cells))


def _facts_on(block: Block, by_line: dict[int, list[Fact]], corrected: Collection[str], *, apart: bool) -> list[Fact]:
    """Facts of the block's lines, but for those a block of their own states; of a block taken apart, what the piece states."""
    first, last = block.lines
    found = [fact for line in range(first, min(last, first + 40) + 1) for fact in by_line.get(line, [])]
    if block.fact_id:
        return [fact for fact in found if fact.id == block.fact_id]
    found = [fact for fact in found if fact.id not in corrected]
    return [fact for fact in found if not apart or fact.raw.strip(" *") in block.plain or block.plain in fact.raw]


def _parents(blocks: Sequence[Block], block: Block, numbers: dict[int, int]) -> tuple[int, ...]:
    found: list[int] = []
    parent = block.parent
    while parent is not None and len(found) < 8:
        if parent in numbers:
            found.append(numbers[parent])
        parent = blocks[parent].parent
    return tuple(found)


class _Headings:
    """The headings open at a block."""

    def __init__(self) -> None:
        self._open: list[tuple[int, int]] = []

    def above(self, block: Block, number: int) -> int | None:
        if block.kind != "heading":
            return self._open[-1][1] if self._open else None
        while self._open and self._open[-1][0] >= block.level:
            self._open.pop()
        over = self._open[-1][1] if self._open else None
        self._open.append((block.level, number))
        return over
