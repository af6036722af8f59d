"""Cash and budgets: how long money lasts, spent against planned, one currency in another, a return under other inputs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from copilot.domain.answer import Calculation
from copilot.domain.errors import UnitMismatch, UserCanFix
from tools.calc.amounts import Amount, calculation, ends, money, plain, positive, same_unit, single

HUNDRED = Decimal(100)
STEPS = tuple(map(Decimal, (-30, -20, -10, 0, 10, 20, 30)))
"""Percent by which an input is moved."""
MOST_STEPS = 41


def runway(cash: Amount, spent: Amount, earned: Amount | None = None) -> tuple[Calculation, ...]:
    """Months until cash is gone.

    Args:
        cash: what is there.
        spent: what goes out a month.
        earned: what comes in a month; None: nothing.

    Raises:
        UserCanFix: `not_positive`; `cash_grows` when a month brings as much as it costs.
    """
    head = money(cash).unit
    for amount in (spent, *((earned,) if earned else ())):
        unit, _, rate = money(amount).unit.partition("/")
        if unit != head or rate not in ("", "month"):
            raise UnitMismatch(left=cash.unit, right=amount.unit)
    positive(cash)
    positive(spent)
    if earned is None:
        return ends("runway", spent, cash, lambda out, have: (f"{plain(have)} / {plain(out)}", have / out), "months")
    for amount in (cash, spent, earned):
        single(amount, "runway")
    burn = spent.value - earned.value
    if burn <= 0:
        raise UserCanFix("cash_grows", spent=plain(spent.value), earned=plain(earned.value))
    formula = f"{plain(cash.value)} / ({plain(spent.value)} - {plain(earned.value)})"
    return (calculation("runway", formula, cash.value / burn, "months", (cash, spent, earned)),)


def against_budget(planned: Amount, actual: Amount) -> tuple[Calculation, ...]:
    """Actual minus planned (above zero: over budget) and the share of the budget used, in percent."""
    unit = same_unit((money(planned), money(actual)))
    positive(planned)
    over = ends(
        "actual minus budget (above zero: over budget)",
        actual,
        planned,
        lambda real, plan: (f"{plain(real)} - {plain(plan)}", real - plan),
        unit,
    )
    used = ends(
        "share of the budget used",
        actual,
        planned,
        lambda real, plan: (f"{plain(real)} / {plain(plan)} * 100", real / plan * HUNDRED),
        "%",
    )
    return (*over, *used)


def converted(amount: Amount, rate: Amount, *, to: str) -> tuple[Calculation, ...]:
    """An amount of money in another currency.

    Args:
        amount: money, with its rate where there is one (`EUR/month`).
        rate: units of `to` for one unit of the amount's currency; a plain number or a unit such as `USD/EUR`.
        to: ISO 4217 code.
    """
    head, slash, per = money(amount).unit.partition("/")
    if rate.unit not in ("count", "ratio", "x", to, f"{to}/{head}"):
        raise UnitMismatch(left=rate.unit, right=f"{to}/{head}")
    positive(single(rate, "conversion"))
    name = f"{head} in {to} at {plain(rate.value)}"
    pairs = (
        [(name, amount.value)] if not amount.is_range else [(f"{name}, low end", amount.value), (f"{name}, high end", amount.top)]
    )
    return tuple(
        calculation(label, f"{plain(value)} * {plain(rate.value)}", value * rate.value, f"{to}{slash}{per}", (amount, rate))
        for label, value in pairs
    )


def roi_sensitivity(
    investment: Amount, gain: Amount, *, vary: Literal["return", "cost"] = "return", steps: Sequence[Decimal] = STEPS
) -> tuple[Calculation, ...]:
    """Net ROI with one input moved by each percentage, then how far it may move before nothing is earned.

    Args:
        investment: what is spent; above zero, one value.
        gain: what comes back in total, one value.
        vary: which of the two moves.
        steps: percentages, above -100.
    """
    same_unit((money(investment), money(gain)))
    for amount in (investment, gain):
        positive(single(amount, "sensitivity"))
    if not steps or len(steps) > MOST_STEPS or any(step <= -HUNDRED for step in steps):
        raise UserCanFix("bad_steps", limit=MOST_STEPS)
    inputs = (investment, gain)
    made = []
    for step in steps:
        factor = 1 + step / HUNDRED
        cost = investment.value * (factor if vary == "cost" else 1)
        back = gain.value * (factor if vary == "return" else 1)
        shown_cost = f"({plain(investment.value)} * {plain(factor)})" if vary == "cost" else plain(investment.value)
        shown_back = f"{plain(gain.value)} * {plain(factor)}" if vary == "return" else plain(gain.value)
        formula = f"({shown_back} - {shown_cost}) / {shown_cost} * 100"
        moved_by = f"{'+' if step > 0 else '-' if step < 0 else ''}{plain(abs(step))}%"
        made.append(calculation(f"ROI (net), {vary} {moved_by}", formula, (back - cost) / cost * HUNDRED, "%", inputs))
    base = gain.value if vary == "return" else investment.value
    moved = (investment.value - gain.value) if vary == "return" else (gain.value - investment.value)
    formula = (
        f"({plain(investment.value)} - {plain(gain.value)}) / {plain(gain.value)} * 100"
        if vary == "return"
        else f"({plain(gain.value)} - {plain(investment.value)}) / {plain(investment.value)} * 100"
    )
    made.append(calculation(f"change of the {vary} at which ROI (net) is 0", formula, moved / base * HUNDRED, "%", inputs))
    return tuple(made)
