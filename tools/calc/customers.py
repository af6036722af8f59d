"""What a customer brings and costs: lifetime value, its ratio to the cost of winning one, months to earn that back."""

from __future__ import annotations

from decimal import Decimal

from copilot.domain.answer import Calculation
from copilot.domain.errors import UnitMismatch
from tools.calc.amounts import Amount, calculation, money, plain, positive, single

HUNDRED = Decimal(100)


def lifetime_value(revenue: Amount, churn: Amount, margin: Amount | None = None) -> tuple[Calculation, ...]:
    """Gross profit a customer brings before leaving: revenue a month * margin / churn a month.

    Args:
        revenue: of one customer in a month (ARPU).
        churn: percent of customers lost in a month; a yearly churn is refused.
        margin: gross margin in percent; None: revenue counts whole, and the result says so.
    """
    head = _monthly_money(revenue)
    lost = _monthly_percent(churn)
    name = (
        "LTV (monthly revenue * margin / monthly churn)" if margin else "LTV (monthly revenue / monthly churn, no margin given)"
    )
    if margin is None:
        formula = f"{plain(revenue.value)} / ({plain(lost.value)} / 100)"
        return (calculation(name, formula, revenue.value * HUNDRED / lost.value, head, (revenue, churn)),)
    kept = _percent(margin)
    formula = f"{plain(revenue.value)} * {plain(kept.value)} / 100 / ({plain(lost.value)} / 100)"
    return (calculation(name, formula, revenue.value * kept.value / lost.value, head, (revenue, kept, churn)),)


def ltv_to_cac(value: Amount, cost: Amount) -> tuple[Calculation, ...]:
    """Lifetime value divided by the cost of winning the customer; 3 for `3:1`."""
    for amount in (value, cost):
        money(single(amount, "LTV/CAC"))
    if value.unit != cost.unit:
        raise UnitMismatch(left=value.unit, right=cost.unit)
    positive(cost)
    formula = f"{plain(value.value)} / {plain(cost.value)}"
    return (calculation("LTV/CAC", formula, value.value / cost.value, "ratio", (value, cost)),)


def cac_payback(cost: Amount, revenue: Amount, margin: Amount | None = None) -> tuple[Calculation, ...]:
    """Months of gross profit that pay back the cost of winning a customer."""
    head = _monthly_money(positive(revenue))
    if money(single(cost, "CAC payback")).unit != head:
        raise UnitMismatch(left=cost.unit, right=head)
    if margin is None:
        formula = f"{plain(cost.value)} / {plain(revenue.value)}"
        return (calculation("CAC payback (no margin given)", formula, cost.value / revenue.value, "months", (cost, revenue)),)
    kept = positive(_percent(margin))
    formula = f"{plain(cost.value)} / ({plain(revenue.value)} * {plain(kept.value)} / 100)"
    result = cost.value * HUNDRED / (revenue.value * kept.value)
    return (calculation("CAC payback", formula, result, "months", (cost, revenue, kept)),)


def _monthly_money(amount: Amount) -> str:
    head, _, rate = money(single(amount, "LTV")).unit.partition("/")
    if rate not in ("", "month", "user/month", "customer/month"):
        raise UnitMismatch(left=amount.unit, right=f"{head}/month")
    return head


def _monthly_percent(amount: Amount) -> Amount:
    if amount.unit not in ("%", "%/month"):
        raise UnitMismatch(left=amount.unit, right="%/month")
    return positive(single(amount, "LTV"))


def _percent(amount: Amount) -> Amount:
    if amount.unit != "%":
        raise UnitMismatch(left=amount.unit, right="%")
    return single(amount, "LTV")
