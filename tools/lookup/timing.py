"""Whether a statement belongs to a stretch of time: its own words, its column, or what it stands under.

Months are taken as 30 days where a day, a week and a month have to be compared: `Días 31-60` is month 2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from copilot.domain.quantity import Period
from retrieval.language.periods import FoundPeriod, find_periods, parse_period, same_period

if TYPE_CHECKING:
    from tools.lookup.statements import Statement

DAYS = {"days": 1, "weeks": 7, "months": 30, "quarter": 90}
OWN_FIT, CONTEXT_FIT, OVERLAP_FIT, NO_FIT = 3, 2, 1, 0
SHORT_MONTHS = re.compile(r"(?<![\w$])(\d{1,2})M(?!\w)")
"""`Target (12M)`."""
PLACED = ("point", "stretch", "opening", "calendar", "phase")


@lru_cache(maxsize=4096)
def asked_periods(text: str) -> tuple[Period, ...]:
    """The periods an argument names."""
    found = tuple(hit.period for hit in find_periods(text))
    if found:
        return found
    lone = parse_period(text)
    return () if lone is None else (lone,)


@lru_cache(maxsize=4096)
def column_period(header: str) -> Period | None:
    """The period a column's head names."""
    if len(header) > 40:
        return None
    short = SHORT_MONTHS.search(header)
    return Period(raw=short[0], unit="months", end=int(short[1])) if short else parse_period(header)


def day_range(period: Period) -> tuple[int, int] | None:
    """First and last day from the plan's start; None for calendar times, phases and cadences."""
    step = DAYS.get(period.unit)
    if step is None or period.year is not None or period.start is None or period.end is None:
        return None
    return step * (period.start - 1) + 1, step * period.end


def matches(asked: Sequence[Period], period: Period) -> bool:
    """Whether the period is one of those asked for, however it is written."""
    return any(same_period(one, period) or _same_days(one, period) for one in asked)


def fit(asked: Sequence[Period], levels: Sequence[Sequence[FoundPeriod]]) -> int:
    """How well levels of context, innermost first, meet the periods asked for: own, context, overlap or none."""
    best = NO_FIT
    for depth, level in enumerate(levels):
        if not level:
            continue
        hits = [hit for hit in level if matches(asked, hit.period)]
        if any(hit.form != "duration" or any(one.start is None for one in asked) for hit in hits):
            return OWN_FIT if depth == 0 else CONTEXT_FIT
        if hits:
            # "in 12 months" is less than "month 12".
            best = max(best, OVERLAP_FIT)
        placed = [hit.period for hit in level if hit.form in PLACED]
        if any(_overlaps(one, period) for one in asked for period in placed):
            best = max(best, OVERLAP_FIT)
        elif placed and all(_excludes(one, period) for one in asked for period in placed):
            return NO_FIT
    return best


def matching_columns(asked: Sequence[Period], statement: Statement) -> tuple[int, ...]:
    """Places of a row's cells whose column is one of the periods asked for."""
    return tuple(at for at, period in period_columns(statement.block.header) if matches(asked, period))


@lru_cache(maxsize=4096)
def period_columns(header: tuple[str, ...]) -> tuple[tuple[int, Period], ...]:
    """Places and periods of a table's columns headed by a period."""
    dated = ((at, column_period(head)) for at, head in enumerate(header) if at)
    return tuple((at, period) for at, period in dated if period is not None and period.unit != "cadence")


def _same_days(a: Period, b: Period) -> bool:
    mine, theirs = day_range(a), day_range(b)
    return mine is not None and mine == theirs


def _overlaps(asked: Period, period: Period) -> bool:
    mine, theirs = day_range(asked), day_range(period)
    if mine is not None and theirs is not None:
        return mine[0] <= theirs[1] and theirs[0] <= mine[1]
    whole_year = asked.unit == "year" and asked.start is None and asked.year is not None
    return whole_year and asked.year == period.year


def _excludes(asked: Period, period: Period) -> bool:
    if asked.unit == "phase" or period.unit == "phase":
        return asked.unit == period.unit
    mine, theirs = day_range(asked), day_range(period)
    if mine is not None and theirs is not None:
        return mine[1] < theirs[0] or theirs[1] < mine[0]
    return asked.unit == period.unit and asked.year is not None and period.year is not None
