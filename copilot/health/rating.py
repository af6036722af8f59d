"""One metric's health: the colour with the rule that gave it, and every figure with its formula. Pure.

Silence and what cannot be told are grey, never red: nobody failed there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.answer import Calculation, CalculationInput
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Reading
from copilot.health.dates import Calendar, Dated, median_gap, reading_citation, readings_citation
from copilot.health.directions import cadence_of
from copilot.health.forecast import forecast_of
from copilot.health.state import Forecast, Goal, MetricHealth, Path, Reason, Rules, Status
from copilot.health.targets import (
    TARGET_ROLES,
    Origin,
    current_target,
    first_reading,
    goal_of,
    path_to,
    stated_origin,
    targets_before,
)
from copilot.health.wording import written
from copilot.journal.metrics import Metric

HUNDRED = Decimal(100)
SHOWN_DIGITS = 4
COLOURS: Mapping[Reason, Status] = {
    "met": "green",
    "on_path": "green",
    "behind": "amber",
    "near": "amber",
    "far_behind": "red",
    "missed": "red",
    "off": "red",
}
"""Reasons that give a colour; all others are grey."""


@dataclass(frozen=True)
class Standing:
    """What is known of a metric before it is rated."""

    metric: Metric
    target: KpiFact | None
    dated: Dated | None
    goal: Goal | None
    trouble: Reason | None
    """Why there is no goal."""
    path: Path | None
    readings: tuple[Reading, ...]
    """In the unit of the latest."""
    cadence_days: int
    begins: date | None
    """First day of the earliest dated target; before it nobody is silent."""


def metric_health(metric: Metric, readings: Sequence[Reading], calendar: Calendar, today: date, rules: Rules) -> MetricHealth:
    """The health of a metric.

    Args:
        metric: with all its mentions.
        readings: those of it that hold and are not after `today`, by day.
        calendar: the plan's days.
        today: the day it is asked for.
        rules: thresholds.
    """
    known = _standing(metric, readings, calendar, today, rules)
    span = known.dated.span if known.dated else None
    figures = _Figures(known)
    forecast, no_forecast = forecast_of(known.readings, known.goal, span.last if span else None, today)
    if forecast is not None:
        figures.add_forecast(forecast)
    reason = _reason(known, figures.shortfall, today, rules)
    return MetricHealth(
        metric_id=metric.id,
        name=metric.name,
        document=metric.document,
        segment=metric.segment,
        unit=known.readings[-1].unit if known.readings else metric.unit,
        target=known.target,
        goal=known.goal,
        first=span.first if span else None,
        due=span.last if span else None,
        dated_by=known.dated.by if known.dated else None,
        path=known.path,
        readings=known.readings,
        cadence_days=known.cadence_days,
        status=COLOURS.get(reason, "grey"),
        reason=reason,
        shortfall=figures.shortfall,
        attainment=figures.attainment,
        gap=figures.gap,
        expected=figures.expected,
        forecast=forecast,
        no_forecast=no_forecast,
        calculations=tuple(figures.steps),
    )


def _standing(metric: Metric, given: Sequence[Reading], calendar: Calendar, today: date, rules: Rules) -> Standing:
    unit = given[-1].unit if given else metric.unit
    readings = tuple(reading for reading in given if reading.unit == unit)
    dates = {fact.id: calendar.dated(fact) for fact in metric.facts if fact.role in TARGET_ROLES}
    target = current_target(metric.facts, dates, today)
    cadence = _cadence(metric.facts, readings, rules)
    begins = min((found.span.first for found in dates.values() if found is not None and found.span is not None), default=None)
    if target is None:
        return Standing(metric, None, None, None, "no_target", None, readings, cadence, begins)
    dated = dates[target.id]
    stated, first = stated_origin(target, metric.facts, unit), first_reading(readings, unit)
    found = goal_of(target, metric.facts, unit, stated or first)
    if isinstance(found, str):
        return Standing(metric, target, dated, None, found, None, readings, cadence, begins)
    path = None
    if dated is not None and readings:
        before = targets_before(target, metric.facts, dates)
        nothing = Origin(Decimal(0), "baseline", target.citation()) if _is_change_itself(found) else None
        known = [origin for origin in (nothing, stated) if origin is not None]
        later = [] if first is None else [first]
        path = path_to(found, dated, [*before[-1:], *known, *later], [*known, *before[:1], *later], readings[-1].value)
    return Standing(metric, target, dated, found, None, path, readings, cadence, begins)


def _is_change_itself(goal: Goal) -> bool:
    """The readings tell the change: it began at nothing."""
    return goal.direction_from == "change" and goal.resolved is None


def _cadence(facts: Sequence[KpiFact], readings: Sequence[Reading], rules: Rules) -> int:
    """Days between readings: as the plan says, else as the readings have come, else the rule's."""
    for fact in facts:
        if fact.when is not None and fact.when.unit == "cadence" and (days := cadence_of(fact.when.raw)) is not None:
            return days
    return median_gap(reading.on for reading in readings[-12:]) or rules.cadence_days


def _reason(known: Standing, shortfall: Decimal | None, today: date, rules: Rules) -> Reason:
    span = known.dated.span if known.dated else None
    if known.target is None:
        return "no_target"
    if not known.readings:
        return "not_begun" if known.begins is not None and known.begins > today else "no_reading"
    latest = known.readings[-1]
    is_final = span is not None and latest.on >= span.last
    if not is_final and (today - latest.on).days > math.ceil(known.cadence_days * rules.grace):
        return "stale"
    if known.goal is None:
        return known.trouble or "no_target"
    if _is_change_itself(known.goal) and known.goal.direction == "down" and latest.value > 0:
        return "unclear_change"
    if known.goal.is_met(latest.value):
        return "met"
    if known.dated is None:
        return "near" if _is_near(known.goal, latest.value, rules) else "off"
    if span is None:
        return "no_start"
    if today > span.last or is_final:
        return "missed"
    return _by_path(shortfall, rules)


def _by_path(shortfall: Decimal | None, rules: Rules) -> Reason:
    if shortfall is None:
        return "no_baseline"
    if shortfall <= rules.green_within:
        return "on_path"
    return "behind" if shortfall <= rules.amber_within else "far_behind"


def _is_near(goal: Goal, value: Decimal, rules: Rules) -> bool:
    aim = goal.aim(value)
    return abs(value - aim) * HUNDRED <= rules.near_target * abs(aim)


class _Figures:
    """The figures of a metric, each with the calculation behind it."""

    def __init__(self, known: Standing) -> None:
        self.gap: Decimal | None = None
        self.attainment: Decimal | None = None
        self.expected: Decimal | None = None
        self.shortfall: Decimal | None = None
        self.steps: list[Calculation] = []
        if known.goal is None or known.target is None or not known.readings:
            return
        latest = known.readings[-1]
        self._unit, self._day = latest.unit, latest.on
        self._place = reading_citation(latest, written(latest.value, latest.unit))
        self._series = readings_citation(known.readings)
        self._aim = known.goal.aim(latest.value)
        self._latest = CalculationInput(name=latest.name, value=latest.value, unit=latest.unit, citation=self._place)
        self._target = CalculationInput(name="target", value=self._aim, unit=self._unit, citation=known.target.citation())
        if known.goal.resolved is not None:
            self.steps.append(known.goal.resolved)
        if _is_change_itself(known.goal) and known.goal.direction == "down" and latest.value > 0:
            return
        self.gap = self._step("gap", f"{plain(latest.value)} - {plain(self._aim)}", latest.value - self._aim, self._unit)
        if known.path is not None:
            self._along(known.path, latest)
        else:
            self._attained(known.goal, latest.value)

    def add_forecast(self, forecast: Forecast) -> None:
        """The projection and the ends of its interval."""
        days = (forecast.on - self._day).days
        base = _short(forecast.value - forecast.per_day * days)
        half = (forecast.high - forecast.low) / 2
        pace = self._from_readings(f"pace a day ({forecast.method})", forecast.per_day)
        level = self._from_readings("level", base)
        width = self._from_readings("half of the 80 % interval", half)
        formula = f"{plain(base)} + {plain(forecast.per_day)} * {days}"
        self._step("forecast", formula, forecast.value, self._unit, (self._latest, level, pace))
        for name, sign, end in (("forecast low", "-", forecast.low), ("forecast high", "+", forecast.high)):
            self._step(name, f"{plain(forecast.value)} {sign} {plain(half)}", end, self._unit, (width,))

    def _from_readings(self, name: str, value: Decimal) -> CalculationInput:
        return CalculationInput(name=name, value=value, unit=self._unit, citation=self._series)

    def _along(self, path: Path, latest: Reading) -> None:
        total, done = (path.due - path.first).days, min(max((latest.on - path.first).days, 0), (path.due - path.first).days)
        start = CalculationInput(name=path.start_from, value=path.start, unit=self._unit, citation=path.citation)
        way = f"({plain(path.aim)} - {plain(path.start)})"
        self.expected = self._step(
            "expected",
            f"{plain(path.start)} + {way} * {done} / {total}",
            _short(path.expected(latest.on)),
            self._unit,
            (start, self._target),
        )
        base = CalculationInput(name=path.base_from, value=path.base, unit=self._unit, citation=path.base_citation)
        inputs, whole = (self._latest, base, self._target), path.aim - path.base
        way = f"({plain(path.aim)} - {plain(path.base)})"
        reached = (latest.value - path.base) * HUNDRED / whole
        self.attainment = self._step(
            "attainment", f"({plain(latest.value)} - {plain(path.base)}) / {way} * 100", _tenth(reached), "%", inputs
        )
        self.shortfall = _tenth((self.expected - latest.value) * HUNDRED / whole)
        # Told as a size: a lead is no negative lag to a reader.
        name, more, less = (
            ("lead", latest.value, self.expected) if self.shortfall < 0 else ("shortfall", self.expected, latest.value)
        )
        self._step(name, f"({plain(more)} - {plain(less)}) / {way} * 100", abs(self.shortfall), "%", inputs)

    def _attained(self, goal: Goal, value: Decimal) -> None:
        if goal.direction == "inside" or value <= 0 or self._aim <= 0:
            return
        over, under = (value, self._aim) if goal.direction == "up" else (self._aim, value)
        self.attainment = self._step("attainment", f"{plain(over)} / {plain(under)} * 100", _tenth(over * HUNDRED / under), "%")

    def _step(self, name: str, formula: str, result: Decimal, unit: str, inputs: tuple[CalculationInput, ...] = ()) -> Decimal:
        given = inputs or (self._latest, self._target)
        self.steps.append(Calculation(formula=formula, inputs=given, result=result, unit=unit, name=name))
        return result


def plain(value: Decimal) -> str:
    """A number as a formula holds it; a negative one in brackets."""
    told = f"{value.normalize() + 0:f}"
    return f"({told})" if value < 0 else told


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1")).normalize() + 0


def _short(value: Decimal) -> Decimal:
    """To four significant digits, whole numbers whole: what was worked out is not more exact than that."""
    if value == 0:
        return Decimal(0)
    places = SHOWN_DIGITS - 1 - value.adjusted()
    return value.quantize(Decimal(1).scaleb(-max(places, 0))).normalize() + 0
