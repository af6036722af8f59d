"""Which metric a person means: its name as the plan writes it, an id, or near enough."""

from __future__ import annotations

from copilot.domain.errors import UserCanFix
from copilot.health.groups import furthest_behind
from copilot.health.state import MetricHealth, PlanHealth
from copilot.journal.naming import find_named


def metric_health_named(name: str, health: PlanHealth) -> MetricHealth:
    """The metric of that name; of several the one that has readings.

    Raises:
        UserCanFix: `unknown_metric` with the nearest names, `ambiguous_metric` with the places of each.
    """
    found, near = find_named(name, health.metrics, lambda one: one.name, lambda one: one.metric_id)
    if not found:
        raise UserCanFix("unknown_metric", name=name, near=near)
    reported = [one for one in found if one.readings] or found
    if len(reported) > 1:
        places = [f"{one.metric_id} {one.name} ({one.segment or one.document})" for one in sorted(reported, key=furthest_behind)]
        raise UserCanFix("ambiguous_metric", name=name, known=places)
    return reported[0]
