"""The figures of statements: which of a line's amounts is meant, and how an amount is written.

Knows text and units; adds nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.quantity import is_currency
from retrieval.language.quantities import FoundQuantity, find_quantities
from tools.lookup.statements import Statement
from tools.lookup.terms import Term, keys_of, likeness

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


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


def figures(statement: Statement) -> list[Figure]:
    """Amounts of a line in order; of a row, the first amount of each cell."""
    if statement.block.kind != "row":
        found = find_quantities(statement.block.plain)
        return [_figure(statement, hit, statement.name, None) for hit in found]
    made = []
    for at, cell in enumerate(statement.block.cells):
        hits = find_quantities(cell) if at else []
        if hits:
            head = statement.block.header[at] if at < len(statement.block.header) else ""
            made.append(_figure(statement, hits[0], head, at))
    return made


def meets(terms: Iterable[Term], text: str) -> int:
    """How many of the terms a short text (a column's head, a name) holds."""
    keys = keys_of(text)
    return sum(
        1 for term in terms if term.concepts & keys or any(likeness(one, key) >= 0.75 for one in term.roots for key in keys)
    )


def kind(unit: str) -> str:
    """What amounts can be compared or added: `%` with `%`, money of one currency, days with days."""
    return unit.partition("/")[0]


def written(value: Decimal, unit: str, *, scaled: bool) -> str:
    """An amount as the documents write it: `$1.8M` where they scale, `$300,000` where they do not."""
    head = kind(unit)
    if is_currency(head):
        sign = SIGNS.get(head, f"{head} ")
        return f"{sign}{_scaled(value) if scaled else f'{value.normalize():,f}'}"
    number = f"{value.normalize():,f}"
    if head == "%":
        return f"{number}%"
    if head == "ratio":
        return f"{number}:1"
    return f"{number}x" if head == "x" else number


def written_range(low: Decimal, high: Decimal, unit: str, *, scaled: bool) -> str:
    """Both ends, or the one where they are equal."""
    first = written(low, unit, scaled=scaled)
    return first if low == high else f"{first} - {written(high, unit, scaled=scaled)}"


def is_scaled(raws: Iterable[str]) -> bool:
    """Whether the documents write these amounts with K, M or B."""
    return any(raw.rstrip("+ ").upper().endswith(("K", "M", "B")) for raw in raws)


def _figure(statement: Statement, hit: FoundQuantity, head: str, column: int | None) -> Figure:
    quantity = hit.quantity
    return Figure(
        statement=statement,
        raw=hit.raw,
        low=quantity.value,
        high=quantity.high if quantity.high is not None else quantity.value,
        unit=quantity.unit,
        head=head,
        column=column,
        marked=hit.marked,
    )


def _scaled(value: Decimal) -> str:
    for step, letter in SCALES:
        if abs(value) >= step and (value / step * 1000) % 1 == 0:
            return f"{(value / step).normalize():f}{letter}"
    return f"{value.normalize():,f}"
