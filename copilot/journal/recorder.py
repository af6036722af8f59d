"""Records what a person says of a metric or a task, under their name. The person's own direct command: no further yes is asked.

Knows the plan through a function and the journal through its port; no surface, no SQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import KpiFact, TaskFact
from copilot.domain.journal import Reading, TaskChange, TaskStatus
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.quantity import Quantity
from copilot.domain.state_ports import JournalStore
from copilot.journal.naming import find_named
from retrieval.language.identity import metric_id
from retrieval.language.quantities import find_quantities

MAX_NOTE = 1_000
MAX_VALUE = 60
STATUSES: tuple[TaskStatus, ...] = ("open", "doing", "done", "blocked", "dropped")
SAME_KIND = ({"count", "score", "score/10"}, {"ratio", "x", "count"})
"""Units a bare number may be recorded in: `4.5` for a score of 10 is that score."""


@dataclass(frozen=True)
class Metric:
    """A metric of the plan with all its mentions."""

    id: str
    name: str
    document: str
    segment: str | None
    unit: str
    facts: tuple[KpiFact, ...]


def metrics_of(plan: Plan) -> list[Metric]:
    """The plan's metrics, by document and first line."""
    series: dict[str, list[KpiFact]] = {}
    for fact in plan.facts:
        if isinstance(fact, KpiFact):
            series.setdefault(metric_id(fact.document, fact.name, fact.segment), []).append(fact)
    return [
        Metric(
            id=key,
            name=facts[0].name,
            document=facts[0].document,
            segment=facts[0].segment,
            unit=_unit(facts),
            facts=tuple(facts),
        )
        for key, facts in series.items()
    ]


class Recorder:
    """The one door for readings and task states."""

    def __init__(self, *, plan: Callable[[Principal], Plan], journal: JournalStore, clock: Clock) -> None:
        self._plan = plan
        self._journal = journal
        self._clock = clock

    def record(
        self,
        by: Principal,
        name: str,
        value: str,
        *,
        on: date | None = None,
        note: str | None = None,
        source: str | None = None,
        document: str | None = None,
    ) -> Reading:
        """Record a metric's value on a day; a second value for the day corrects the first.

        Raises:
            UserCanFix: `not_allowed`, `unknown_metric`, `ambiguous_metric`, `bad_reading`, `wrong_unit`, `date_in_future`,
                `note_too_long`.
        """
        _check(by, note)
        metric = self.metric(by, name, document=document)
        amount = _amount(value, metric)
        now = self._clock.now()
        day = on or now.date()
        if day > now.date():
            raise UserCanFix("date_in_future", date=day.isoformat(), today=now.date().isoformat())
        same_day = [reading for reading in self._journal.readings(metric_id=metric.id) if reading.on == day]
        reading = Reading(
            id=uuid.uuid4().hex,
            metric_id=metric.id,
            name=metric.name,
            document=metric.document,
            value=amount.value,
            unit=amount.unit,
            on=day,
            note=note,
            source=source,
            by=by.id,
            at=now,
            supersedes=same_day[-1].id if same_day else None,
        )
        self._journal.record(reading)
        return reading

    def change_task(
        self, by: Principal, name: str, status: TaskStatus, *, note: str | None = None, document: str | None = None
    ) -> TaskChange:
        """Give a task a new state.

        Raises:
            UserCanFix: `not_allowed`, `unknown_task`, `ambiguous_task`, `unknown_task_status`, `note_too_long`.
        """
        _check(by, note)
        if status not in STATUSES:
            raise UserCanFix("unknown_task_status", status=status, known=list(STATUSES))
        task = self.task(by, name, document=document)
        change = TaskChange(
            id=uuid.uuid4().hex,
            task_id=task.id,
            name=task.text,
            document=task.document,
            status=status,
            note=note,
            by=by.id,
            at=self._clock.now(),
        )
        self._journal.change_task(change)
        return change

    def metric(self, by: Principal, name: str, *, document: str | None = None) -> Metric:
        """The metric a name or id means."""
        known = [metric for metric in metrics_of(self._plan(by)) if document in (None, metric.document)]
        found, near = find_named(name, known, lambda metric: metric.name, lambda metric: metric.id)
        if len(found) > 1 and _is_one_metric(found):
            return max(found, key=lambda metric: len(metric.facts))
        if len(found) > 1:
            raise UserCanFix("ambiguous_metric", name=name, known=[_place(metric) for metric in found])
        if not found:
            raise UserCanFix("unknown_metric", name=name, near=near)
        return found[0]

    def task(self, by: Principal, name: str, *, document: str | None = None) -> TaskFact:
        """The task a name or id means."""
        tasks = [fact for fact in self._plan(by).facts if isinstance(fact, TaskFact) and document in (None, fact.document)]
        found, near = find_named(name, tasks, lambda task: task.text, lambda task: task.id)
        if len(found) > 1:
            raise UserCanFix("ambiguous_task", name=name, known=[f"{task.id} {task.citation().label}" for task in found])
        if not found:
            raise UserCanFix("unknown_task", name=name, near=near)
        return found[0]


def _check(by: Principal, note: str | None) -> None:
    if by.role < Role.member:
        raise UserCanFix("not_allowed", role=Role.member.name)
    if note is not None and len(note) > MAX_NOTE:
        raise UserCanFix("note_too_long", limit=MAX_NOTE)


def _is_one_metric(found: Sequence[Metric]) -> bool:
    """One document tells a metric in several sections (a list by quarter, a table by month), for no period in two ways."""
    values: dict[str | None, set[object]] = {}
    for metric in found:
        for fact in metric.facts:
            values.setdefault(fact.period, set()).add(fact.value)
    same = {(metric.document, metric.unit) for metric in found}
    return len(same) == 1 and all(len(told) == 1 for told in values.values())


def _place(metric: Metric) -> str:
    where = f"{metric.document}:{metric.facts[0].lines[0]}"
    return f"{metric.id} {metric.name} ({metric.segment}, {where})" if metric.segment else f"{metric.id} {metric.name} ({where})"


def _unit(facts: Iterable[KpiFact]) -> str:
    """The unit most mentions have, of those that give a level and not a change."""
    units = [fact.unit for fact in facts if fact.comparator not in ("delta_up", "delta_down")] or [fact.unit for fact in facts]
    return max(dict.fromkeys(units), key=units.count)


def _amount(text: str, metric: Metric) -> Quantity:
    given = text.strip()
    found = find_quantities(given) if len(given) <= MAX_VALUE else []
    whole = [one for one in found if one.raw.strip() == given or one.raw.strip() == given.lstrip("+")]
    if len(whole) != 1 or whole[0].quantity.high is not None or whole[0].quantity.comparator not in ("=",):
        raise UserCanFix("bad_reading", value=given[:MAX_VALUE], unit=metric.unit)
    if whole[0].ambiguous:
        raise UserCanFix("ambiguous_number", value=given)
    amount = whole[0].quantity
    if whole[0].sign == "-":
        amount = amount.model_copy(update={"value": -amount.value})
    if amount.unit == metric.unit:
        return amount
    bare = amount.unit == "count" and (not whole[0].marked or whole[0].sign == "-")
    if bare or any({amount.unit, metric.unit} <= kinds for kinds in SAME_KIND):
        return amount.model_copy(update={"unit": metric.unit})
    raise UserCanFix("wrong_unit", value=given, unit=amount.unit, expected=metric.unit, name=metric.name)
