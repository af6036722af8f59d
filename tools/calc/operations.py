"""The calculations by name: which amounts each takes, in which order, and what else it needs. One table for every surface."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar, get_args

from copilot.domain.answer import Calculation
from copilot.domain.errors import UserCanFix
from tools.calc.amounts import Amount
from tools.calc.arithmetic import difference, percent_change, ratio, total
from tools.calc.cash import against_budget, converted, roi_sensitivity, runway
from tools.calc.customers import cac_payback, lifetime_value, ltv_to_cac
from tools.calc.finance import break_even, cagr, payback, roi, weighted_roi
from tools.calc.flows import Timing, irr, npv

Operation = Literal[
    "total",
    "difference",
    "percent_change",
    "ratio",
    "roi_net",
    "roi_gross",
    "weighted_roi",
    "roi_sensitivity",
    "payback",
    "cagr",
    "npv",
    "irr",
    "break_even",
    "ltv",
    "ltv_cac",
    "cac_payback",
    "runway",
    "budget",
    "convert",
]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
Known = TypeVar("Known")
MANY = 500
"""More amounts than any operation is given."""


@dataclass(frozen=True)
class Terms:
    """What an operation needs beside its amounts."""

    per: Literal["month", "year"] = "year"
    rate_percent: Decimal | None = None
    timing: Timing = "end"
    intervals: Decimal | None = None
    to: str | None = None
    vary: Literal["return", "cost"] = "return"


@dataclass(frozen=True)
class _Entry:
    amounts: str
    """What the amounts are, in their order, as a model and a person are told."""
    least: int
    most: int
    run: Callable[[Sequence[Amount], Terms], tuple[Calculation, ...]]


TABLE: dict[Operation, _Entry] = {
    "total": _Entry("any number", 1, MANY, lambda given, _: total(given)),
    "difference": _Entry("first, second", 2, 2, lambda given, _: difference(*given)),
    "percent_change": _Entry("before, after", 2, 2, lambda given, _: percent_change(*given)),
    "ratio": _Entry("first, second", 2, 2, lambda given, _: ratio(*given)),
    "roi_net": _Entry("investment, total return (not profit)", 2, 2, lambda given, _: roi(*given, sense="net")),
    "roi_gross": _Entry("investment, total return (not profit)", 2, 2, lambda given, _: roi(*given, sense="gross")),
    "weighted_roi": _Entry(
        "all investments, then their ROIs in the same order",
        2,
        MANY,
        lambda given, _: weighted_roi(given[: len(given) // 2], given[len(given) // 2 :]),
    ),
    "roi_sensitivity": _Entry(
        "investment, total return; which of them moves is `vary`",
        2,
        2,
        lambda given, terms: roi_sensitivity(*given, vary=terms.vary),
    ),
    "payback": _Entry(
        "investment, gain per month or year (set `per`)", 2, 2, lambda given, terms: payback(*given, per=terms.per)
    ),
    "cagr": _Entry(
        "first, last (set `intervals`)",
        2,
        2,
        lambda given, terms: cagr(*given, intervals=_needed("intervals", terms.intervals)),
    ),
    "npv": _Entry(
        "first flow today (an investment is negative), then one a period (set `rate_percent`, `timing`)",
        2,
        MANY,
        lambda given, terms: npv(given, rate_percent=_needed("rate_percent", terms.rate_percent), timing=terms.timing),
    ),
    "irr": _Entry("first flow today (an investment is negative), then one a period", 2, MANY, lambda given, _: irr(given)),
    "break_even": _Entry("fixed cost, price, variable cost", 3, 3, lambda given, _: break_even(*given)),
    "ltv": _Entry(
        "revenue of a customer a month, churn % a month, gross margin % if known", 2, 3, lambda given, _: lifetime_value(*given)
    ),
    "ltv_cac": _Entry("LTV, CAC", 2, 2, lambda given, _: ltv_to_cac(*given)),
    "cac_payback": _Entry(
        "CAC, revenue of a customer a month, gross margin % if known", 2, 3, lambda given, _: cac_payback(*given)
    ),
    "runway": _Entry("cash, spent a month, earned a month if any", 2, 3, lambda given, _: runway(*given)),
    "budget": _Entry("budget, actual", 2, 2, lambda given, _: against_budget(*given)),
    "convert": _Entry(
        "amount, exchange rate (set `to`)", 2, 2, lambda given, terms: converted(*given, to=_needed("to", terms.to))
    ),
}


BARE: dict[Operation, tuple[str, ...]] = {
    "total": ("count",),
    "difference": ("count",),
    "percent_change": ("count",),
    "ratio": ("count",),
    "cagr": ("count",),
    "ltv": ("money", "%"),
    "cac_payback": ("money", "money", "%"),
    "convert": ("money", "ratio"),
}
"""What numbers without a unit are, amount by amount, the last for the rest; money where an operation is not named."""


def run(operation: Operation, amounts: Sequence[Amount], terms: Terms) -> tuple[Calculation, ...]:
    """Calculate.

    Raises:
        UserCanFix: `wrong_number_of_amounts`, `calculation_needs`, and what the operation itself refuses: units that differ,
            a cost of zero, flows without a rate.
    """
    entry = TABLE[operation]
    if not entry.least <= len(amounts) <= entry.most:
        raise UserCanFix("wrong_number_of_amounts", operation=operation, given=len(amounts), expected=entry.amounts)
    return entry.run(amounts, terms)


def described() -> str:
    """The table in words; operations on the same amounts are named together."""
    same: dict[str, list[str]] = {}
    for name, entry in TABLE.items():
        same.setdefault(entry.amounts, []).append(name)
    return "; ".join(f"{', '.join(names)}: {amounts}" for amounts, names in same.items())


def _needed(name: str, value: Known | None) -> Known:
    if value is None:
        raise UserCanFix("calculation_needs", name=name)
    return value


def unit_of_bare(operation: Operation, place: int, currency: str) -> str:
    """Unit of a number that was given without one, at a place counted from 0."""
    told = BARE.get(operation, ("money",))
    unit = told[min(place, len(told) - 1)]
    return currency if unit == "money" else unit


def name_of_amount(operation: Operation, place: int) -> str:
    """What the amount at a place, counted from 0, is for the operation."""
    entry = TABLE[operation]
    if entry.most == MANY:
        return f"amount {place + 1}"
    names = [re.sub(r" if (?:known|any)$|\s*[(;].*", "", part) for part in entry.amounts.split(", ")]
    return names[min(place, len(names) - 1)]
