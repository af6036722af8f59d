"""Health as plain fields, for machines: the JSON of the command line and of the HTTP door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copilot.domain.source import Citation
from copilot.health.state import GroupHealth, MetricHealth, PlanHealth


def exported(health: PlanHealth, metrics: Sequence[MetricHealth] | None = None) -> dict[str, Any]:
    """A plan's health with the thresholds it was rated by; `metrics`: only these."""
    return {
        "today": health.today,
        "rules": health.rules.model_dump(),
        "metrics": [exported_metric(one) for one in (health.metrics if metrics is None else metrics)],
        "groups": [exported_group(one) for one in health.groups],
    }


def exported_metric(one: MetricHealth) -> dict[str, Any]:
    """One metric: what is computed, and beside it what a person stated."""
    return {
        "metric_id": one.metric_id,
        "name": one.name,
        "document": one.document,
        "segment": one.segment,
        "unit": one.unit,
        "status": one.status,
        "reason": one.reason,
        "silent": one.is_silent,
        "stated": one.confidence,
        "latest": one.latest.model_dump(exclude={"metric_id", "name", "document"}) if one.latest else None,
        "cadence_days": one.cadence_days,
        "target": _target(one),
        "first": one.first,
        "due": one.due,
        "dated_by": one.dated_by,
        "path": one.path.model_dump(exclude={"citation", "base_citation"}) if one.path else None,
        "expected": one.expected,
        "attainment": one.attainment,
        "gap": one.gap,
        "shortfall": one.shortfall,
        "forecast": one.forecast.model_dump() if one.forecast else None,
        "no_forecast": one.no_forecast,
        "calculations": [
            {
                "name": step.name,
                "formula": step.formula,
                "result": step.result,
                "unit": step.unit,
                "inputs": [
                    {"name": given.name, "value": given.value, "unit": given.unit, "source": _place(given.citation)}
                    for given in step.inputs
                ],
            }
            for step in one.calculations
        ],
    }


def exported_group(group: GroupHealth) -> dict[str, Any]:
    """A group: its colour is that of its weakest metric, silence is counted apart."""
    return group.model_dump()


def _target(one: MetricHealth) -> dict[str, Any] | None:
    if one.target is None:
        return None
    told: dict[str, Any] = {
        "raw": one.target.raw,
        "period": one.target.period,
        "document": one.target.document,
        "lines": one.target.lines,
        "low": None,
        "high": None,
        "direction": None,
        "direction_from": None,
    }
    if one.goal is not None:
        told |= {
            "low": one.goal.low,
            "high": one.goal.high,
            "direction": one.goal.direction,
            "direction_from": one.goal.direction_from,
        }
    return told


def _place(citation: Citation | None) -> dict[str, Any] | None:
    return None if citation is None else {"document": citation.document, "lines": citation.lines, "quote": citation.quote}
