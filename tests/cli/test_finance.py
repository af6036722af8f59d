"""`rumbo finance` as typed."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Rumbo


def test_an_internal_rate_is_worked_out_of_flows_with_a_minus(rumbo: Rumbo) -> None:
    done = rumbo("finance", "calc", "irr", "-1000", "600", "600")

    assert done.code == 0
    assert "= 13.07%" in done.out
    assert "-$1,000" in done.out


def test_numbers_without_a_unit_take_the_one_their_place_asks_for(rumbo: Rumbo) -> None:
    (made,) = rumbo("finance", "calc", "ltv", "50", "4", "80", "--currency", "EUR", "--json").json()["calculations"]

    assert (made["result"], made["unit"]) == (1000, "EUR")
    assert [(one["name"], one["unit"]) for one in made["inputs"]] == [
        ("revenue of a customer a month", "EUR"),
        ("gross margin %", "%"),
        ("churn % a month", "%"),
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("npv", "-100", "60"), "rate_percent"),
        (("ratio", "1", "2", "3"), "first, second"),
        (("total", "5 EUR", "6 USD"), "EUR"),
        (("runway", "cien", "5"), "200K-300K"),
        (("irr", "1.234", "-5"), "1.234"),
        (("payback", "5", "5", "--per", "day"), "month"),
    ],
)
def test_what_cannot_be_worked_out_is_said_with_the_next_step(rumbo: Rumbo, typed: tuple[str, ...], told: str) -> None:
    done = rumbo("finance", "calc", *typed)

    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_every_calculation_is_listed_with_its_amounts(rumbo: Rumbo) -> None:
    listed = rumbo("finance", "list", "--json").json()

    assert {"irr", "npv", "ltv_cac", "runway", "roi_sensitivity", "convert"} <= set(listed)


def test_phases_are_added_up_with_the_line_of_each_amount(plans: Rumbo) -> None:
    made = plans("finance", "phases", "--document", "palancas", "--json").json()

    low, high = [step for step in made["calculations"] if "level lever" in step["name"]]
    assert (low["result"], high["result"]) == (310_000, 530_000)
    assert all(one["citation"]["document"] == "palancas_crecimiento.md" for one in low["inputs"])


def test_spending_is_compared_with_the_budget_the_plan_states(plans: Rumbo) -> None:
    done = plans("finance", "budget", "Palanca 1", "80K", "--document", "palancas")

    assert done.code == 0, done.err
    assert "80000 - 40000" in done.out
    assert "palancas_crecimiento.md:17" in done.out


def test_an_item_that_may_be_several_is_asked_about(plans: Rumbo) -> None:
    done = plans("finance", "budget", "Inversión", "80K", "--document", "palancas")

    assert done.code == 2
    assert "palancas_crecimiento.md" in done.err
