"""Flows, customers, cash and budgets: formulas compared with a reference, senses, units and refusals."""

from __future__ import annotations

import random
from decimal import Decimal
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.errors import UnitMismatch, UserCanFix
from tests.tools.test_calc_finance import evaluated
from tools.calc.amounts import Amount
from tools.calc.cash import against_budget, converted, roi_sensitivity, runway
from tools.calc.customers import cac_payback, lifetime_value, ltv_to_cac
from tools.calc.finance import cagr
from tools.calc.flows import internal_rate, irr
from tools.calc.operations import OPERATIONS, TABLE, Terms, run

CASES = 1_000


def usd(value: str, high: str | None = None, unit: str = "USD", name: str = "") -> Amount:
    return Amount(value=Decimal(value), high=None if high is None else Decimal(high), unit=unit, name=name)


def percent(value: str) -> Amount:
    return Amount(value=Decimal(value), unit="%")


def test_growth_rates_equal_the_reference() -> None:
    chance = random.Random(11)
    for _ in range(CASES):
        first, last, years = chance.uniform(1, 1e6), chance.uniform(1, 1e6), chance.randint(1, 20)
        made = cagr(usd(str(first)), usd(str(last)), intervals=Decimal(years))[0]
        assert isclose(float(made.result) / 100, (last / first) ** (1 / years) - 1, abs_tol=1e-7)


def test_flows_that_change_their_sign_twice_have_no_single_rate() -> None:
    with pytest.raises(UserCanFix, match="irr_ambiguous"):
        irr([usd("-100"), usd("300"), usd("-150")])


def test_flows_of_two_currencies_have_no_rate() -> None:
    with pytest.raises(UnitMismatch):
        irr([usd("-100"), usd("300", unit="EUR")])


def test_a_range_gives_the_rate_of_both_ends() -> None:
    low, high = irr([usd("-100"), usd("110", "150")])

    assert (low.result, high.result) == (Decimal(10), Decimal(50))
    assert "low end" in low.name


def test_nothing_before_the_first_payment_leaves_the_rate_as_it_is() -> None:
    assert internal_rate([Decimal(0), Decimal(-100), Decimal(120)]) == pytest.approx(Decimal("0.2"))


def test_lifetime_value_counts_margin_and_says_when_there_is_none() -> None:
    (with_margin,) = lifetime_value(usd("50", unit="USD/month"), percent("4"), percent("80"))
    (without,) = lifetime_value(usd("50"), percent("4"))

    assert (with_margin.result, without.result) == (Decimal(1000), Decimal(1250))
    assert "no margin" in without.name
    assert evaluated(with_margin.formula) == pytest.approx(1000)


def test_a_yearly_churn_is_not_taken_for_a_monthly_one() -> None:
    with pytest.raises(UnitMismatch):
        lifetime_value(usd("50"), Amount(value=Decimal(40), unit="%/year"))


def test_ltv_to_cac_is_a_plain_ratio_of_one_currency() -> None:
    (made,) = ltv_to_cac(usd("1250"), usd("250"))

    assert (made.result, made.unit) == (Decimal(5), "ratio")
    with pytest.raises(UnitMismatch):
        ltv_to_cac(usd("1250"), usd("250", unit="EUR"))
    with pytest.raises(UserCanFix, match="not_positive"):
        ltv_to_cac(usd("1250"), usd("0"))


def test_cac_is_paid_back_by_margin_not_by_revenue() -> None:
    (made,) = cac_payback(usd("400"), usd("50"), percent("80"))

    assert (made.result, made.unit) == (Decimal(10), "months")


def test_runway_counts_what_comes_in() -> None:
    (made,) = runway(usd("600000"), usd("50000", unit="USD/month"), usd("20000"))

    assert (made.result, made.unit, made.formula) == (Decimal(20), "months", "600000 / (50000 - 20000)")


def test_cash_that_grows_does_not_run_out() -> None:
    with pytest.raises(UserCanFix, match="cash_grows"):
        runway(usd("100"), usd("10"), usd("10"))


def test_the_worst_runway_is_least_cash_at_most_spending() -> None:
    made = {step.name: step.result for step in runway(usd("100", "200"), usd("10", "20"))}

    assert made["runway, worst: high first, low last"] == Decimal(5)
    assert made["runway, best: low first, high last"] == Decimal(20)


def test_actual_above_budget_is_over_and_the_share_is_shown() -> None:
    over, used = against_budget(usd("120000"), usd("130000"))

    assert (over.result, over.unit) == (Decimal(10000), "USD")
    assert used.result == pytest.approx(Decimal("108.333333"))


def test_a_currency_is_converted_by_the_rate_given_and_keeps_its_month() -> None:
    (made,) = converted(usd("100", unit="EUR/month"), Amount(value=Decimal("1.08"), unit="USD/EUR"), to="USD")

    assert (made.result, made.unit) == (Decimal(108), "USD/month")


def test_a_rate_between_other_currencies_is_refused() -> None:
    with pytest.raises(UnitMismatch):
        converted(usd("100", unit="EUR"), Amount(value=Decimal("1.08"), unit="GBP/EUR"), to="USD")


@pytest.mark.parametrize("vary", ["return", "cost"])
def test_a_sensitivity_ends_where_nothing_is_earned(vary: str) -> None:
    made = roi_sensitivity(usd("200000"), usd("500000"), vary=vary)  # type: ignore[arg-type]  # the two values of `vary`
    moved = made[-1].result / 100 + 1
    cost, back = (200000 * moved, 500000) if vary == "cost" else (200000, 500000 * moved)

    assert abs(Decimal(back) - Decimal(cost)) < Decimal("0.01")
    assert next(step for step in made if step.name.endswith(f"{vary} 0%")).result == Decimal(150)
    for step in made:
        assert evaluated(step.formula) == pytest.approx(float(step.result), abs=1e-5)


@given(st.sampled_from(OPERATIONS), st.lists(st.decimals(-(10**9), 10**9, places=2), max_size=6))
def test_no_operation_answers_anything_but_a_calculation_or_a_refusal(name: str, values: list[Decimal]) -> None:
    amounts = [usd(str(value)) for value in values]
    terms = Terms(rate_percent=Decimal(10), intervals=Decimal(3), to="EUR")
    try:
        made = run(name, amounts, terms)  # type: ignore[arg-type]  # names of the table
    except UserCanFix:
        return
    assert all(step.result.is_finite() and step.inputs for step in made)
    assert TABLE[name].least <= len(amounts) <= TABLE[name].most  # type: ignore[index]  # as above
