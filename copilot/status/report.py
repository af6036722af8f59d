"""Computes the weekly report from the plan, the journal and the day. Pure: no clock, no store, no words.

What is unknown is said to be: a metric without a reading is silent, not failing; a task without a start date of its plan is
not due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from copilot.audit import worth_telling
from copilot.domain.answer import Calculation, CalculationInput
from copilot.domain.audit import Finding
from copilot.domain.fact import Fact, FinanceFact, PhaseFact, TaskFact
from copilot.domain.journal import Reading, TaskChange
from copilot.domain.plan import Conflict, Plan, PlanEvent
from copilot.domain.schedule import IsoWeek
from copilot.domain.source import Citation
from copilot.domain.status import JOURNAL, Section, StatusItem, StatusReport
from copilot.health.assessment import PLAIN_RULES, assess
from copilot.health.dates import due_citation
from copilot.health.state import PlanHealth, Rules
from copilot.status.metrics import metric_items, silent_metrics
from tools.calc.checklist import Standing, standings, told_change, told_due
from tools.calc.schedule import Span, phase_span

DUE_DAYS = 7
"""How far ahead a task counts as due."""
MOST = 8
"""Items a section shows; the rest is counted."""
MOST_FINDINGS = 3
CONFLICTING = ("target_conflict", "baseline_conflict")
RUNNING_MONEY = ("investment", "investment_item", "budget", "cost", "roi", "payback")


@dataclass(frozen=True)
class Journal:
    """What people have said since the plan was made."""

    readings: Sequence[Reading] = ()
    """Those that hold, by day; of each metric at least the first and the latest."""
    task_states: Mapping[str, TaskChange] = ()  # type: ignore[assignment]  # an empty mapping is as good as an empty tuple
    task_changes: Sequence[TaskChange] = ()
    """Since the last report, oldest first."""
    events: Sequence[PlanEvent] = ()
    """Changes of the plan since the last report."""


def build_report(
    plan: Plan,
    journal: Journal,
    *,
    today: date,
    since: datetime | None,
    findings: Sequence[Finding] = (),
    rules: Rules = PLAIN_RULES,
) -> StatusReport:
    """The report of the week `today` belongs to.

    Args:
        plan: as its audience may read it.
        journal: what people said of it.
        today: its day.
        since: when the last one was made; None for the first.
        findings: of the audit.
        rules: thresholds of the metrics' colours.
    """
    health = assess(plan, journal.readings, today=today, rules=rules)
    starts = {record.document: record.start for record in plan.documents}
    states = dict(journal.task_states)
    items: list[StatusItem] = [
        *_limited(
            "changed", [_changed(event) for event in journal.events if event.fact_kind != "task" or event.kind != "changed"]
        ),
        *_limited("done", _done(plan, journal, states)),
        *_limited("blocked", _blocked(plan, states)),
        *_dated_tasks(standings(plan, states), today),
        *_limited("metrics", metric_items(health)),
        *_money(plan, starts, today),
        *_limited("conflicts", [_conflict(conflict) for conflict in plan.conflicts]),
        *_findings(findings),
        *_silent(plan, starts, health, states, today),
        *_asks(plan),
    ]
    return StatusReport(week=str(IsoWeek.of(today)), today=today, since=since, items=tuple(items))


def _limited(section: Section, found: Sequence[StatusItem]) -> list[StatusItem]:
    if len(found) <= MOST:
        return list(found)
    rest = len(found) - MOST
    total, shown = _count(len(found), section), _count(MOST, "shown")
    counted = Calculation(
        formula=f"{len(found)} - {MOST}", inputs=(total, shown), result=Decimal(rest), unit="count", name="more"
    )
    return [*found[:MOST], StatusItem(section=section, what="more", slots={"count": str(rest)}, calculations=(counted,))]


def _count(number: int, name: str) -> CalculationInput:
    return CalculationInput(name=name, value=Decimal(number), unit="count")


def _changed(event: PlanEvent) -> StatusItem:
    quote = f"{event.name}: {event.before or ''} -> {event.after or ''}"
    place = Citation(document=f"{JOURNAL}change/{event.document}/{event.fact_id}", lines=(1, 1), quote=quote)
    slots = {"name": event.name, "document": event.document, "before": event.before or "", "after": event.after or ""}
    told = event.kind if event.kind != "changed" or (event.before and event.after) else "reworded"
    return StatusItem(section="changed", what=f"change_{told}", slots=slots, evidence=(place,))


def _tasks(plan: Plan) -> dict[str, TaskFact]:
    return {fact.id: fact for fact in plan.facts if isinstance(fact, TaskFact)}


def _done(plan: Plan, journal: Journal, states: Mapping[str, TaskChange]) -> list[StatusItem]:
    tasks, items = _tasks(plan), []
    for change in journal.task_changes:
        if change.status == "done" and states.get(change.task_id) == change:
            items.append(_task_item("done", "task_done", tasks.get(change.task_id), change))
    said = {change.task_id for change in journal.task_changes}
    for event in journal.events:
        task = tasks.get(event.fact_id)
        if event.kind == "changed" and task is not None and task.done and event.fact_id not in said:
            items.append(_task_item("done", "task_done", task, None))
    return items


def _blocked(plan: Plan, states: Mapping[str, TaskChange]) -> list[StatusItem]:
    tasks = _tasks(plan)
    blocked = [change for change in states.values() if change.status == "blocked" and change.task_id in tasks]
    return [
        _task_item("blocked", "task_blocked", tasks[change.task_id], change) for change in sorted(blocked, key=lambda c: c.at)
    ]


def _task_item(section: Section, what: str, task: TaskFact | None, change: TaskChange | None, **slots: str) -> StatusItem:
    evidence = [] if task is None else [task.citation()]
    name = task.text if task is not None else change.name if change is not None else ""
    if change is not None:
        evidence.append(told_change(change))
        slots["note"] = f" ({change.note})" if change.note else ""
    return StatusItem(section=section, what=what, slots={"name": name, "note": "", **slots}, evidence=tuple(evidence))


def _dated_tasks(found: Sequence[Standing], today: date) -> list[StatusItem]:
    late = sorted((one for one in found if one.is_overdue(today)), key=_due_day)
    soon = sorted((one for one in found if one.is_due(today, today + timedelta(days=DUE_DAYS))), key=_due_day)
    return [
        *_limited("overdue", [_dated_item("overdue", "task_overdue", one) for one in late]),
        *_limited("due", [_dated_item("due", "task_due", one) for one in soon]),
    ]


def _due_day(one: Standing) -> date:
    return one.due or date.max


def _dated_item(section: Section, what: str, one: Standing) -> StatusItem:
    """With what says the date: a person, by the change that set it, or the time the document gives the task."""
    item = _task_item(section, what, one.task, one.change if one.due_source == "set" else None, date=_due_day(one).isoformat())
    place = told_due(one)
    return item if place is None else item.model_copy(update={"evidence": (*item.evidence, place)})


def _running(plan: Plan, starts: Mapping[str, date | None], today: date) -> list[tuple[PhaseFact, Span]]:
    found = []
    for fact in plan.facts:
        if isinstance(fact, PhaseFact) and fact.level in ("phase", "subphase", "objective_quarter", "lever"):
            span = phase_span(fact, starts.get(fact.document))
            if span is not None and span.first <= today <= span.last:
                found.append((fact, span))
    return found


def _money(plan: Plan, starts: Mapping[str, date | None], today: date) -> list[StatusItem]:
    items: list[StatusItem] = []
    shown: set[str] = set()
    for phase, span in _running(plan, starts, today):
        inside = [fact for fact in plan.facts if isinstance(fact, FinanceFact) and _is_in(fact, phase) and fact.id not in shown]
        inside = [fact for fact in inside if fact.role in RUNNING_MONEY]
        if not inside:
            continue
        place = due_citation(phase.document, phase.name, starts.get(phase.document), span)
        slots = {"name": phase.name, "date": span.last.isoformat()}
        items.append(StatusItem(section="money", what="phase_running", slots=slots, evidence=(phase.citation(), place)))
        items += [_money_item(fact) for fact in inside[:MOST]]
        shown |= {fact.id for fact in inside}
    return items


def _is_in(fact: Fact, phase: PhaseFact) -> bool:
    return fact.document == phase.document and fact.heading_path[: len(phase.heading_path)] == phase.heading_path


def _money_item(fact: FinanceFact) -> StatusItem:
    parts = {"roi": fact.roi_value, "payback": fact.payback, "savings": fact.savings, "horizon": fact.horizon}
    slots = {
        "name": fact.name,
        "amount": fact.raw if fact.amount_low is not None else "",
        **{k: v or "" for k, v in parts.items()},
    }
    return StatusItem(section="money", what="money", slots=slots, evidence=(fact.citation(),))


def _conflict(conflict: Conflict) -> StatusItem:
    slots = {"name": conflict.name, "period": f" ({conflict.period})" if conflict.period else ""}
    slots |= {f"value{n}": value.value for n, value in enumerate(conflict.values, start=1)}
    return StatusItem(section="conflicts", what="conflict", slots=slots, evidence=tuple(v.citation for v in conflict.values))


def _findings(findings: Sequence[Finding]) -> list[StatusItem]:
    """What does not add up and matters; conflicts have a section of their own."""
    others = [finding for finding in findings if not finding.rule.startswith(CONFLICTING)]
    return [
        StatusItem(
            section="findings", what="finding", slots={"rule": finding.rule, "claim": finding.claim}, evidence=finding.sources
        )
        for finding in worth_telling(others, most=MOST_FINDINGS)
    ]


def _silent(
    plan: Plan, starts: Mapping[str, date | None], health: PlanHealth, states: Mapping[str, TaskChange], today: date
) -> list[StatusItem]:
    """Metrics without a reading, or without a recent one, and running phases without a sign of life."""
    phases = []
    for phase, _span in _running(plan, starts, today):
        inside = [task for task in _tasks(plan).values() if _is_in(task, phase)]
        if inside and not any(task.id in states or task.done for task in inside):
            phases.append(
                StatusItem(section="silent", what="phase_silent", slots={"name": phase.name}, evidence=(phase.citation(),))
            )
    return _limited("silent", silent_metrics(health) + phases)


def _asks(plan: Plan) -> list[StatusItem]:
    dated: dict[str, Citation] = {}
    for fact in plan.facts:
        if isinstance(fact, PhaseFact) and fact.start is not None:
            dated.setdefault(fact.document, fact.citation())
    missing = [record.document for record in plan.documents if record.start is None and record.document in dated]
    asks = [
        StatusItem(section="asks", what="start_missing", slots={"document": document}, evidence=(dated[document],))
        for document in missing
    ]
    return _limited("asks", asks)
