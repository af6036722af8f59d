"""Scales that tables write in words: the rows of the highest, the lowest or a named step of a column such as `Priority`.

Knows steps and columns; orders no figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.domain.quantity import Period
from tools.lookup.amounts import meets
from tools.lookup.match import Match
from tools.lookup.statements import Statement
from tools.lookup.terms import Term, scale_steps, split
from tools.lookup.view import PlanView

LONGEST = 2
MOST_ROWS = 200
CLOSE = 0.9
"""Share of the best table's worth from which on another table answers as well."""


@dataclass(frozen=True)
class Step:
    """A row's cell on a scale."""

    match: Match
    column: int
    level: int
    """0 for the top of the scale."""

    @property
    def cell(self) -> str:
        """As written."""
        return self.match.statement.block.cells[self.column]

    @property
    def head(self) -> str:
        """What the step is of."""
        return self.match.statement.block.header[self.column]


@lru_cache(maxsize=20_000)
def level_of(text: str) -> int | None:
    """The step a short text names and nothing else: 0 for the top; None for any other text."""
    steps, very = scale_steps()
    words = [word for word in split(text) if word not in very]
    found = {steps.get(word) for word in words}
    return found.pop() if 0 < len(words) <= LONGEST and len(found) == 1 else None


def step_in(text: str) -> int | None:
    """The step among a text's words: `High`, `impacto alto`."""
    return next((level for word in split(text) if (level := level_of(word)) is not None), None)


def without_steps(text: str) -> str:
    """A question's words without those that name a step."""
    return " ".join(word for word in text.split() if level_of(word) is None)


def on_a_scale(
    view: PlanView, item: str, scale: Sequence[Term], documents: Sequence[str] | None, periods: Sequence[Period]
) -> list[Step]:
    """The rows of the tables that hold a scale by the name asked for, in the documents' order."""
    asked = without_steps(item)
    terms = [term for term in scale if not term.generic and level_of(term.text) is None]
    ranked = view.index.rank(
        asked,
        documents=documents,
        periods=periods,
        accept=lambda statement: _column(statement, terms) is not None,
        limit=MOST_ROWS,
    )
    tables: dict[tuple[str, int | None], list[Match]] = defaultdict(list)
    for match in ranked:
        tables[match.statement.document, match.statement.block.table].append(match)
    worth = {place: max(match.coverage for match in rows) for place, rows in tables.items()}
    best = max(worth.values(), default=0.0)
    close = [match for place, rows in tables.items() if worth[place] >= CLOSE * best for match in rows]
    steps = []
    for match in sorted(close, key=lambda match: match.statement.number):
        column = _column(match.statement, terms)
        level = level_of(match.statement.block.cells[column]) if column is not None else None
        if column is not None and level is not None:
            steps.append(Step(match, column, level))
    return steps


def _column(statement: Statement, terms: Sequence[Term]) -> int | None:
    """The column that the question names best and in which this row holds a step."""
    block = statement.block
    if block.kind != "row" or not terms:
        return None
    steps = [at for at in range(1, min(len(block.cells), len(block.header))) if level_of(block.cells[at]) is not None]
    named = [(meets(terms, block.header[at]), -at) for at in steps]
    count, place = max(named, default=(0, 0))
    return -place if count else None
