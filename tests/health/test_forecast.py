"""The forecast says what it cannot say, and its 80 % interval holds about 80 % of what comes."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.health.forecast import project
from tests.health.conftest import TODAY, health_of, kpi, months, plan_of, readings

SERIES = 800
PLAN = plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6)))


def strays(kind: str, count: int, chance: random.Random) -> list[float]:
    if kind == "walk":
        walked = [0.0]
        for _ in range(count - 1):
            walked.append(walked[-1] + chance.gauss(0, 1))
        return walked
    if kind == "leaning":
        leant = [chance.gauss(0, 1)]
        for _ in range(count - 1):
            leant.append(0.6 * leant[-1] + chance.gauss(0, 0.8))
        return leant
    if kind == "heavy":
        return [chance.expovariate(1) * chance.choice((-1, 1)) for _ in range(count)]
    return [chance.gauss(0, 1) for _ in range(count)]


def coverage(kind: str, pace: float, chance: random.Random) -> float:
    """Share of generated series whose later value lies in the interval."""
    held = 0
    for _ in range(SERIES):
        count = chance.choice((4, 6, 8, 12, 26))
        ahead = chance.randint(1, count)
        noise = strays(kind, count + ahead, chance)
        times = [7.0 * number for number in range(count + ahead)]
        values = [100 + pace * number + noise[number] for number in range(count + ahead)]
        line = project(times[:count], values[:count], times[-1])
        held += abs(line.value - values[-1]) <= line.half
    return held / SERIES


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["even", "heavy", "leaning", "walk"]), pace=st.floats(-2, 2))
def test_the_interval_holds_between_seven_and_nine_of_ten_values_that_come(seed: int, kind: str, pace: float) -> None:
    assert 0.7 <= coverage(kind, pace, random.Random(seed)) <= 0.9


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=12),
    gap=st.integers(1, 40),
    ahead=st.integers(1, 200),
)
def test_a_forecast_lies_inside_its_own_interval_and_moves_with_the_readings(values: list[float], gap: int, ahead: int) -> None:
    times = [float(gap * number) for number in range(len(values))]

    line = project(times, values, times[-1] + ahead)
    lifted = project(times, [value + 1000 for value in values], times[-1] + ahead)

    assert line.half >= 0
    assert lifted.value == pytest.approx(line.value + 1000, abs=0.01)


def test_one_wild_reading_does_not_turn_the_trend() -> None:
    times = [float(number) for number in range(10)]

    line = project(times, [2 * time if time != 4 else 500.0 for time in times], 20.0)

    assert line.slope == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("values", "reason"),
    [((), "no_readings"), (("5", "4.9", "4.8"), "too_few_readings"), (("5", "5", "5", "5"), "due_too_far")],
)
def test_where_there_is_no_forecast_it_says_why(values: tuple[str, ...], reason: str) -> None:
    found = health_of(PLAN, readings("Churn", *values))

    assert (found.forecast, found.no_forecast) == (None, reason)


def test_a_target_without_a_date_or_of_the_past_has_no_forecast() -> None:
    said = readings("Churn", "5", "4.9", "4.8", "4.7")

    assert health_of(plan_of(kpi("Churn", "3", comparator="<")), said).no_forecast == "no_due_date"
    assert health_of(plan_of(kpi("Churn", "3", when=months(3))), said).no_forecast == "due_is_past"


@pytest.mark.parametrize(("step", "outcome"), [("-0.01", "missed"), ("-0.2", "reached")])
def test_the_outcome_tells_on_which_side_of_the_target_the_interval_lies(step: str, outcome: str) -> None:
    values = [str(Decimal("5.9") + Decimal(step) * number) for number in range(12)]

    made = health_of(PLAN, readings("Churn", *values)).forecast

    assert made is not None
    assert made.outcome == outcome
    assert made.on == date(2026, 6, 30)


def test_two_readings_of_one_day_count_once() -> None:
    said = readings("Churn", "5", "4.9", "4.8", "4.7")
    twice = [*said, said[-1].model_copy(update={"id": "again", "value": Decimal("4.6")})]

    assert health_of(PLAN, [*said[:3], said[2].model_copy(update={"id": "x"})], today=TODAY).no_forecast == "too_few_readings"
    assert health_of(PLAN, twice, today=TODAY + timedelta(days=50)).no_forecast != "no_readings"
