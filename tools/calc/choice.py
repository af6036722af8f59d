"""Which tasks are wanted: by state, person, phase, due day. Pure; the day comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import TaskStatus
from retrieval.language.folding import folded
from tools.calc.checklist import Standing, owned, week_of

TODAY, WEEK = "today", "week"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Choice:
    """What is asked for; everything given must hold."""

    document: str | None = None
    statuses: tuple[TaskStatus, ...] = ()
    owner: str | None = None
    """Words of a name."""
    phase: str | None = None
    """Words of the phase's name, of a heading above it, or of the task's own time."""
    due: tuple[date, date] | None = None
    """First and last day, both included; what is over is never due."""
    is_overdue: bool = False
    words: str | None = None
    """Of the task's text."""


def chosen(found: Iterable[Standing], choice: Choice, today: date) -> list[Standing]:
    """The tasks that are wanted: by due day where days are asked for, else in the plan's order."""
    kept = [one for one in found if _fits(one, choice, today)]
    kept = kept if choice.owner is None else owned(kept, choice.owner)
    if choice.due is not None or choice.is_overdue:
        kept.sort(key=lambda one: one.due or date.max)
    return kept


def due_days(text: str, today: date) -> tuple[date, date]:
    """The days a person names: `today`, `week` (Monday to Sunday), or a date, which means up to it.

    Raises:
        UserCanFix: `bad_due_day`.
    """
    wanted = text.strip().lower()
    if wanted == TODAY:
        return today, today
    if wanted == WEEK:
        return week_of(today)
    try:
        return date.min, date.fromisoformat(wanted)
    except ValueError as error:
        raise UserCanFix("bad_due_day", value=text[:40]) from error


def holds_words(text: str, words: str) -> bool:
    """Whether it holds every word, case and accents aside; a number is a word of its own: `mes 1` is not `mes 12`."""
    name = folded(text)
    parts = set(_WORD.findall(name))
    return all(word in parts if word.isdigit() else word in name for word in folded(words).split())


def _fits(one: Standing, choice: Choice, today: date) -> bool:
    return (
        choice.document in (None, one.task.document)
        and (not choice.statuses or one.status in choice.statuses)
        and (choice.due is None or one.is_due(*choice.due))
        and (not choice.is_overdue or one.is_overdue(today))
        and (choice.words is None or holds_words(one.task.text, choice.words))
        and (choice.phase is None or any(holds_words(name, choice.phase) for name in _phase_names(one)))
    )


def _phase_names(one: Standing) -> Sequence[str]:
    named = (None if one.phase is None else one.phase.name, one.task.period, one.task.label, *one.task.heading_path[1:])
    return [name for name in named if name]
