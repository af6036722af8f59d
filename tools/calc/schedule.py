"""Plan time to calendar days: when a numbered stretch of a plan begins and ends. Pure; knows no clock."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

from copilot.domain.fact import PhaseFact
from copilot.domain.quantity import Period

CALENDAR_YEAR = 1900
"""A year numbered above this is a year of the calendar, below it a year of the plan."""
MONTHS = {"months": 1, "quarter": 3, "year": 12}
DAYS = {"days": 1, "weeks": 7}


class Span(NamedTuple):
    """First and last day, both included."""

    first: date
    last: date


def period_span(period: Period, plan_start: date | None) -> Span | None:
    """The days of a period.

    Args:
        period: months, weeks and days are numbered from the plan's start unless a calendar year is given. A period with an
            end only ("12 meses") runs from the start.
        plan_start: the plan's first day; None when nobody named it.

    Returns:
        None where the period names no stretch (a cadence, a bare phase), or needs a start that is not known.
    """
    return _span(period.unit, period.start, period.end, period.year, plan_start)


def phase_span(phase: PhaseFact, plan_start: date | None) -> Span | None:
    """The days of a phase; its unit may name a calendar year (`quarter 2024`)."""
    unit, _, year = (phase.unit or "").partition(" ")
    return _span(unit, phase.start, phase.end, int(year) if year.isdigit() else None, plan_start)


def _span(unit: str, start: int | None, end: int | None, year: int | None, plan_start: date | None) -> Span | None:
    if unit == "year" and (year is not None or (start or 0) > CALENDAR_YEAR):
        first_year, last_year = (year, year) if year is not None else (start or 0, end or start or 0)
        return Span(date(first_year, 1, 1), date(last_year, 12, 31)) if 1 <= first_year <= last_year <= 9999 else None
    last = end if end is not None else start
    if last is None or (year is None and plan_start is None):
        return None
    first = max(start if start is not None else 1, 1)
    origin = date(year, 1, 1) if year is not None else plan_start
    if origin is None or last < first:
        return None
    try:
        if unit in DAYS:
            return Span(origin + timedelta(days=(first - 1) * DAYS[unit]), origin + timedelta(days=last * DAYS[unit] - 1))
        if unit in MONTHS:
            return Span(
                _months_on(origin, (first - 1) * MONTHS[unit]), _months_on(origin, last * MONTHS[unit]) - timedelta(days=1)
            )
    except (OverflowError, ValueError):  # a stretch beyond the calendar dates nothing
        return None
    return None


def _months_on(day: date, months: int) -> date:
    """The same day some months later; the month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
