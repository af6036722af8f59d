"""Return, payback, growth and break-even on Decimal; every result names its sense and its inputs.

ROI has two senses in strategy documents: net = (return - cost) / cost, gross = return / cost. Neither is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from copilot.domain.answer import Calculation
from copilot.domain.errors import UnitMismatch, UserCanFix
from tools.calc.amounts import Amount, calculation, ends, money, plain, positive, same_unit, single

Sense = Literal["net", "gross"]
HUNDRED = Decimal(100)
MONTHS = Decimal(12)


def roi(investment: Amount, gain: Amount, *, sense: Sense = "net") -> tuple[Calculation, ...]:
    """Return on investment.

    Args:
        investment: what is spent; above zero.
        gain: what comes back in total (not the profit), in the same unit.
        sense: net gives percent of the cost beyond the cost; gross gives a multiple, 5 for `5:1`.

    Returns:
        One calculation; four for ranges: ends matched (low with low, high with high) and crossed (worst, best).
    """
    same_unit((money(investment), money(gain)))
    positive(investment)
    name = f"ROI ({sense})"
    return ends(name, investment, gain, lambda cost, back: _roi_once(cost, back, sense), "%" if sense == "net" else "ratio")


def weighted_roi(investments: Sequence[Amount], rois: Sequence[Amount]) -> tuple[Calculation, ...]:
    """Average of several ROIs, each weighted by its investment; for an investment that is a range, its middle."""
    if len(investments) != len(rois) or not investments:
        raise UserCanFix("unpaired_inputs", investments=len(investments), rois=len(rois))
    same_unit([money(item) for item in investments])
    unit = same_unit(rois)
    weights = [(positive(item).value + item.top) / 2 for item in investments]
    total = sum(weights, Decimal(0))
    tops = any(item.is_range for item in rois)
    results = []
    for end in ("low end", "high end") if tops else ("",):
        values = [item.top if end == "high end" else item.value for item in rois]
        products = " + ".join(f"{plain(weight)} * {plain(value)}" for weight, value in zip(weights, values, strict=True))
        formula = f"({products}) / ({' + '.join(plain(weight) for weight in weights)})"
        result = sum((weight * value for weight, value in zip(weights, values, strict=True)), Decimal(0)) / total
        name = "weighted ROI" + (f" ({end})" if end else "")
        results.append(calculation(name, formula, result, unit, [*investments, *rois]))
    return tuple(results)


def payback(investment: Amount, gain: Amount, *, per: Literal["month", "year"]) -> tuple[Calculation, ...]:
    """Months until the gain of each month or year has paid the investment back."""
    head, _, rate = money(gain).unit.partition("/")
    if head != money(investment).unit or rate not in ("", per):
        raise UnitMismatch(left=f"{investment.unit}", right=f"{gain.unit}, taken per {per}")
    positive(investment)
    positive(gain)

    def once(cost: Decimal, back: Decimal) -> tuple[str, Decimal]:
        if per == "year":
            return f"{plain(cost)} / ({plain(back)} / 12)", cost * MONTHS / back
        return f"{plain(cost)} / {plain(back)}", cost / back

    return ends(f"payback (gain per {per})", investment, gain, once, "months")


def cagr(first: Amount, last: Amount, *, intervals: Decimal, unit: str = "year") -> tuple[Calculation, ...]:
    """Compound growth per interval from the first to the last value; `intervals` lie between them (3 for 2024 to 2027)."""
    same_unit((first, last))
    positive(first)
    positive(last)
    if intervals <= 0:
        raise UserCanFix("not_positive", name="intervals", value=plain(intervals))

    def once(start: Decimal, end: Decimal) -> tuple[str, Decimal]:
        rate = ((end / start) ** (1 / intervals) - 1) * HUNDRED
        return f"(({plain(end)} / {plain(start)}) ** (1 / {plain(intervals)}) - 1) * 100", rate

    return ends(f"CAGR (per {unit}, {plain(intervals)} intervals)", first, last, once, "%")


def break_even(fixed: Amount, price: Amount, variable: Amount) -> tuple[Calculation, ...]:
    """Units to sell until the margin of each has paid the fixed cost."""
    same_unit([money(item) for item in (fixed, price, variable)])
    positive(price)
    for item in (fixed, price, variable):
        single(item, "break-even")
    if price.value <= variable.value:
        raise UserCanFix("never_breaks_even", price=plain(price.value), variable=plain(variable.value))
    formula = f"{plain(fixed.value)} / ({plain(price.value)} - {plain(variable.value)})"
    result = fixed.value / (price.value - variable.value)
    return (calculation("break-even (units)", formula, result, "count", (fixed, price, variable)),)


def _roi_once(cost: Decimal, back: Decimal, sense: Sense) -> tuple[str, Decimal]:
    if sense == "gross":
        return f"{plain(back)} / {plain(cost)}", back / cost
    return f"({plain(back)} - {plain(cost)}) / {plain(cost)} * 100", (back - cost) / cost * HUNDRED
