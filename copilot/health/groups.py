"""Health of sections, phases, documents and the plan: each as healthy as its weakest metric, silence counted apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from copilot.domain.fact import KpiFact, PhaseFact
from copilot.domain.plan import Plan
from copilot.health.dates import Calendar
from copilot.health.state import WORST_FIRST, GroupHealth, MetricHealth
from tools.calc.schedule import Span, phase_span

Kind = Literal["section", "phase", "document", "plan"]
TITLE_LEVELS = 1
"""Headings above a section: the document's title."""


def groups_of(plan: Plan, metrics: Sequence[MetricHealth], calendar: Calendar) -> tuple[GroupHealth, ...]:
    """The plan's health, then that of its documents, phases and sections, each in the order of the plan."""
    measured = [one for one in metrics if one.target is not None]
    if not measured:
        return ()
    by_document: dict[str, list[MetricHealth]] = {}
    by_section: dict[tuple[str, tuple[str, ...]], list[MetricHealth]] = {}
    for one in measured:
        by_document.setdefault(one.document, []).append(one)
        path = one.target.heading_path if one.target else ()
        for depth in range(TITLE_LEVELS + 1, len(path) + 1):
            by_section.setdefault((one.document, path[:depth]), []).append(one)
    return (
        _group("plan", "", None, measured),
        *(_group("document", document, document, held) for document, held in by_document.items()),
        *_phases(plan, by_document, calendar),
        *(_group("section", " > ".join(path[TITLE_LEVELS:]), document, held) for (document, path), held in by_section.items()),
    )


def _phases(plan: Plan, by_document: Mapping[str, Sequence[MetricHealth]], calendar: Calendar) -> Iterable[GroupHealth]:
    seen: set[tuple[str, str]] = set()
    for fact in plan.facts:
        if not isinstance(fact, PhaseFact) or (fact.document, fact.name) in seen:
            continue
        span = phase_span(fact, calendar.starts.get(fact.document))
        held = [one for one in by_document.get(fact.document, ()) if _is_of(one, fact, span)]
        if held:
            seen.add((fact.document, fact.name))
            yield _group("phase", fact.name, fact.document, held)


def _is_of(metric: MetricHealth, phase: PhaseFact, span: Span | None) -> bool:
    """The target stands under the phase's heading, or its days lie inside the phase's."""
    target: KpiFact | None = metric.target
    above = phase.heading_path
    if target is not None and len(above) > TITLE_LEVELS and target.heading_path[: len(above)] == above:
        return True
    return (
        span is not None
        and metric.first is not None
        and metric.due is not None
        and (span.first <= metric.first and metric.due <= span.last)
    )


def _group(kind: Kind, name: str, document: str | None, held: Sequence[MetricHealth]) -> GroupHealth:
    counts = {status: sum(one.status == status for one in held) for status in WORST_FIRST}
    status = next((status for status in WORST_FIRST if counts[status]), "grey")
    weakest = [] if status == "grey" else sorted((one for one in held if one.status == status), key=furthest_behind)
    return GroupHealth(
        kind=kind,
        name=name,
        document=document,
        status=status,
        **counts,
        silent=sum(one.is_silent for one in held),
        weakest=tuple(one.metric_id for one in weakest),
    )


def furthest_behind(metric: MetricHealth) -> tuple[int, float, str]:
    """Sorts the worst first: by colour, by how far behind its path, then by name."""
    lag = float(metric.shortfall) if metric.shortfall is not None else 0.0
    return WORST_FIRST.index(metric.status), -lag, metric.name
