"""Where readings lead: a robust straight line or a drift, with an 80 % prediction interval. Needs no library.

The line is that of Theil and Sen (median of the slopes between all pairs of readings); its interval is the usual one of a
straight line, by Student's t. Where neighbouring readings stray to the same side (von Neumann's ratio of the residuals is
low), the metric wanders rather than scatters: then the last reading and the mean pace count, and the interval grows with the
square root of time. docs/health.md has the formulas and what back-testing found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Literal, NamedTuple

from copilot.domain.journal import Reading
from copilot.health.state import Forecast, Goal, NoForecast

LEAST_READINGS = 4
FURTHEST = 2
"""A forecast reaches at most this many times as far ahead as the readings reach back."""
WANDERS_BELOW = 1.8
"""Von Neumann's ratio: 2 where the residuals of neighbours have nothing to do with each other, 0 for a random walk."""
T_90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341)
"""Student's t, 90 % one-sided (80 % two-sided), for 1 to 15 degrees of freedom."""
T_90_MORE = ((30, 1.310), (20, 1.325), (15, 1.341))
SURE_OF_TREND = 12
"""From so many readings on, residuals tell scatter from wandering; with fewer, the interval leans towards the drift's."""
DOUBT = 1 / 3
"""How far it leans."""
DIGITS = 2
"""Significant digits of half the interval to which a forecast is rounded."""


class Line(NamedTuple):
    """A projection and half its interval."""

    value: float
    half: float
    slope: float
    method: Literal["trend", "drift"]


def forecast_of(
    readings: Sequence[Reading], goal: Goal | None, due: date | None, today: date
) -> tuple[Forecast | None, NoForecast | None]:
    """The value at the due date, or why there is none.

    Args:
        readings: by day, in the goal's unit; of several on one day the last counts.
        goal: what is to be reached.
        due: its last day; None: unknown.
        today: a due date before it needs no forecast.
    """
    last = {reading.on: reading.value for reading in readings}
    days = sorted(last)
    reason = _why_not(days, goal, due, today)
    if reason is not None or goal is None or due is None:
        return None, reason
    origin = days[0].toordinal()
    line = project(
        [float(day.toordinal() - origin) for day in days], [float(last[day]) for day in days], due.toordinal() - origin
    )
    value, half = _rounded(line)
    low, high = value - half, value + half
    made = Forecast(
        on=due,
        value=value,
        low=low,
        high=high,
        per_day=Decimal(f"{line.slope:.4g}"),
        readings=len(days),
        method=line.method,
        outcome=_outcome(goal, low, high),
    )
    return made, None


def project(times: Sequence[float], values: Sequence[float], at: float) -> Line:
    """The projection of at least three points, of different times in rising order, to a later time."""
    count = len(times)
    points = list(zip(times, values, strict=True))
    slopes = [
        (late - early) / (then - now) for place, (now, early) in enumerate(points, start=1) for then, late in points[place:]
    ]
    slope = median(slopes)
    level = median(value - slope * time for time, value in zip(times, values, strict=True))
    strays = [value - level - slope * time for time, value in zip(times, values, strict=True)]
    squares = math.fsum(stray * stray for stray in strays)
    steps = math.fsum((after - before) ** 2 for before, after in zip(strays, strays[1:], strict=False))
    if squares and steps / squares < WANDERS_BELOW:
        return _drift(times, values, at)
    middle = math.fsum(times) / count
    spread = math.fsum((time - middle) ** 2 for time in times)
    half = _t(count - 2) * math.sqrt(squares / (count - 2) * (1 + 1 / count + (at - middle) ** 2 / spread))
    if count < SURE_OF_TREND:
        half = max(half, half + (_drift(times, values, at).half - half) * DOUBT)
    return Line(level + slope * at, half, slope, "trend")


def _drift(times: Sequence[float], values: Sequence[float], at: float) -> Line:
    span, ahead = times[-1] - times[0], at - times[-1]
    pace = (values[-1] - values[0]) / span
    moves = (
        (values[i + 1] - values[i] - pace * (times[i + 1] - times[i])) ** 2 / (times[i + 1] - times[i])
        for i in range(len(times) - 1)
    )
    variance = math.fsum(moves) / (len(times) - 2)
    half = _t(len(times) - 2) * math.sqrt(variance * (ahead + ahead * ahead / span))
    return Line(values[-1] + pace * ahead, half, pace, "drift")


def _why_not(days: Sequence[date], goal: Goal | None, due: date | None, today: date) -> NoForecast | None:
    if not days:
        return "no_readings"
    if goal is None:
        return "not_comparable"
    if due is None:
        return "no_due_date"
    if due <= today or due <= days[-1]:
        return "due_is_past"
    if len(days) < LEAST_READINGS:
        return "too_few_readings"
    return "due_too_far" if (due - days[-1]).days > FURTHEST * (days[-1] - days[0]).days else None


def _outcome(goal: Goal, low: Decimal, high: Decimal) -> Literal["reached", "open", "missed"]:
    if goal.is_met(low) and goal.is_met(high):
        return "reached"
    touches = goal.is_met(low) or goal.is_met(high)
    inside = goal.low is not None and goal.high is not None and low <= goal.low and high >= goal.high
    return "open" if touches or inside else "missed"


def _t(freedom: int) -> float:
    if freedom <= len(T_90):
        return T_90[freedom - 1]
    return next(value for least, value in T_90_MORE if freedom >= least)


def _rounded(line: Line) -> tuple[Decimal, Decimal]:
    """The value and half its interval, to the digits that the interval leaves a meaning."""
    scale = line.half if line.half > abs(line.value) * 1e-9 else abs(line.value) / 100
    places = 0 if scale <= 0 else DIGITS - 1 - math.floor(math.log10(scale))
    step = Decimal(1).scaleb(-places)
    told = (Decimal(repr(end)).quantize(step) for end in (line.value, line.half))
    value, half = (Decimal(f"{end.normalize() + 0:f}") for end in told)
    return value, half
