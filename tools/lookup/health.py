"""How metrics stand by what people have recorded: colour with its reason, path, forecast; the readings are the evidence."""

from __future__ import annotations

from typing import Any, TypeGuard

from copilot.domain.answer import Calculation, Evidence, ToolResult
from copilot.domain.errors import ModelCanRetry
from copilot.domain.fact import KpiFact
from copilot.domain.source import Citation
from copilot.health.dates import due_citation, reading_citation
from copilot.health.groups import furthest_behind
from copilot.health.state import MetricHealth, PlanHealth
from copilot.health.wording import written
from copilot.journal.naming import find_named
from retrieval.language.identity import series_of
from tools.calc.schedule import Span
from tools.lookup.documents import resolve
from tools.lookup.statements import Statement
from tools.lookup.view import PlanView

STATES = ("any", "green", "amber", "red", "behind", "silent")
"""`behind`: amber, red, or bound to miss its target by the forecast; `silent`: nobody reported it, or not lately."""
ENOUGH = 0.6
"""Share of the words asked for that a line must carry to be the metric meant."""
MOST = 12


def kpi_health(
    view: PlanView, *, metric: str | None = None, document: str | None = None, state: str = "any", limit: int = MOST
) -> ToolResult:
    """How metrics stand by their recorded readings: colour, expected path, forecast, silence; the furthest behind first.

    Args:
        view: the reader's plan with its readings.
        metric: name in any of the four languages; all without one.
        document: name, title or nickname.
        state: one of STATES.
        limit: number of rows.

    Raises:
        ModelCanRetry: unknown state or document.
    """
    if state not in STATES:
        raise ModelCanRetry("bad_tool_argument", argument="state", value=state, allowed=STATES)
    names = resolve(view, document)
    health = view.health()
    found = [one for one in health.metrics if names is None or one.document in names]
    if metric:
        found = _named(view, found, metric, names)
    chosen = sorted((one for one in found if _is_in(one, state, health, named=bool(metric))), key=furthest_behind)
    result = _Told(view)
    for one in chosen[:limit]:
        result.add(one)
    counted = {colour: sum(one.status == colour for one in found) for colour in ("green", "amber", "red")}
    silent = sum(one.is_silent for one in found)
    told = ", ".join(f"{count} {colour}" for colour, count in counted.items())
    return result.finished(f"{len(chosen)} of {len(found)} metrics; {told}, {silent} silent")


def _is_in(one: MetricHealth, state: str, health: PlanHealth, *, named: bool) -> bool:
    if state == "any":
        return named or bool(one.readings)
    if state == "silent":
        runs = one.first is not None and one.due is not None and one.first <= health.today <= one.due
        return one.is_silent and (named or bool(one.readings) or runs)
    if state == "behind":
        return one.status in ("amber", "red") or one.forecast is not None and one.forecast.outcome == "missed"
    return one.status == state


def _named(view: PlanView, known: list[MetricHealth], name: str, documents: list[str] | None) -> list[MetricHealth]:
    """By name, else the metrics of the lines that say it in other words; those with readings before the others."""
    found, _ = find_named(name, known, lambda one: one.name, lambda one: one.metric_id)
    if not found:
        ranked = view.index.rank(name, documents=documents, periods=(), accept=_has_metric, limit=MOST)
        ids = [_id_of(fact) for match in ranked if match.coverage >= ENOUGH for fact in match.statement.facts if _is_metric(fact)]
        by_id = {one.metric_id: one for one in known}
        found = [by_id[key] for key in dict.fromkeys(ids) if key in by_id]
    return [one for one in found if one.readings] or found


def _has_metric(statement: Statement) -> bool:
    return any(_is_metric(fact) for fact in statement.facts)


def _is_metric(fact: object) -> TypeGuard[KpiFact]:
    return isinstance(fact, KpiFact)


def _id_of(fact: KpiFact) -> str:
    return series_of(fact)


class _Told:
    """Rows with their evidence: the reading as the journal has it, the target as the plan states it, each figure's formula."""

    def __init__(self, view: PlanView) -> None:
        self._view = view
        self._rows: list[dict[str, Any]] = []
        self._evidence: dict[Citation, Evidence] = {}
        self._steps: list[Calculation] = []

    def add(self, one: MetricHealth) -> None:
        """A metric as a row; what is unknown is left out."""
        row: dict[str, Any] = {
            "document": one.document,
            "title": self._view.titles.get(one.document),
            "name": one.name,
            "status": one.status,
            "reason": one.reason,
            "stated": one.confidence,
            "direction": one.goal.direction if one.goal else None,
        }
        marks: list[str] = []
        if one.latest is not None:
            row |= {"value": written(one.latest.value, one.latest.unit), "on": one.latest.on.isoformat()}
            row["reading_e"] = [self._cite(reading_citation(one.latest, str(row["value"])))]
            marks += row["reading_e"]
        if one.target is not None:
            row |= {"target": one.target.raw, "period": one.target.period, "target_e": [self._cite(one.target.citation())]}
            marks += row["target_e"]
        if one.first is not None and one.due is not None:
            days = due_citation(one.document, one.dated_by or "", None, Span(one.first, one.due))
            row |= {"due": one.due.isoformat(), "due_e": [self._cite(days)]}
        self._add_figures(one, row)
        self._rows.append({key: value for key, value in {**row, "e": marks}.items() if value not in (None, "", [])})

    def finished(self, note: str) -> ToolResult:
        """The result."""
        return ToolResult(
            tool="kpi_health",
            rows=tuple(self._rows),
            evidence=tuple(self._evidence.values()),
            calculations=tuple(self._steps),
            note=note,
        )

    def _add_figures(self, one: MetricHealth, row: dict[str, Any]) -> None:
        for step in one.calculations:
            key = step.name.replace(" ", "_")
            made = step.model_copy(update={"id": f"c{len(self._steps) + 1}", "name": f"{one.name}: {step.name}"})
            self._steps.append(made)
            value = abs(step.result) if step.name == "gap" else step.result
            row |= {key: written(value, step.unit), f"{key}_e": [made.id]}
        if one.forecast is not None:
            row["outcome"] = one.forecast.outcome
        elif one.readings:
            row["no_forecast"] = one.no_forecast

    def _cite(self, citation: Citation) -> str:
        known = self._evidence.get(citation)
        if known is None:
            known = self._evidence[citation] = Evidence(id=f"e{len(self._evidence) + 1}", citation=citation)
        return known.id
