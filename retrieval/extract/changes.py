"""What changed in the plan between two versions of a document: facts by id, then by what they say where only a heading moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact, RiskFact, TaskFact
from copilot.domain.plan import PlanEvent
from retrieval.extract.identity import fact_name, fact_period, name_key

_SIGNS = {"=": "", "range": "", "delta_up": "+", "delta_down": "-"}


def changes(before: Sequence[Fact], after: Sequence[Fact], at: datetime) -> tuple[PlanEvent, ...]:
    """Added, removed and changed facts, in the order of the new version, removals last.

    Args:
        before: facts of the version that is replaced, identified; empty for a new document.
        after: facts of the new version, identified.
        at: when the change was seen, UTC.
    """
    old = {fact.id: fact for fact in before}
    gone = {fact.id: fact for fact in before if fact.id not in {one.id for one in after}}
    moved: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in gone.values():
        moved[_content(fact)].append(fact)
    events: list[PlanEvent] = []
    for fact in after:
        match = old.get(fact.id)
        if match is None and (same := moved.get(_content(fact))):
            # Only the headings above it changed: the statement is the same, or a new value of it.
            match = same.pop(0)
            gone.pop(match.id)
        if match is None:
            events.append(_event("added", fact, None, stated(fact), at))
        elif stated(match) != stated(fact):
            events.append(_event("changed", fact, stated(match), stated(fact), at))
    events += [_event("removed", fact, stated(fact), None, at) for fact in gone.values()]
    return tuple(events)


def stated(fact: Fact) -> str:
    """What a fact says, short enough to show before and after."""
    if isinstance(fact, KpiFact):
        text = _amount(fact.comparator, fact.value, fact.value_high, fact.unit)
        return text if fact.baseline is None else f"{text} ({_number(fact.baseline)} {fact.baseline_unit or fact.unit})"
    if isinstance(fact, FinanceFact):
        return _stated_money(fact)
    if isinstance(fact, TaskFact):
        return {True: "done", False: "open", None: "unmarked"}[fact.done]
    if isinstance(fact, RiskFact):
        parts = (fact.mitigation, fact.contingency, fact.monitoring, fact.probability, fact.impact)
        return " | ".join(part for part in parts if part) or fact.risk
    if isinstance(fact, PhaseFact):
        return f"{_ends(fact.start, fact.end)} {fact.unit or ''}".strip() + (f" | {fact.goal}" if fact.goal else "")
    return fact.text


def _stated_money(fact: FinanceFact) -> str:
    parts = []
    if fact.amount_low is not None:
        unit = f"{fact.currency}/{fact.per}" if fact.per else fact.currency or ""
        high = None if fact.amount_high == fact.amount_low else fact.amount_high
        parts.append(_amount(fact.comparator, fact.amount_low, high, unit))
    named = (("ROI", fact.roi_value), ("payback", fact.payback), ("savings", fact.savings), ("horizon", fact.horizon))
    return " | ".join([*parts, *(f"{name} {value}" for name, value in named if value)])


def _amount(comparator: str, low: Decimal, high: Decimal | None, unit: str) -> str:
    sign = _SIGNS.get(comparator, f"{comparator} ")
    return f"{sign}{_number(low)}{'' if high is None else f'-{_number(high)}'} {unit}".strip()


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _ends(start: int | None, end: int | None) -> str:
    return "-".join(str(part) for part in dict.fromkeys((start, end)) if part is not None)


def _content(fact: Fact) -> tuple[str, str, str]:
    return fact.kind, name_key(fact_name(fact)), fact_period(fact) or ""


def _event(
    kind: Literal["added", "removed", "changed"], fact: Fact, before: str | None, after: str | None, at: datetime
) -> PlanEvent:
    return PlanEvent(
        kind=kind,
        fact_kind=fact.kind,
        fact_id=fact.id,
        document=fact.document,
        name=fact_name(fact),
        before=before,
        after=after,
        at=at,
    )
