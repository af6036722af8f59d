"""Records what a person says of a metric or a task, under their name. The person's own direct command: no further yes is asked.

Knows the plan through a function and the journal through its port; no surface, no SQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.journal import Confidence, Reading, TaskChange, TaskStatus
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.state_ports import JournalStore
from copilot.journal.checklist import Checklist
from copilot.journal.metrics import Metric, amount_of, metric_named, metrics_of
from copilot.journal.writer import check_writer

CONFIDENCES: tuple[Confidence, ...] = ("green", "amber", "red")


class Recorder:
    """The one door for readings and task states."""

    def __init__(self, *, plan: Callable[[Principal], Plan], journal: JournalStore, clock: Clock) -> None:
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._checklist = Checklist(plan=plan, journal=journal, clock=clock)

    def record(
        self,
        by: Principal,
        name: str,
        value: str,
        *,
        on: date | None = None,
        note: str | None = None,
        source: str | None = None,
        confidence: Confidence | None = None,
        document: str | None = None,
    ) -> Reading:
        """Record a metric's value on a day; a second value for the day corrects the first.

        Raises:
            UserCanFix: as `prepared`; `reading_superseded` when somebody corrected that day's value just now.
        """
        reading = self.prepared(by, name, value, on=on, note=note, source=source, confidence=confidence, document=document)
        self._journal.record(reading)
        return reading

    def prepared(
        self,
        by: Principal,
        name: str,
        value: str,
        *,
        on: date | None = None,
        note: str | None = None,
        source: str | None = None,
        confidence: Confidence | None = None,
        document: str | None = None,
        decimal_comma: bool | None = None,
    ) -> Reading:
        """The reading that `record` would add. `decimal_comma` None refuses a number that can be read in two ways.

        Raises:
            UserCanFix: `not_allowed`, `unknown_metric`, `ambiguous_metric`, `bad_reading`, `ambiguous_number`, `wrong_unit`,
                `date_in_future`, `note_too_long`, `unknown_confidence`.
        """
        check_writer(by, note, source)
        if confidence is not None and confidence not in CONFIDENCES:
            raise UserCanFix("unknown_confidence", confidence=confidence, known=list(CONFIDENCES))
        metric = self.metric(by, name, document=document)
        amount = amount_of(value, metric, decimal_comma=decimal_comma)
        now = self._clock.now()
        day = on or now.date()
        if day > now.date():
            raise UserCanFix("date_in_future", date=day.isoformat(), today=now.date().isoformat())
        before = self.on_day(metric.id, day)
        return Reading(
            id=uuid.uuid4().hex,
            metric_id=metric.id,
            name=metric.name,
            document=metric.document,
            value=amount.value,
            unit=amount.unit,
            on=day,
            note=note,
            source=source,
            confidence=confidence,
            by=by.id,
            at=now,
            supersedes=before.id if before else None,
        )

    def on_day(self, metric_id: str, day: date) -> Reading | None:
        """The reading that holds for a day."""
        same_day = [reading for reading in self._journal.readings(metric_id=metric_id) if reading.on == day]
        return same_day[-1] if same_day else None

    def change_task(
        self, by: Principal, name: str, status: TaskStatus, *, note: str | None = None, document: str | None = None
    ) -> TaskChange:
        """Give a task a new state. Raises UserCanFix as `Checklist.prepared`."""
        return self._checklist.change(by, name, status=status, note=note, document=document)

    def prepared_change(
        self, by: Principal, name: str, status: TaskStatus, *, note: str | None = None, document: str | None = None
    ) -> TaskChange:
        """The task's state after `change_task`; its owner and due day stay. Raises UserCanFix as `Checklist.prepared`."""
        return self._checklist.prepared(by, name, status=status, note=note, document=document)

    def metric(self, by: Principal, name: str, *, document: str | None = None) -> Metric:
        """The metric a name or id means."""
        return metric_named(name, [metric for metric in metrics_of(self._plan(by)) if document in (None, metric.document)])

    def task(self, by: Principal, name: str, *, document: str | None = None) -> TaskFact:
        """The task a name or id means."""
        return self._checklist.task(by, name, document=document)
