"""Which side is good: comparator, way and words of the name."""

from decimal import Decimal

import pytest

from copilot.health.directions import cadence_of, direction_of, direction_of_name
from tests.health.conftest import kpi, months


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Churn mensual", "down"),
        ("Tasa de cancelación", "down"),
        ("CAC", "down"),
        ("Tiempo de respuesta", "down"),
        ("Coût par lead", "down"),
        ("Taxa de rejeição", "down"),
        ("Reducción de costes", "up"),
        ("LTV/CAC", "up"),
        ("MRR", "up"),
        ("Chiffre d'affaires", "up"),
        ("Satisfação do cliente", "up"),
        ("Entregas a tiempo", "up"),
        ("Real-time adoption", "up"),
        ("Zeta", None),
    ],
)
def test_the_name_tells_the_good_side(name: str, side: str | None) -> None:
    assert direction_of_name(name) == side


def test_a_comparator_goes_before_the_name_and_a_baseline_before_it_too() -> None:
    limit = kpi("Clientes", "5", "count", comparator="<")
    falling = kpi("Clientes", "5", "count")

    assert direction_of(limit, [limit]) == ("down", "comparator")
    assert direction_of(falling, [falling], Decimal(9)) == ("down", "baseline")
    assert direction_of(falling, [falling]) == ("up", "name")


def test_a_reach_is_no_upper_limit() -> None:
    revenue = kpi("Ingresos", "500000", "USD", comparator="<=", raw="hasta $500K")

    assert direction_of(revenue, [revenue]) == ("up", "name")


def test_targets_that_fall_month_by_month_tell_the_side_of_an_unknown_name() -> None:
    series = [kpi("Zeta", value, when=months(month), line=month) for month, value in ((1, "9"), (3, "7"), (6, "4"))]

    assert direction_of(series[0], series) == ("down", "targets")


@pytest.mark.parametrize(
    ("text", "days"),
    [("semanal", 7), ("Mensualmente", 31), ("weekly", 7), ("trimestrielle", 92), ("semestral", 183), ("x", None)],
)
def test_a_cadence_in_words_is_days(text: str, days: int | None) -> None:
    assert cadence_of(text) == days
