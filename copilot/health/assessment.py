"""Health of a whole plan on a day. Pure: one pass over the metrics, with readings that were fetched beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from copilot.domain.journal import Reading
from copilot.domain.plan import Plan
from copilot.health.dates import Calendar
from copilot.health.groups import groups_of
from copilot.health.rating import metric_health
from copilot.health.state import PlanHealth, Rules
from copilot.health.targets import TARGET_ROLES
from copilot.journal.metrics import metrics_of

PLAIN_RULES = Rules()


def assess(plan: Plan, readings: Iterable[Reading], *, today: date, rules: Rules = PLAIN_RULES) -> PlanHealth:
    """The health of every metric that has a target or a reading, and of their groups.

    Args:
        plan: as its reader may see it.
        readings: those that hold, by day; of metrics the plan does not have they are left out.
        today: readings after it do not count yet.
        rules: thresholds.
    """
    by_metric: dict[str, list[Reading]] = {}
    for reading in readings:
        if reading.on <= today:
            by_metric.setdefault(reading.metric_id, []).append(reading)
    calendar = Calendar(plan)
    found = [
        metric_health(metric, by_metric.get(metric.id, ()), calendar, today, rules)
        for metric in metrics_of(plan)
        if metric.id in by_metric or any(fact.role in TARGET_ROLES for fact in metric.facts)
    ]
    return PlanHealth(today=today, rules=rules, metrics=tuple(found), groups=groups_of(plan, found, calendar))
