"""Amounts as an audit compares them: the value, its ends, and how precisely it was written.

A figure may be off by half of its last written digit; a percentage that was cut instead of rounded, by a whole one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.quantity import SECONDS, Comparator, is_currency
from copilot.domain.source import Citation
from retrieval.language.quantities import FoundQuantity, parse_number
from tools.calc.amounts import Amount

_DIGITS = re.compile(r"\d[\d.,' ]*\d|\d")
TWO = Decimal(2)
SHARE = Decimal("0.05")
"""However coarsely a number is written, an error beyond this share of it is no rounding."""


@dataclass(frozen=True)
class Number:
    """An amount of a cell or a line."""

    value: Decimal
    high: Decimal
    """Equal to `value` unless it is a range."""
    unit: str
    half: Decimal
    """Half of the last written digit, in `unit`."""
    comparator: Comparator = "="
    sign: str = ""
    per: str | None = None
    raw: str = ""
    start: int = 0
    end: int = 0
    before: Decimal | None = None
    """Former value of a move, in the same unit."""
    before_half: Decimal = Decimal(0)

    @property
    def is_range(self) -> bool:
        """Whether the two ends differ."""
        return self.high != self.value

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of a currency."""
        return is_currency(self.unit)

    @property
    def signed(self) -> Decimal:
        """The value, below zero behind a minus."""
        return -self.value if self.sign == "-" else self.value

    def amount(self, name: str = "", citation: Citation | None = None) -> Amount:
        """As an input of a calculation."""
        return Amount(
            value=self.signed, high=self.high if self.is_range else None, unit=self.unit, name=name or self.raw, citation=citation
        )


def number(found: FoundQuantity, *, unit: str | None = None, comma: bool = False) -> Number:
    """The amount found; a bare one takes `unit`."""
    quantity = found.quantity
    own = unit if unit and quantity.unit == "count" else quantity.unit
    top = quantity.value if quantity.high is None else quantity.high
    former = found.baseline if found.baseline is not None and found.baseline.unit == quantity.unit else None
    half = _half(found.raw, top, comma=comma)
    return Number(
        value=quantity.value,
        high=top,
        unit=own,
        half=half,
        comparator=quantity.comparator,
        sign=found.sign,
        per=found.per,
        raw=found.raw.strip(),
        start=found.start,
        end=found.end,
        before=_in_unit(former.value, former.unit, quantity.unit) if former else None,
        before_half=_half_of_first(found.raw, former.value, comma=comma) if former else Decimal(0),
    )


def in_unit(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """A length of time in another unit of time; other units only as they are."""
    if unit == wanted:
        return value
    if unit in SECONDS and wanted in SECONDS:
        return value * SECONDS[unit] / SECONDS[wanted]
    return None


def rounds_to(exact: Decimal, stated: Number, *, slack: Decimal = Decimal(0)) -> bool:
    """Whether a calculated value may have been written like this: rounded, or cut."""
    return abs(exact - stated.value) <= TWO * stated.half + slack or abs(exact - stated.high) <= TWO * stated.half + slack


def within(exact: Decimal, stated: Decimal, tolerance: Decimal) -> bool:
    """Whether two values are one within the tolerance."""
    return abs(exact - stated) <= tolerance


def sum_tolerance(stated: Number, parts: list[Number]) -> Decimal:
    """How far a sum may be from its parts: all roundings together, but at most a twentieth of it."""
    rough = stated.half + sum((part.half for part in parts), Decimal(0))
    exact = all(part.half <= Decimal("0.5") for part in (stated, *parts)) and stated.value >= 100
    cap = abs(stated.high) * (SHARE / 5 if exact else SHARE)
    return max(min(rough, cap), Decimal("0.5") * stated.half if stated.half < 1 else Decimal("0.005"))


def off_by(exact: Decimal, stated: Decimal) -> Decimal:
    """Difference as a share of the larger of the two."""
    larger = max(abs(exact), abs(stated))
    return abs(exact - stated) / larger if larger else Decimal(0)


def _in_unit(value: Decimal, unit: str, wanted: str) -> Decimal:
    other = in_unit(value, unit, wanted)
    return value if other is None else other


def _half(raw: str, value: Decimal, *, comma: bool) -> Decimal:
    digits = _DIGITS.findall(raw)
    return _step(digits[-1], value, comma=comma) / TWO if digits else Decimal("0.5")


def _half_of_first(raw: str, value: Decimal, *, comma: bool) -> Decimal:
    digits = _DIGITS.findall(raw)
    return _step(digits[0], value, comma=comma) / TWO if digits else Decimal("0.5")


def _step(digits: str, value: Decimal, *, comma: bool) -> Decimal:
    """One of the last written digit: 10,000 for `$1.15M`, 1 for `45,000`."""
    written, _ = parse_number(digits.strip(" '"), decimal_comma=comma)
    exponent = written.as_tuple().exponent
    places = min(0, exponent) if isinstance(exponent, int) else 0
    scale = abs(value) / written if written and value else Decimal(1)
    return scale * Decimal(10) ** places
