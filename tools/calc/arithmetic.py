"""Totals, differences, changes and ratios on Decimal; ranges are added end by end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from copilot.domain.answer import Calculation
from copilot.domain.errors import UserCanFix
from tools.calc.amounts import Amount, calculation, plain, positive, same_unit

MOST_TERMS = 500


def total(amounts: Sequence[Amount], *, name: str = "total") -> tuple[Calculation, ...]:
    """Sum of amounts of one unit: one calculation, or the low and the high end where a range is among them."""
    unit = same_unit(amounts)
    if len(amounts) > MOST_TERMS:
        raise UserCanFix("too_many_terms", terms=len(amounts), limit=MOST_TERMS)
    if not any(amount.is_range for amount in amounts):
        return (_sum(name, [amount.value for amount in amounts], unit, amounts),)
    low = _sum(f"{name} (low end)", [amount.value for amount in amounts], unit, amounts)
    high = _sum(f"{name} (high end)", [amount.top for amount in amounts], unit, amounts)
    return low, high


def difference(first: Amount, second: Amount) -> tuple[Calculation, ...]:
    """First minus second; ranges give the smallest and the largest difference."""
    unit = same_unit((first, second))
    pairs = [("difference", first.value, second.value)]
    if first.is_range or second.is_range:
        pairs = [
            ("difference (smallest: low end minus high end)", first.value, second.top),
            ("difference (largest: high end minus low end)", first.top, second.value),
        ]
    return tuple(
        calculation(name, f"{plain(left)} - {plain(right)}", left - right, unit, (first, second)) for name, left, right in pairs
    )


def percent_change(before: Amount, after: Amount) -> tuple[Calculation, ...]:
    """Change from before to after as percent of before, negative when it fell; before must be above zero."""
    same_unit((before, after))
    positive(before)
    pairs = [("percent change", before.value, after.value)]
    if before.is_range or after.is_range:
        pairs = [
            ("percent change (low ends)", before.value, after.value),
            ("percent change (high ends)", before.top, after.top),
        ]
    return tuple(
        calculation(
            name,
            f"({plain(new)} - {plain(old)}) / {plain(old)} * 100",
            (new - old) / old * 100,
            "%",
            (before, after),
        )
        for name, old, new in pairs
    )


def ratio(first: Amount, second: Amount) -> tuple[Calculation, ...]:
    """First divided by second, of one unit; a plain number, 3 for `3:1`."""
    same_unit((first, second))
    positive(second)
    pairs = [("ratio", first.value, second.value)]
    if first.is_range or second.is_range:
        pairs = [("ratio (smallest)", first.value, second.top), ("ratio (largest)", first.top, second.value)]
    return tuple(
        calculation(name, f"{plain(left)} / {plain(right)}", left / right, "ratio", (first, second))
        for name, left, right in pairs
    )


def _sum(name: str, values: Sequence[Decimal], unit: str, amounts: Sequence[Amount]) -> Calculation:
    return calculation(name, " + ".join(plain(value) for value in values), sum(values, Decimal(0)), unit, amounts)
