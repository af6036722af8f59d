"""A metric's colour follows from its readings, its target and the path between; silence is grey, never red."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from copilot.domain.quantity import Period
from copilot.health.assessment import assess
from copilot.health.state import Rules
from tests.health.conftest import START, TODAY, health_of, kpi, months, plan_of, readings

YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [("3", "green", "met"), ("4.2", "green", "on_path"), ("5", "amber", "behind"), ("5.6", "red", "far_behind")],
)
def test_a_metric_between_baseline_and_target_is_rated_by_its_lag_on_the_path(value: str, status: str, reason: str) -> None:
    churn = kpi("Churn", "3", when=months(6), baseline=Decimal(6))

    found = health_of(plan_of(churn), readings("Churn", value))

    # 104 of 180 days have passed, so the path says 4.27.
    assert (found.status, found.reason) == (status, reason)
    assert found.expected == Decimal("4.267")


def test_the_path_starts_at_the_target_before_and_the_lag_is_measured_by_the_whole_way() -> None:
    plan = plan_of(
        kpi("MRR", "10000", "USD", when=months(1), line=3),
        kpi("MRR", "20000", "USD", when=months(3), line=4),
        kpi("MRR", "40000", "USD", when=months(6), line=5),
    )

    found = health_of(plan, readings("MRR", "20400", unit="USD"))

    assert found.path is not None
    assert (found.path.first, found.path.start, found.path.base) == (date(2026, 3, 31), Decimal(20000), Decimal(10000))
    assert found.shortfall == Decimal("9.7")
    assert found.status == "green"


def test_without_a_baseline_the_first_of_several_readings_is_where_the_way_begins() -> None:
    plan = plan_of(kpi("MRR", "40000", "USD", when=months(6)))

    assert health_of(plan, readings("MRR", "20000", unit="USD")).reason == "no_baseline"
    found = health_of(plan, readings("MRR", "20000", "21000", unit="USD"))
    assert found.path is not None
    assert found.path.start_from == "first_reading"


@pytest.mark.parametrize(
    ("value", "reason"), [("4.9", "met"), ("5", "near"), ("5.5", "near"), ("5.6", "off")], ids=["met", "strict", "near", "off"]
)
def test_a_target_without_a_date_is_held_against_the_value_as_it_stands(value: str, reason: str) -> None:
    assert health_of(plan_of(kpi("Churn", "5", comparator="<")), readings("Churn", value)).reason == reason


def test_a_period_that_needs_an_unknown_first_day_gives_no_colour() -> None:
    plan = plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6)), start=None)

    found = health_of(plan, readings("Churn", "5"))

    assert (found.status, found.reason, found.is_silent) == ("grey", "no_start", False)


def test_after_its_last_day_a_target_is_met_or_missed() -> None:
    plan = plan_of(kpi("Churn", "5", when=months(3), baseline=Decimal(6)))

    assert health_of(plan, readings("Churn", "5.1")).reason == "missed"
    assert health_of(plan, readings("Churn", "5")).reason == "met"


def test_no_reading_is_silence_once_the_period_runs_and_nothing_before() -> None:
    due = plan_of(kpi("NPS", "60", "score", when=months(4)))
    later = plan_of(kpi("NPS", "60", "score", when=months(9)))

    assert (health_of(due).status, health_of(due).reason, health_of(due).is_silent) == ("grey", "no_reading", True)
    assert (health_of(later).reason, health_of(later).is_silent) == ("not_begun", False)


@pytest.mark.parametrize(("days", "reason"), [(11, "far_behind"), (12, "stale")])
def test_a_weekly_metric_is_silent_when_its_last_reading_is_older_than_a_week_and_a_half(days: int, reason: str) -> None:
    plan = plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6)))

    found = health_of(plan, readings("Churn", "6", "6", "6", "6", last=TODAY - timedelta(days=days)))

    assert (found.reason, found.cadence_days) == (reason, 7)


def test_a_cadence_the_plan_states_goes_before_the_one_of_the_readings() -> None:
    monthly = Period(raw="mensual", unit="cadence")
    plan = plan_of(kpi("Churn", "3", comparator="<", when=monthly))

    found = health_of(plan, readings("Churn", "4", "4", "4", "2", last=TODAY - timedelta(days=30)))

    assert (found.cadence_days, found.status) == (31, "green")


def test_a_met_target_of_the_past_is_no_silence() -> None:
    plan = plan_of(kpi("Churn", "5", when=months(1), baseline=Decimal(6)))

    assert health_of(plan, readings("Churn", "4.8", last=date(2026, 2, 1))).reason == "met"


@pytest.mark.parametrize(
    ("target", "value", "reason"),
    [
        pytest.param(
            kpi("Ingresos", "200000", "USD", value_high=Decimal(500000), comparator="range"), "600000", "met", id="above"
        ),
        pytest.param(kpi("Costes", "20", "USD", value_high=Decimal(30), comparator="range"), "15", "met", id="below"),
        pytest.param(kpi("Ratio", "20", "USD", value_high=Decimal(30), comparator="range"), "25", "met", id="inside"),
        pytest.param(kpi("Ratio", "20", "USD", value_high=Decimal(30), comparator="range"), "40", "off", id="outside"),
    ],
)
def test_a_range_is_reached_at_its_nearer_end_or_inside_where_no_side_is_good(target: object, value: str, reason: str) -> None:
    name = target.name  # type: ignore[attr-defined]  # a parameter
    assert health_of(plan_of(target), readings(name, value, unit="USD")).reason == reason  # type: ignore[arg-type]


def test_a_promised_change_becomes_a_level_of_the_baseline() -> None:
    target = kpi("Ventas", "30", "%", comparator="delta_up", when=months(1, 6), baseline=Decimal(1000), baseline_unit="USD")

    found = health_of(plan_of(target), readings("Ventas", "1100", "1200", unit="USD"))

    assert found.goal is not None
    assert found.goal.low == 1300
    assert found.goal.resolved is not None
    assert found.goal.resolved.formula == "1000 + 1000 * 30 / 100"


def test_a_promised_change_is_read_as_the_change_where_readings_tell_it() -> None:
    target = kpi("Ventas", "30", "%", comparator="delta_up", when=months(1, 6))

    found = health_of(plan_of(target), readings("Ventas", "17"))

    assert (found.status, found.attainment) == ("green", Decimal("56.7"))


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(kpi("Tasa de retención", "30", "%", comparator="delta_up", when=months(6)), id="percent of a percentage"),
        pytest.param(kpi("Ventas", "3", "x", comparator="delta_up", when=months(6), baseline=Decimal(5)), id="times"),
    ],
)
def test_a_change_that_may_mean_two_things_gives_no_colour(target: object) -> None:
    name, unit = target.name, target.unit  # type: ignore[attr-defined]  # a parameter

    found = health_of(plan_of(target), readings(name, "45", unit=unit))  # type: ignore[arg-type]

    assert (found.status, found.reason, found.gap) == ("grey", "unclear_change", None)


def test_a_reading_in_another_unit_is_not_compared() -> None:
    found = health_of(plan_of(kpi("Churn", "3")), readings("Churn", "4", unit="USD"))

    assert (found.status, found.reason, found.attainment) == ("grey", "other_unit", None)


def test_a_persons_colour_stands_beside_the_computed_one() -> None:
    said = [one.model_copy(update={"confidence": "green"}) for one in readings("Churn", "6")]

    found = health_of(plan_of(kpi("Churn", "3", comparator="<")), said)

    assert (found.status, found.confidence) == ("red", "green")


def test_a_reading_of_a_later_day_does_not_count_yet() -> None:
    plan = plan_of(kpi("Churn", "3", comparator="<"))

    assert health_of(plan, readings("Churn", "2", last=TODAY + timedelta(days=1))).latest is None


def test_thresholds_are_those_given() -> None:
    plan = plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6)))
    strict = Rules(green_within=Decimal(1), amber_within=Decimal(2))

    assert assess(plan, readings("Churn", "4.4"), today=TODAY).metrics[0].status == "green"
    assert assess(plan, readings("Churn", "4.4"), today=TODAY, rules=strict).metrics[0].status == "red"


def test_every_figure_is_the_result_of_its_formula() -> None:
    plan = plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6)))

    found = health_of(plan, readings("Churn", "5.9", "5.6", "5.4", "5.5", "5.1", "5", "4.9"))

    assert {"gap", "expected", "attainment", "shortfall", "forecast"} <= {step.name for step in found.calculations}
    for step in found.calculations:
        made = eval(step.formula)  # arithmetic of our own making
        assert abs(made - float(step.result)) <= 0.051, step


def test_the_path_of_a_single_month_begins_with_the_plan() -> None:
    found = health_of(plan_of(kpi("Churn", "3", when=months(6), baseline=Decimal(6))), readings("Churn", "5"))

    assert found.path is not None
    assert (found.path.first, found.path.due) == (START, date(2026, 6, 30))
