"""Spans of phases that state only how long they take: `Fase 1 (6 semanas)`, then `Fase 2 (10 semanas)` right behind it.

The first phase begins with the plan; a later one begins where the one before it ends, where the text numbers them in a row and
counts in one unit. Nothing is filled in across a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.domain.fact import PhaseFact
from retrieval.language.periods import FoundPeriod, find_periods


def with_lengths(facts: Sequence[PhaseFact]) -> list[PhaseFact]:
    """The phases in their order, with spans for those that only a length is told of."""
    done: list[PhaseFact] = []
    before: PhaseFact | None = None
    for fact in facts:
        if fact.level not in ("phase", "scaling_phase") or _number(fact) is None:
            done.append(fact)
            continue
        fact = _spanned(fact, before) if fact.start is None else fact
        done.append(fact)
        before = fact
    return done


def _spanned(fact: PhaseFact, before: PhaseFact | None) -> PhaseFact:
    length, number = _length(fact.name), _number(fact)
    if length is None or number is None or length.period.end is None:
        return fact
    first = 1 if number == 1 else _next(number, length.period.unit, before)
    if first is None:
        return fact
    return fact.model_copy(update={"start": first, "end": first + length.period.end - 1, "unit": length.period.unit})


def _next(number: int, unit: str, before: PhaseFact | None) -> int | None:
    """Where a phase begins that follows right behind another."""
    follows = before is not None and _number(before) == number - 1 and before.unit == unit and before.end is not None
    return before.end + 1 if follows and before is not None and before.end is not None else None


def _number(fact: PhaseFact) -> int | None:
    return next((hit.period.start for hit in find_periods(fact.name) if hit.form == "phase"), None)


def _length(name: str) -> FoundPeriod | None:
    """The one length a name tells, in brackets or set apart at its end."""
    found = [hit for hit in find_periods(name) if hit.form != "phase"]
    if len(found) != 1 or found[0].form != "duration":
        return None
    hit = found[0]
    ahead, behind = name[: hit.start].rstrip(), name[hit.end :].strip()
    bracketed = ahead.endswith(("(", "[")) and behind.startswith((")", "]"))
    return hit if bracketed or (ahead.endswith((":", "-", "–", "—", ",", "|")) and not behind) else None
