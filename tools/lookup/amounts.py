"""The figures of statements: which of a line's amounts is meant, and how an amount is written.

Knows text and units; adds nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from copilot.domain.quantity import is_currency
from tools.lookup.terms import Term, keys_of, likeness

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
PART = 0.5
SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


def meets(terms: Iterable[Term], text: str) -> float:
    """How many of the terms a short text (a column's head, a name) holds; a phrase of which it has a word only counts half."""
    keys = keys_of(text)
    return sum(_met(term, keys) for term in terms)


def _met(term: Term, keys: frozenset[str]) -> float:
    if term.concepts & keys:
        return 1.0
    if any(likeness(one, key) >= 0.75 for one in term.roots for key in keys):
        return PART if term.parts else 1.0
    return 0.0


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


def _scaled(value: Decimal) -> str:
    for step, letter in SCALES:
        if abs(value) >= step and (value / step * 1000) % 1 == 0:
            return f"{(value / step).normalize():f}{letter}"
    return f"{value.normalize():,f}"
