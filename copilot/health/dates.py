"""When a target is due: the days of its period, else of the phase it stands under. None where the plan does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from copilot.domain.fact import KpiFact, PhaseFact
from copilot.domain.journal import Reading
from copilot.domain.plan import Plan
from copilot.domain.source import Citation
from copilot.domain.status import COMPUTED, JOURNAL
from tools.calc.schedule import Span, period_span, phase_span

NO_STRETCH = ("cadence", "phase")
Place = tuple[str, tuple[str, ...]]


class Dated(NamedTuple):
    """The days of a target."""

    span: Span | None
    """None: it has a period, but the plan's first day is not known."""
    by: str
    """The period or phase, as written."""
    begins: date | None
    """Where the way to the target begins: the stretch's first day, or the plan's, for a single month or week."""


class Calendar:
    """The plan's days: when each document starts, and which phase holds a heading."""

    def __init__(self, plan: Plan) -> None:
        self.starts: Mapping[str, date | None] = {record.document: record.start for record in plan.documents}
        self._phases: dict[Place, PhaseFact] = {}
        for fact in plan.facts:
            if isinstance(fact, PhaseFact) and fact.start is not None:
                self._phases.setdefault((fact.document, fact.heading_path), fact)

    def dated(self, target: KpiFact) -> Dated | None:
        """The days of a target; None where nothing near it names a time."""
        start = self.starts.get(target.document)
        when = target.when
        if when is not None and when.unit not in NO_STRETCH:
            span = period_span(when, start)
            is_stretch = when.start is not None and when.end is not None and when.start != when.end
            begins = span.first if span is not None and (is_stretch or start is None) else start
            return Dated(span, when.raw, begins)
        phase = self._phase_of(target)
        if phase is None:
            return None
        span = phase_span(phase, start)
        return Dated(span, phase.name, None if span is None else span.first)

    def _phase_of(self, target: KpiFact) -> PhaseFact | None:
        path = target.heading_path
        places = ((target.document, path[:depth]) for depth in range(len(path), 0, -1))
        return next((self._phases[place] for place in places if place in self._phases), None)


def due_citation(document: str, named: str, start: date | None, span: Span) -> Citation:
    """A citation that stands for days computed from a period."""
    quote = f"{named}: {span.first.isoformat()} - {span.last.isoformat()}" + (f" (start {start.isoformat()})" if start else "")
    return Citation(document=f"{COMPUTED}{document}", lines=(1, 1), quote=quote)


def reading_citation(reading: Reading, value: str) -> Citation:
    """A citation that stands for a reading; `value` is its value in words."""
    quote = f"{reading.on.isoformat()} {reading.name}: {value}"
    return Citation(document=f"{JOURNAL}reading/{reading.id}", lines=(1, 1), quote=quote)


def readings_citation(readings: Sequence[Reading]) -> Citation:
    """A citation that stands for all readings of a metric that were looked at."""
    first, last = readings[0], readings[-1]
    quote = f"{last.name}: {first.on.isoformat()} - {last.on.isoformat()} ({len(readings)})"
    return Citation(document=f"{JOURNAL}readings/{last.metric_id}", lines=(1, 1), quote=quote)


def median_gap(days: Iterable[date]) -> int | None:
    """Median number of days between one day and the next; None for fewer than three days."""
    ordered = sorted(set(days))
    gaps = sorted((later - earlier).days for earlier, later in zip(ordered, ordered[1:], strict=False))
    return gaps[len(gaps) // 2] if len(gaps) > 1 else None
