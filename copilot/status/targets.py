"""Which target holds today, and whether a reading meets it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from copilot.domain.answer import Calculation, CalculationInput
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Reading
from copilot.domain.source import Citation
from tools.calc.schedule import period_span

Verdict = Literal["met", "missed", "beside"]
"""`beside`: the plan does not say which side of the target is good, or the units differ."""
SYMBOLS = {"%": " %", "USD": "$", "EUR": "€", "x": "x", "count": "", "ratio": ":1", "score": "", "score/10": "/10"}
BEFORE = ("USD", "EUR")


def current_target(series: Sequence[KpiFact], starts: Mapping[str, date | None], today: date) -> KpiFact | None:
    """The target whose period holds today, else the next one, else the last, else one without a dated period."""
    targets = [fact for fact in series if fact.role in ("target", "milestone", "impact")]
    spans = {fact.id: period_span(fact.when, starts.get(fact.document)) for fact in targets if fact.when is not None}
    dated = sorted(((span, fact) for fact in targets if (span := spans.get(fact.id)) is not None), key=lambda pair: pair[0])
    holding = [fact for span, fact in dated if span.first <= today <= span.last]
    if holding:
        return holding[0]
    coming = [fact for span, fact in dated if span.first > today]
    if coming:
        return coming[0]
    if dated:
        return dated[-1][1]
    return targets[0] if targets else None


def compare(reading: Reading, place: Citation, target: KpiFact) -> tuple[Verdict, Calculation | None]:
    """Whether a reading meets a target, and the gap between them where the units agree."""
    if reading.unit != target.unit or target.comparator in ("delta_up", "delta_down"):
        return "beside", None
    gap = Calculation(
        formula=f"{reading.value} - {target.value}",
        inputs=(
            CalculationInput(name=reading.name, value=reading.value, unit=reading.unit, citation=place),
            CalculationInput(name="target", value=target.value, unit=target.unit, citation=target.citation()),
        ),
        result=reading.value - target.value,
        unit=target.unit,
        name="gap",
    )
    good = _meets(reading.value, target)
    return ("beside" if good is None else "met" if good else "missed"), gap


def written(value: Decimal, unit: str) -> str:
    """A value with its unit, as a person writes it: `4.2 %`, `$12,000`, `5:1`, `3 days`."""
    head, _, rate = unit.partition("/") if unit != "score/10" else (unit, "", "")
    number = f"{value.normalize():,f}"
    symbol = SYMBOLS.get(head, f" {head}")
    told = f"{symbol}{number}" if head in BEFORE else f"{number}{symbol}"
    return f"{told}/{rate}" if rate else told


def _meets(value: Decimal, target: KpiFact) -> bool | None:
    aim, high = target.value, target.value_high
    match target.comparator:
        case ">=":
            return value >= aim
        case ">":
            return value > aim
        case "<=":
            return value <= aim
        case "<":
            return value < aim
        case "range":
            return None if high is None else aim <= value <= high
        case _:
            return _by_direction(value, target)


def _by_direction(value: Decimal, target: KpiFact) -> bool | None:
    """A bare target is to be reached from where the plan starts; without a baseline its good side is not known."""
    if value == target.value:
        return True
    if target.baseline is None or target.baseline == target.value or (target.baseline_unit or target.unit) != target.unit:
        return None
    return value >= target.value if target.value > target.baseline else value <= target.value
