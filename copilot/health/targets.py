"""Which target holds, and what it asks for as a level: bounds, direction, where the metric came from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from copilot.domain.answer import Calculation, CalculationInput
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Reading
from copilot.domain.source import Citation
from copilot.health.dates import Dated, reading_citation
from copilot.health.directions import direction_of, is_share
from copilot.health.state import Direction, Goal, Path, Reason, StartFrom
from copilot.health.wording import written

TARGET_ROLES = ("target", "milestone", "impact")
CHANGES = ("delta_up", "delta_down")
HUNDRED = Decimal(100)


class Origin(NamedTuple):
    """A value the metric comes from."""

    value: Decimal
    told_by: StartFrom
    citation: Citation
    day: date | None = None
    """The day it held; None: where the way begins."""


def current_target(series: Sequence[KpiFact], dates: Mapping[str, Dated | None], today: date) -> KpiFact | None:
    """The target whose period holds today, else the next one, else the last, else one without a dated period."""
    targets = [fact for fact in series if fact.role in TARGET_ROLES]
    dated = sorted(
        ((found.span, fact) for fact in targets if (found := dates.get(fact.id)) is not None and found.span is not None),
        key=lambda pair: pair[0],
    )
    holding = [fact for span, fact in dated if span.first <= today <= span.last]
    if holding:
        return holding[0]
    coming = [fact for span, fact in dated if span.first > today]
    if coming:
        return coming[0]
    if dated:
        return dated[-1][1]
    return targets[0] if targets else None


def stated_origin(target: KpiFact, series: Sequence[KpiFact], unit: str) -> Origin | None:
    """What the plan says of where the metric stands: the target's baseline, else the actual value beside it."""
    for fact in (target, *(one for one in series if one is not target)):
        if fact.baseline is not None and fact.baseline_high is None and (fact.baseline_unit or fact.unit) == unit:
            return Origin(fact.baseline, "baseline", fact.citation())
    actual = next((fact for fact in series if fact.role == "actual" and fact.unit == unit and fact.comparator == "="), None)
    return None if actual is None else Origin(actual.value, "actual", actual.citation())


def first_reading(readings: Sequence[Reading], unit: str) -> Origin | None:
    """The first of several readings, from which a way can be measured."""
    if len(readings) < 2 or readings[0].on >= readings[-1].on or readings[0].unit != unit:
        return None
    first = readings[0]
    return Origin(first.value, "first_reading", reading_citation(first, written(first.value, first.unit)), first.on)


def goal_of(target: KpiFact, series: Sequence[KpiFact], unit: str, origin: Origin | None) -> Goal | Reason:
    """The target as bounds in the metric's unit, or the reason why it cannot be told."""
    if target.comparator in CHANGES:
        return _change(target, unit, origin)
    if target.unit != unit:
        return "other_unit"
    told = direction_of(target, series, None if origin is None else origin.value)
    if told is None:
        return "no_direction"
    direction, by = told
    low: Decimal | None = target.value
    high = target.value if target.value_high is None else target.value_high
    bounds: dict[Direction, tuple[Decimal | None, Decimal | None]] = {
        "up": (low, None),
        "down": (None, high),
        "inside": (low, high),
    }
    low, top = bounds[direction]
    return Goal(fact=target, low=low, high=top, is_strict=target.comparator in ("<", ">"), direction=direction, direction_from=by)


def path_to(goal: Goal, dated: Dated, origins: Sequence[Origin], bases: Sequence[Origin], value: Decimal) -> Path | None:
    """The line to the target from the first origin that a line can start at.

    Args:
        goal: what is to be reached.
        dated: by when.
        origins: where the line may start, the best first.
        bases: where the whole way may have begun, the best first.
        value: the latest reading.
    """
    if dated.span is None:
        return None
    aim = goal.aim(value)
    for origin in origins:
        first = origin.day or dated.begins
        if first is not None and first < dated.span.last and origin.value != aim and goal.direction != "inside":
            # A base on the other side of the target would measure another way.
            base = next((one for one in bases if (aim - one.value) * (aim - origin.value) > 0), origin)
            return Path(
                first=first,
                start=origin.value,
                start_from=origin.told_by,
                citation=origin.citation,
                due=dated.span.last,
                aim=aim,
                base=base.value,
                base_from=base.told_by,
                base_citation=base.citation,
            )
    return None


def targets_before(target: KpiFact, series: Sequence[KpiFact], dates: Mapping[str, Dated | None]) -> list[Origin]:
    """The dated targets the plan sets before this one, by day: the line goes from the last of them."""
    mine = dates.get(target.id)
    if mine is None or mine.span is None:
        return []
    earlier = [
        (found.span.last, fact)
        for fact in series
        if fact.role == target.role and fact.unit == target.unit and fact.comparator not in CHANGES
        if (found := dates.get(fact.id)) is not None and found.span is not None and found.span.last < mine.span.last
    ]
    return [Origin(fact.value, "target_before", fact.citation(), day) for day, fact in sorted(earlier, key=lambda pair: pair[0])]


def _change(target: KpiFact, unit: str, origin: Origin | None) -> Goal | Reason:
    """`+30 %`: of the level where one is known, else as the change itself, which is what readings in its unit then tell."""
    up = target.comparator == "delta_up"
    direction: Direction = "up" if up else "down"
    if target.unit == unit == "%" and (origin is not None and origin.told_by != "first_reading" or is_share(target.name)):
        # Percent of a percentage, or points of it: the plan does not say which.
        return "unclear_change"
    if target.unit == unit == "%":
        bound = target.value if up else -target.value
        return _bounded(target, direction, bound, None)
    if origin is None:
        return "no_baseline"
    start, by = origin.value, target.value
    sign = "+" if up else "-"
    if target.unit == "%":
        level = start * (1 + (by if up else -by) / HUNDRED)
        formula = f"{start:f} {sign} {start:f} * {by:f} / 100"
    elif target.unit == unit and target.unit != "x":
        level, formula = (start + by if up else start - by), f"{start:f} {sign} {by:f}"
    else:
        return "unclear_change"
    inputs = (
        CalculationInput(name=origin.told_by, value=start, unit=unit, citation=origin.citation),
        CalculationInput(name="change", value=by, unit=target.unit, citation=target.citation()),
    )
    step = Calculation(formula=formula, inputs=inputs, result=level.normalize() + 0, unit=unit, name="target")
    return _bounded(target, direction, level, step)


def _bounded(target: KpiFact, direction: Direction, bound: Decimal, step: Calculation | None) -> Goal:
    low, high = (bound, None) if direction == "up" else (None, bound)
    return Goal(fact=target, low=low, high=high, direction=direction, direction_from="change", resolved=step)
