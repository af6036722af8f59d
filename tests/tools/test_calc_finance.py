"""Finance arithmetic: senses, ranges, units and refusals."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.answer import Calculation
from copilot.domain.errors import UnitMismatch, UserCanFix
from tools.calc.amounts import Amount
from tools.calc.arithmetic import difference, percent_change, ratio, total
from tools.calc.finance import break_even, cagr, payback, roi, weighted_roi
from tools.calc.flows import npv

AMOUNTS = st.decimals(min_value=1, max_value=10**9, places=2)
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def usd(value: str | Decimal, high: str | None = None, name: str = "", unit: str = "USD") -> Amount:
    return Amount(value=Decimal(value), high=None if high is None else Decimal(high), unit=unit, name=name)


def evaluated(formula: str) -> float:
    def walk(node: ast.expr) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        assert isinstance(node, ast.BinOp)
        return float(OPERATORS[type(node.op)](walk(node.left), walk(node.right)))

    return walk(ast.parse(formula, mode="eval").body)


@pytest.mark.parametrize(
    ("sense", "result", "unit"),
    [pytest.param("net", "150", "%", id="net"), pytest.param("gross", "2.5", "ratio", id="gross")],
)
def test_roi_names_its_sense_and_differs_by_it(sense: Any, result: str, unit: str) -> None:
    (calculated,) = roi(usd("200000"), usd("500000"), sense=sense)

    assert (calculated.result, calculated.unit, calculated.name) == (Decimal(result), unit, f"ROI ({sense})")


def test_roi_of_ranges_gives_matched_and_crossed_ends_and_says_which() -> None:
    results = roi(usd("100", "200"), usd("300", "800"))

    assert {item.name: item.result for item in results} == {
        "ROI (net), low ends": Decimal(200),
        "ROI (net), high ends": Decimal(300),
        "ROI (net), worst: high first, low last": Decimal(50),
        "ROI (net), best: low first, high last": Decimal(700),
    }


def test_zero_investment_is_refused() -> None:
    with pytest.raises(UserCanFix, match="not_positive"):
        roi(usd("0"), usd("10"))


def test_two_currencies_are_never_divided() -> None:
    with pytest.raises(UnitMismatch):
        roi(usd("10"), usd("10", unit="EUR"))


def test_a_yearly_gain_pays_back_in_months() -> None:
    (calculated,) = payback(usd("30000"), usd("120000", unit="USD/year"), per="year")

    assert (calculated.result, calculated.unit, calculated.formula) == (Decimal(3), "months", "30000 / (120000 / 12)")


def test_a_monthly_rate_is_not_taken_for_a_yearly_one() -> None:
    with pytest.raises(UnitMismatch):
        payback(usd("30000"), usd("1000", unit="USD/month"), per="year")


def test_weighted_roi_counts_the_larger_investment_more() -> None:
    rois = [Amount(value=Decimal(100), unit="%"), Amount(value=Decimal(300), unit="%")]

    (calculated,) = weighted_roi([usd("100"), usd("300")], rois)

    assert calculated.result == Decimal(250)


def test_cagr_is_taken_over_intervals_not_over_years_named() -> None:
    (calculated,) = cagr(usd("100"), usd("400"), intervals=Decimal(2))

    assert (calculated.result, calculated.unit) == (Decimal(100), "%")


def test_npv_names_rate_and_timing_and_leaves_the_first_flow_undiscounted() -> None:
    flows = [usd("-100"), usd("110"), usd("121")]

    (at_end,) = npv(flows, rate_percent=Decimal(10), timing="end")
    (at_start,) = npv(flows, rate_percent=Decimal(10), timing="start")

    assert (at_end.result, at_start.result) == (Decimal(100), Decimal(120))
    assert "rate 10%" in at_end.name
    assert "at the end" in at_end.name


def test_break_even_below_the_variable_cost_is_refused() -> None:
    with pytest.raises(UserCanFix, match="never_breaks_even"):
        break_even(usd("1000"), usd("5"), usd("5"))


def test_break_even_counts_the_units_that_pay_the_fixed_cost() -> None:
    (calculated,) = break_even(usd("1000"), usd("15"), usd("5"))

    assert (calculated.result, calculated.unit) == (Decimal(100), "count")


def test_a_total_with_a_range_among_amounts_has_a_low_and_a_high_end() -> None:
    low, high = total([usd("100"), usd("20", "50")], name="investment")

    assert (low.name, low.result, high.name, high.result) == (
        "investment (low end)",
        Decimal(120),
        "investment (high end)",
        Decimal(150),
    )


def test_monthly_and_single_amounts_are_not_totalled() -> None:
    with pytest.raises(UnitMismatch):
        total([usd("100"), usd("20", unit="USD/month")])


def test_a_total_of_nothing_is_refused() -> None:
    with pytest.raises(UserCanFix, match="nothing_to_calculate"):
        total([])


def test_a_fall_is_a_negative_percent_change() -> None:
    (calculated,) = percent_change(usd("200"), usd("150"))

    assert calculated.result == Decimal(-25)


def test_differences_of_ranges_are_the_smallest_and_the_largest() -> None:
    smallest, largest = difference(usd("50", "60"), usd("10", "30"))

    assert (smallest.result, largest.result) == (Decimal(20), Decimal(50))


def test_a_ratio_of_two_units_is_refused() -> None:
    with pytest.raises(UnitMismatch):
        ratio(usd("10"), Amount(value=Decimal(5), unit="count"))


@settings(max_examples=60, deadline=None)
@given(cost=AMOUNTS, back=AMOUNTS)
def test_every_formula_evaluates_to_its_result(cost: Decimal, back: Decimal) -> None:
    first, second = Amount(value=cost, unit="USD"), Amount(value=back, unit="USD")
    results: list[Calculation] = [
        *roi(first, second),
        *roi(first, second, sense="gross"),
        *payback(first, second, per="year"),
        *cagr(first, second, intervals=Decimal(3)),
        *npv([Amount(value=-cost, unit="USD"), second, second], rate_percent=Decimal("12.5"), timing="end"),
        *total([first, second]),
        *difference(first, second),
        *percent_change(first, second),
        *ratio(first, second),
    ]

    for item in results:
        assert evaluated(item.formula) == pytest.approx(float(item.result), rel=1e-5, abs=1e-5)
