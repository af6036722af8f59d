"""State over time: readings of metrics and states of tasks. Lives beside the plan, never inside extracted facts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from copilot.domain.source import Frozen

Confidence = Literal["green", "amber", "red"]
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
    confidence: Confidence | None = None
    """How sure its giver is of the target being reached; None: not said."""
    by: str
    """Principal id."""
    at: datetime
    supersedes: str | None = None
    """Id of the reading this one corrects; the old one is kept."""


BY_DOCUMENT = "document"
"""Who changed a task whose box was ticked, or emptied, in its file."""


class TaskChange(Frozen):
    """A task's complete state after a change; of several the newest holds."""

    id: str
    task_id: str
    """Stable fact id of the task."""
    name: str
    document: str
    status: TaskStatus
    note: str | None = None
    owner: str | None = None
    """Who is to do it, in the words it was assigned with."""
    due: date | None = None
    """The day it was set to be done by; None: the time its document gives it holds."""
    by: str
    """Principal id; BY_DOCUMENT for a tick in the file."""
    at: datetime
    """When it was made; of a tick, when the file was written as far as that can be known."""
