"""Flows of money over periods: present value and internal rate of return, on Decimal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Literal

from copilot.domain.answer import Calculation
from copilot.domain.errors import UserCanFix
from tools.calc.amounts import Amount, calculation, money, plain, same_unit

Timing = Literal["end", "start"]
HUNDRED = Decimal(100)
MOST_PERIODS = 1200
DIGITS = 50
CLOSE = Decimal("1e-30")
"""Relative width of the interval in which the rate is known; far below what is shown."""


def npv(flows: Sequence[Amount], *, rate_percent: Decimal, timing: Timing) -> tuple[Calculation, ...]:
    """Net present value of flows, the first of them now.

    Args:
        flows: the first undiscounted and today (the investment, negative), then one a period.
        rate_percent: discount rate per period.
        timing: whether the flows after the first come at the `end` or at the `start` of their period.
    """
    unit = _unit(flows)
    if rate_percent <= -HUNDRED:
        raise UserCanFix("not_positive", name="1 + rate", value=plain(1 + rate_percent / HUNDRED))
    factor = 1 + rate_percent / HUNDRED
    results = []
    for end in ("low end", "high end") if any(flow.is_range for flow in flows) else ("",):
        total, parts = Decimal(0), []
        for period, flow in enumerate(flows):
            value = flow.top if end == "high end" else flow.value
            power = period if timing == "end" or period == 0 else period - 1
            total += value / factor**power
            parts.append(plain(value) if power == 0 else f"{plain(value)} / {plain(factor)} ** {power}")
        name = f"NPV (rate {plain(rate_percent)}% per period, flows at the {timing} of each period{', ' + end if end else ''})"
        results.append(calculation(name, " + ".join(parts), total, unit, flows))
    return tuple(results)


def irr(flows: Sequence[Amount]) -> tuple[Calculation, ...]:
    """Internal rate of return per period: the rate at which the flows, the first of them now, are worth nothing today.

    Refused where the flows change their sign never (`irr_none`) or more than once (`irr_ambiguous`): then there is none, or
    several rates fit. Ranges give the rate of all low ends and of all high ends.
    """
    unit = _unit(flows)
    results = []
    for end in ("low end", "high end") if any(flow.is_range for flow in flows) else ("",):
        values = [flow.top if end == "high end" else flow.value for flow in flows]
        rate = internal_rate(values)
        parts = [plain(value) if power == 0 else f"{plain(value)} / (1 + r) ** {power}" for power, value in enumerate(values)]
        name = f"IRR (per period, flows at the end of each period, in {unit}{', ' + end if end else ''})"
        results.append(calculation(name, f"{' + '.join(parts)} = 0; r * 100", rate * HUNDRED, "%", flows))
    return tuple(results)


def internal_rate(values: Sequence[Decimal]) -> Decimal:
    """The one rate above -1 at which the values, a period apart, add up to nothing. Raises UserCanFix as `irr`.

    With a single change of sign the present value has exactly one root in the discount factor x = 1 / (1 + rate) (Descartes'
    rule of signs), so halving an interval that holds it cannot find another.
    """
    signs = [value > 0 for value in values if value]
    changes = sum(one != other for one, other in pairwise(signs))
    if changes == 0:
        raise UserCanFix("irr_none")
    if changes > 1:
        raise UserCanFix("irr_ambiguous", changes=changes)
    with localcontext() as context:
        context.prec = DIGITS
        # Flows of nothing before the first move every other by as many periods, and leave the rate as it is.
        first = next(index for index, value in enumerate(values) if value)
        factor = _root(values[first:])
        rate = 1 / factor - 1
    return +rate


def _root(values: Sequence[Decimal]) -> Decimal:
    begins_positive = values[0] > 0
    low, high = Decimal(0), Decimal(1)
    while (_present(values, high) > 0) == begins_positive:
        low, high = high, high * 2
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if (_present(values, middle) > 0) == begins_positive:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _present(values: Sequence[Decimal], factor: Decimal) -> Decimal:
    """Value today, by Horner's scheme."""
    total = Decimal(0)
    for value in reversed(values):
        total = total * factor + value
    return total


def _unit(flows: Sequence[Amount]) -> str:
    if len(flows) < 2 or len(flows) > MOST_PERIODS:
        raise UserCanFix("too_few_flows" if len(flows) < 2 else "too_many_flows", flows=len(flows), limit=MOST_PERIODS)
    return same_unit([money(flow) for flow in flows])
