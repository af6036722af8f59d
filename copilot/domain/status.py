"""The weekly report: computed items, each with the evidence it rests on. Words come later, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from copilot.domain.answer import Calculation
from copilot.domain.source import Citation, Frozen

Section = Literal["changed", "done", "blocked", "overdue", "due", "metrics", "money", "conflicts", "findings", "silent", "asks"]
SECTIONS: tuple[Section, ...] = (
    "changed",
    "done",
    "blocked",
    "overdue",
    "due",
    "metrics",
    "money",
    "conflicts",
    "findings",
    "silent",
    "asks",
)
"""In the order they are told."""

JOURNAL = "journal/"
"""Prefix of the document name of a citation that stands for a reading or a task's state, kept beside the plan."""
COMPUTED = "computed/"
"""Prefix of the document name of a citation that stands for a date computed from the plan."""


class StatusItem(Frozen):
    """One statement of the report, before it has words."""

    section: Section
    what: str
    """Key of its sentence in `copilot/status/words`."""
    slots: dict[str, str] = {}
    """What fills the sentence, as written in the plan or the journal."""
    evidence: tuple[Citation, ...] = ()
    calculations: tuple[Calculation, ...] = ()


class StatusReport(Frozen):
    """What is known about the plan's week. Same input, same report."""

    week: str
    """ISO week it is for, `2026-W47`."""
    today: date
    since: datetime | None
    """The last report; None when this is the first."""
    items: tuple[StatusItem, ...] = ()
