"""How far two values lie apart: which figures are meant, in which order, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.errors import ModelCanRetry
from tests.offline.desk import compiled
from tools.lookup import PlanView, compare_values

PLAN = """# Plan de Riego

## Metas
| Métrica | Actual | Objetivo |
|---------|--------|----------|
| Puntuación de riesgo | 7.5/10 | 5/10 |
| Fincas | 40 | 65 |

## Ingresos
| Métrica | 2025 | 2027 |
|---------|------|------|
| Ingresos | $1.2M | $3M |
| Margen | 20% | 26% |
"""


@pytest.fixture(scope="module")
def plans() -> PlanView:
    return compiled({"riego.md": PLAN})


def test_years_in_the_columns_give_the_change_from_then_to_now(plans: PlanView) -> None:
    found = compare_values(plans, first="ingresos 2027", second="ingresos 2025")

    assert found.value == "$1.8M"
    assert [step.result for step in found.calculations] == [Decimal(1800000), Decimal(150)]
    assert [row["amount"] for row in found.rows] == ["$1.2M", "$3M"]


def test_shares_lie_apart_in_percentage_points(plans: PlanView) -> None:
    found = compare_values(plans, first="margen 2025", second="margen 2027")

    assert (found.value, found.unit) == ("6%", "%")


def test_without_a_second_value_today_is_set_against_the_target(plans: PlanView) -> None:
    found = compare_values(plans, first="fincas")

    assert found.calculations[0].result == Decimal(25)
    assert {row["amount"] for row in found.rows} == {"40", "65"}


def test_points_of_a_score_are_plain_points(plans: PlanView) -> None:
    found = compare_values(plans, first="puntuación de riesgo")

    assert (found.calculations[0].result, found.calculations[0].unit) == (Decimal("2.5"), "count")


def test_values_of_two_units_are_not_compared(plans: PlanView) -> None:
    found = compare_values(plans, first="ingresos 2025", second="margen 2027")

    assert not found.calculations
    assert found.note


def test_nothing_to_compare_is_told_to_the_model(plans: PlanView) -> None:
    with pytest.raises(ModelCanRetry):
        compare_values(plans, first="  ")
