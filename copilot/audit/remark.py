"""What a rule says before the registry makes a finding of it: where, what is claimed, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from copilot.audit.sheet import Case, Sheet
from copilot.domain.answer import Calculation
from copilot.domain.audit import Confidence, Severity
from tools.calc.amounts import plain

MOST_LINES = 12
"""Lines a finding cites; more are no place."""
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True)
class Remark:
    """One thing that does not add up."""

    places: tuple[tuple[Sheet, int], ...]
    """Sheets and lines, those that matter most first."""
    severity: Severity
    confidence: Confidence
    claim: str
    problem: str
    expected: str = "-"
    calculations: tuple[Calculation, ...] = ()


Check = Callable[[Sheet], Iterator[Remark]]
"""A rule that looks at one document."""
CrossCheck = Callable[[Case], Iterator[Remark]]
"""A rule that looks at all of them."""


def at(sheet: Sheet, *lines: int) -> tuple[tuple[Sheet, int], ...]:
    """Lines of one document, each once."""
    return tuple((sheet, line) for line in dict.fromkeys(lines))


def shown(value: Decimal, unit: str, high: Decimal | None = None) -> str:
    """A value with its unit, as short as it can be: `$1.25M`, `13%`, `4.8 months`."""
    if high is not None and high != value:
        return f"{shown(value, unit)} - {shown(high, unit)}"
    head, _, rate = unit.partition("/")
    sign = _SIGNS.get(head)
    tail = f"/{rate}" if rate and sign else ""
    if sign or (len(head) == 3 and head.isupper()):
        told = _scaled(value)
        told = f"-{sign}{told[1:]}" if sign and told.startswith("-") else f"{sign or ''}{told}"
        return told + tail if sign else f"{told} {unit}"
    if unit == "%":
        return f"{_short(value)}%"
    return _short(value) if unit in ("count", "score") else f"{_short(value)} {unit}"


def joined(values: Sequence[str]) -> str:
    """A few values of a longer list."""
    return " + ".join(values) if len(values) <= MOST_LINES else " + ".join([*values[: MOST_LINES - 1], "..."])


def _scaled(value: Decimal) -> str:
    for size, letter in ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M")):
        if abs(value) >= size:
            return f"{_short(value / size, 3)}{letter}"
    return f"{value:,.2f}".removesuffix(".00") if abs(value) < 1000 else f"{value.quantize(Decimal(1), ROUND_HALF_UP):,}"


def _short(value: Decimal, places: int = 2) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return plain(abs(rounded)) if rounded >= 0 else f"-{plain(abs(rounded))}"
