"""Metrics of the weekly report: who is behind, where it leads, who is silent; worked out by `copilot.health`, told as items."""

from __future__ import annotations

from copilot.domain.source import Citation
from copilot.domain.status import COMPUTED, StatusItem
from copilot.health.dates import due_citation, reading_citation
from copilot.health.groups import furthest_behind
from copilot.health.state import MetricHealth, PlanHealth, Reason
from copilot.health.wording import written
from tools.calc.schedule import Span

SENTENCES: dict[Reason, str] = {
    "met": "reading_met",
    "on_path": "reading_on_path",
    "behind": "reading_behind",
    "far_behind": "reading_behind",
    "missed": "reading_missed",
    "near": "reading_missed",
    "off": "reading_missed",
    "no_start": "reading_not_yet",
    "no_baseline": "reading_not_yet",
    "no_target": "reading_without_target",
}
"""How a metric with a recent reading is told; others are told beside their target, without a verdict."""


def metric_items(health: PlanHealth) -> list[StatusItem]:
    """Metrics with a reading that is not too old, the furthest behind first; a forecast miss follows its metric."""
    items: list[StatusItem] = []
    for metric in sorted(health.metrics, key=furthest_behind):
        if metric.latest is not None and not metric.is_silent:
            items += _told(metric)
    return items


def silent_metrics(health: PlanHealth) -> list[StatusItem]:
    """Metrics of the running periods that nobody has reported, and those whose last reading is too old."""
    never, old = [], []
    for metric in health.metrics:
        target = metric.target
        if metric.reason == "stale" and metric.latest is not None:
            slots = {**_reading_slots(metric), "cadence": str(metric.cadence_days)}
            old.append(StatusItem(section="silent", what="metric_stale", slots=slots, evidence=(_place(metric), _rhythm(metric))))
        elif metric.reason == "no_reading" and target is not None and _runs(metric, health):
            slots = {"name": target.name, "target": target.raw}
            never.append(StatusItem(section="silent", what="metric_silent", slots=slots, evidence=(target.citation(),)))
    return old + never


def _runs(metric: MetricHealth, health: PlanHealth) -> bool:
    return metric.first is not None and metric.due is not None and metric.first <= health.today <= metric.due


def _told(metric: MetricHealth) -> list[StatusItem]:
    what = SENTENCES.get(metric.reason, "reading_beside")
    slots, evidence = _reading_slots(metric), [_place(metric)]
    if metric.target is not None:
        slots |= {"target": metric.target.raw, "period": f" ({metric.target.period})" if metric.target.period else ""}
        evidence.append(metric.target.citation())
    used = {"reading_missed": ("gap",), "reading_not_yet": ("gap",), "reading_behind": ("expected", "shortfall")}.get(what, ())
    steps = tuple(step for name in used if (step := metric.calculation(name)) is not None)
    for step in steps:
        # The sign of a gap depends on which side is good; its size is what is missing.
        slots[step.name] = written(abs(step.result) if step.name == "gap" else step.result, step.unit)
    item = StatusItem(section="metrics", what=what, slots=slots, evidence=tuple(evidence), calculations=steps)
    return [item, *_forecast_miss(metric)]


def _forecast_miss(metric: MetricHealth) -> list[StatusItem]:
    made, target = metric.forecast, metric.target
    if made is None or target is None or made.outcome != "missed" or metric.first is None:
        return []
    value, low, high = (written(end, metric.unit) for end in (made.value, made.low, made.high))
    slots = {"name": metric.name, "value": value, "low": low, "high": high, "due": made.on.isoformat(), "target": target.raw}
    days = due_citation(metric.document, metric.dated_by or "", None, Span(metric.first, made.on))
    steps = tuple(step for step in metric.calculations if step.name.startswith("forecast"))
    evidence = (target.citation(), days)
    return [StatusItem(section="metrics", what="forecast_missed", slots=slots, evidence=evidence, calculations=steps)]


def _reading_slots(metric: MetricHealth) -> dict[str, str]:
    latest = metric.latest
    if latest is None:
        return {"name": metric.name}
    slots = {"name": latest.name, "value": written(latest.value, latest.unit), "date": latest.on.isoformat()}
    return {**slots, "confidence": latest.confidence or ""}


def _rhythm(metric: MetricHealth) -> Citation:
    """A citation that stands for how often the metric is reported."""
    quote = f"{metric.name}: {metric.cadence_days} days"
    return Citation(document=f"{COMPUTED}{metric.document}", lines=(1, 1), quote=quote)


def _place(metric: MetricHealth) -> Citation:
    assert metric.latest is not None  # only metrics with a reading are told by it
    return reading_citation(metric.latest, written(metric.latest.value, metric.latest.unit))
