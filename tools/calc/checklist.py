"""Where each task of the plan stands: its state, who does it, when it is due and what says so. Pure; the day comes in.

The newest change a person or a tick made holds; without one the box itself speaks. A date a person set goes before the time the
document gives the task, which needs the plan's first day unless it names a calendar year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from copilot.domain.fact import PhaseFact, TaskFact
from copilot.domain.journal import TaskChange, TaskStatus
from copilot.domain.plan import Plan
from copilot.domain.source import Citation
from copilot.domain.status import COMPUTED, JOURNAL
from retrieval.language.folding import folded
from tools.calc.schedule import Span, period_span, phase_span

DueSource = Literal["set", "phase", "none"]
OVER: tuple[TaskStatus, ...] = ("done", "dropped")
"""States of a task nothing is left to do for."""


@dataclass(frozen=True)
class Standing:
    """A task as it is now."""

    task: TaskFact
    status: TaskStatus
    change: TaskChange | None = None
    """What gave it its state; None: nobody said anything, the box speaks."""
    phase: PhaseFact | None = None
    """The nearest one it stands in."""
    due: date | None = None
    due_source: DueSource = "none"
    """`set` by a person, `phase`: the last day of the time the document gives it, `none`: not known."""
    due_named: str = ""
    """That time as the document calls it: `Semana 3`, `Fase 1`."""
    span: Span | None = None
    """Its days."""
    start: date | None = None
    """The plan's first day, where it was needed."""

    @property
    def owner(self) -> str | None:
        """Who is to do it."""
        return None if self.change is None else self.change.owner

    @property
    def note(self) -> str | None:
        """What was said with its state."""
        return None if self.change is None else self.change.note

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.status in OVER

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and something is left to do."""
        return not self.is_over and self.due is not None and self.due < today

    def exported(self, today: date) -> dict[str, Any]:
        """JSON-ready: the task as exports have it, and where it stands."""
        change = self.change
        return {
            **self.task.exported(),
            "status": self.status,
            "owner": self.owner,
            "due": None if self.due is None else self.due.isoformat(),
            "due_source": self.due_source,
            "due_named": self.due_named or None,
            "overdue": self.is_overdue(today),
            "note": self.note,
            "phase": None if self.phase is None else self.phase.name,
            "changed_by": None if change is None else change.by,
            "changed_at": None if change is None else change.at.isoformat(),
        }

    def is_due(self, first: date, last: date) -> bool:
        """Whether it is to be done from `first` to `last`, both included."""
        return not self.is_over and self.due is not None and first <= self.due <= last


@dataclass(frozen=True)
class Progress:
    """How far the tasks of a document or of one of its phases are."""

    document: str
    phase: str | None
    """Name; None for tasks outside of every phase, and for a whole document."""
    line: int
    """Of the phase, else 1."""
    done: int
    total: int
    """Without what was dropped."""
    doing: int
    blocked: int
    overdue: int
    dropped: int


def standings(plan: Plan, changes: Mapping[str, TaskChange]) -> list[Standing]:
    """Every task in the plan's order.

    Args:
        plan: documents with their first days, facts with ids.
        changes: newest change of a task by its id; those of other tasks are left out.
    """
    starts = {record.document: record.start for record in plan.documents}
    phases = _Phases(fact for fact in plan.facts if isinstance(fact, PhaseFact))
    tasks = (fact for fact in plan.facts if isinstance(fact, TaskFact))
    return [_standing(task, changes.get(task.id), phases, starts.get(task.document)) for task in tasks]


def told_change(change: TaskChange) -> Citation:
    """The citation that stands for what was said of a task, kept beside the plan."""
    said = [change.status, *([f"owner {change.owner}"] if change.owner else []), *([f"due {change.due}"] if change.due else [])]
    note = f" ({change.note})" if change.note else ""
    quote = f"{change.at.date().isoformat()} {change.name}: {', '.join(said)}{note}"
    return Citation(document=f"{JOURNAL}task/{change.id}", lines=(1, 1), quote=quote)


def told_due(one: Standing) -> Citation | None:
    """The citation that stands for a due day worked out of the document's time; None where there is none."""
    if one.span is None:
        return None
    quote = f"{one.due_named}: {one.span.first.isoformat()} - {one.span.last.isoformat()}"
    began = f" (start {one.start.isoformat()})" if one.start else ""
    return Citation(document=f"{COMPUTED}{one.task.document}", lines=(1, 1), quote=quote + began)


def week_of(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week."""
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def owned(found: Iterable[Standing], owner: str) -> list[Standing]:
    """Tasks of a person, by any part of the name; case and accents do not count."""
    words = folded(owner).split()
    return [one for one in found if one.owner is not None and words and all(word in folded(one.owner) for word in words)]


def progress_by_document(found: Sequence[Standing], today: date) -> list[Progress]:
    """One row a document, in the plan's order."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        groups[one.task.document].append(one)
    return [_progress(document, None, 1, held, today) for document, held in groups.items()]


def progress_by_phase(found: Sequence[Standing], today: date) -> list[Progress]:
    """One row a phase that has tasks, and one for a document's tasks outside of all; in the plan's order."""
    groups: dict[tuple[str, str | None, int], list[Standing]] = defaultdict(list)
    for one in found:
        name, line = (None, 1) if one.phase is None else (one.phase.name, one.phase.lines[0])
        groups[one.task.document, name, line].append(one)
    return [_progress(document, name, line, held, today) for (document, name, line), held in groups.items()]


def _progress(document: str, phase: str | None, line: int, held: Sequence[Standing], today: date) -> Progress:
    states = [one.status for one in held]
    return Progress(
        document=document,
        phase=phase,
        line=line,
        done=states.count("done"),
        total=len(states) - states.count("dropped"),
        doing=states.count("doing"),
        blocked=states.count("blocked"),
        overdue=sum(one.is_overdue(today) for one in held),
        dropped=states.count("dropped"),
    )


class _Phases:
    """Phases by where they stand: a heading with all below it, or a line that introduces a list."""

    def __init__(self, phases: Iterable[PhaseFact]) -> None:
        self._headings: dict[tuple[str, tuple[str, ...]], PhaseFact] = {}
        self._lines: dict[tuple[str, tuple[str, ...], str], PhaseFact] = {}
        for phase in phases:
            if phase.heading_path and _is_heading(phase):
                self._headings.setdefault((phase.document, phase.heading_path), phase)
            else:
                self._lines.setdefault((phase.document, phase.heading_path, folded(phase.name)), phase)

    def around(self, task: TaskFact) -> list[PhaseFact]:
        """Phases the task stands in, the nearest first."""
        above = (folded(text.rstrip(": ")) for text in (task.label, task.parent) if text)
        lines = [self._lines.get((task.document, task.heading_path, text)) for text in above]
        paths = (task.heading_path[:depth] for depth in range(len(task.heading_path), 0, -1))
        headings = [self._headings.get((task.document, path)) for path in paths]
        return [phase for phase in (*lines, *headings) if phase is not None]


def _is_heading(phase: PhaseFact) -> bool:
    """A bullet or a table row also has the heading above it in its path, but is not named by it."""
    name, heading = folded(phase.name), folded(phase.heading_path[-1])
    return name in heading or heading in name


def _standing(task: TaskFact, change: TaskChange | None, phases: _Phases, start: date | None) -> Standing:
    status: TaskStatus = change.status if change is not None else "done" if task.done else "open"
    around = phases.around(task)
    phase = around[0] if around else None
    if change is not None and change.due is not None:
        return Standing(task=task, status=status, change=change, phase=phase, due=change.due, due_source="set")
    span, named = _span(task, around, start)
    return Standing(
        task=task,
        status=status,
        change=change,
        phase=phase,
        due=None if span is None else span.last,
        due_source="none" if span is None else "phase",
        due_named=named,
        span=span,
        start=start,
    )


def _span(task: TaskFact, around: Sequence[PhaseFact], start: date | None) -> tuple[Span | None, str]:
    """The days of the time the task's own line, label, item or heading names, else of the nearest phase that has days."""
    if task.when is not None:
        span = period_span(task.when, start)
        if span is not None:
            return span, task.when.raw
    for phase in around:
        span = phase_span(phase, start)
        if span is not None:
            return span, phase.name
    return None, ""
