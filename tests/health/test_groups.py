"""A group is as healthy as its weakest metric; silence is counted apart and gives no colour."""

from decimal import Decimal

import pytest

from copilot.domain.errors import UserCanFix
from copilot.health.assessment import assess
from copilot.health.choose import metric_health_named
from tests.health.conftest import TODAY, kpi, months, phase, plan_of, readings

UNDER = ("Plan", "Fase 1 (Meses 1-3)")
PLAN = plan_of(
    phase("Fase 1 (Meses 1-3)", 1, 3, UNDER),
    kpi("Churn", "5", comparator="<", line=3),
    kpi("MRR", "100", "USD", comparator=">", line=4),
    kpi("NPS", "60", "score", when=months(4), line=5),
    kpi("Demos", "10", "count", comparator=">=", line=6, heading_path=UNDER),
)
SAID = [*readings("Churn", "4"), *readings("MRR", "50", unit="USD"), *readings("Demos", "12", unit="count")]


def test_the_plan_takes_the_colour_of_its_weakest_metric_and_counts_the_silent() -> None:
    whole = assess(PLAN, SAID, today=TODAY).groups[0]

    assert (whole.kind, whole.status) == ("plan", "red")
    assert (whole.green, whole.amber, whole.red, whole.grey, whole.silent) == (2, 0, 1, 1, 1)
    assert len(whole.weakest) == 1


def test_sections_phases_and_documents_are_groups() -> None:
    found = {(group.kind, group.name): group.status for group in assess(PLAN, SAID, today=TODAY).groups}

    assert found == {
        ("plan", ""): "red",
        ("document", "plan.md"): "red",
        ("phase", "Fase 1 (Meses 1-3)"): "green",
        ("section", "Metas"): "red",
        ("section", "Fase 1 (Meses 1-3)"): "green",
    }


def test_a_group_of_silent_metrics_is_grey() -> None:
    plan = plan_of(kpi("NPS", "60", "score", when=months(4)))

    group = assess(plan, [], today=TODAY).groups[0]

    assert (group.status, group.silent, group.weakest) == ("grey", 1, ())


def test_the_furthest_behind_is_the_weakest() -> None:
    plan = plan_of(
        kpi("Churn", "3", when=months(6), baseline=Decimal(6), line=3),
        kpi("MRR", "200", "USD", when=months(6), baseline=Decimal(100), line=4),
    )

    found = assess(plan, [*readings("Churn", "6"), *readings("MRR", "60", unit="USD")], today=TODAY)

    names = {one.metric_id: one.name for one in found.metrics}
    assert [names[key] for key in found.groups[0].weakest] == ["MRR", "Churn"]


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    health = assess(PLAN, SAID, today=TODAY)

    assert metric_health_named("churn", health).name == "Churn"
    with pytest.raises(UserCanFix) as refused:
        metric_health_named("Demo days", health)
    assert "Demos" in refused.value.params["near"]  # type: ignore[operator]  # a list
