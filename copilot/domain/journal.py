"""State over time: readings of metrics and states of tasks. Lives beside the plan, never inside extracted facts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from copilot.domain.source import Frozen

TaskStatus = Literal["open", "doing", "done", "blocked", "dropped"]


class Reading(Frozen):
    """A metric's value on a date: who said it, when, and where from."""

    id: str
    metric_id: str
    """Stable id of the metric, the same for all its periods and mentions; survives re-ingest."""
    name: str
    """The metric's name when the reading was taken, for history after the metric is gone."""
    document: str
    value: Decimal
    unit: str
    on: date
    """The day the value holds for."""
    note: str | None = None
    source: str | None = None
    """Where the value came from, in words: a report, a dashboard, a file; None: the person said it."""
    by: str
    """Principal id."""
    at: datetime
    supersedes: str | None = None
    """Id of the reading this one corrects; the old one is kept."""


class TaskChange(Frozen):
    """A task's new state; the last one holds."""

    id: str
    task_id: str
    """Stable fact id of the task."""
    name: str
    document: str
    status: TaskStatus
    note: str | None = None
    by: str
    at: datetime
