"""Stretches of plan time in text: `Mes 5`, `Días 31-60`, `Q1 2024`, `12 meses`, `primeros 30 días`, `mensual`.

Owns which period a text, a cell or a chain of headings names and when two of them are one. Knows nothing about facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from copilot.domain.quantity import Period
from retrieval.language.folding import folded
from retrieval.language.period_patterns import patterns
from retrieval.language.period_readers import READERS, Form, FoundPeriod

__all__ = ["Form", "FoundPeriod", "find_periods", "heading_period", "parse_period", "period_key", "phase_number", "same_period"]

NUMBERED: frozenset[Form] = frozenset({"point", "stretch", "opening", "calendar"})
"""Forms that say where in the plan's time something stands."""
RANK: dict[Form, int] = {"point": 0, "stretch": 0, "opening": 0, "calendar": 0, "duration": 1, "relative": 2, "cadence": 4}
LONGEST_TEXT = 4000
MONTHS_IN = {"months": 1, "quarter": 3, "year": 12}


def find_periods(text: str) -> list[FoundPeriod]:
    """Every period of the text in order, without overlaps; of two that overlap the longer stands.

    Reads the first 4,000 characters: what a line says about time stands at its head, and a longer one is data.
    """
    return list(_found(text[:LONGEST_TEXT]))


@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[FoundPeriod, ...]:
    """Kept, because every fact under a heading asks for the heading's period again."""
    known, level = patterns(), folded(text)
    if not known.trace.search(level):
        return ()
    found = [hit for read in READERS for hit in read(known, level, text)]
    found.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    kept: list[FoundPeriod] = []
    for hit in found:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return tuple(sorted(kept, key=lambda hit: hit.start))


def parse_period(text: str) -> Period | None:
    """The period a short text (a table cell, a column head, an argument, a heading) names; None when it names none.

    A phase and its stretch are read together: `FASE 2: Aceleración (Meses 4-6)` is months 4 to 6, raw `Fase 2 (Meses 4-6)`.
    """
    found = _main_period(find_periods(text))
    return found if found is not None and found.unit != "cadence" else _lone_period(text) or found


def heading_period(heading_path: Sequence[str]) -> Period | None:
    """The period facts under these headings inherit: that of the nearest heading that holds one.

    A numbered stretch or a duration comes before a bare phase, a phase before a cadence. The outermost heading is mostly the
    document's title, where `30-60-90 días`, `10 a 100 clientes mensuales` or `2024` describe the whole and date nothing.
    """
    per_heading = [
        [hit for hit in find_periods(heading) if depth or _dates_a_title(hit, heading)]
        for depth, heading in enumerate(heading_path)
    ]
    for accepted in (NUMBERED | {"duration", "relative"}, {"phase"}, {"cadence"}):
        for hits in reversed(per_heading):
            if any(hit.form in accepted for hit in hits):
                return _main_period([hit for hit in hits if hit.form in accepted or hit.form == "phase"])
    return None


def same_period(a: Period, b: Period) -> bool:
    """Whether two ways of writing mean one period: `Mes 6`, `month 6`, `mês 6`, `M6`; `12 meses`, `Mes 12`; `Q1`, `Q1 2024`."""
    if "cadence" in (a.unit, b.unit):
        return a.unit == b.unit and _cadence(a.raw) == _cadence(b.raw)
    if "phase" in (a.unit, b.unit):
        mine, theirs = phase_number(a), phase_number(b)
        return mine is not None and mine == theirs
    if a.year is not None and b.year is not None and a.year != b.year:
        return False
    return _months(a) == _months(b) if _lasts(a) and _lasts(b) else _same_stretch(a, b)


def period_key(period: Period) -> str:
    """A short normal form, equal where the numbers are: `months:6` for `Mes 6`, `month 6` and `6 meses`."""
    if period.unit == "cadence":
        return f"cadence:{_cadence(period.raw)}"
    number = phase_number(period)
    if period.start is None and period.end is None and period.year is None:
        return f"{period.unit}:{folded(period.raw)}" if number is None else f"phase:{number}"
    ends = [period.end] if period.start in (None, period.end) else [period.start, period.end]
    span = "-".join("" if end is None else str(end) for end in ends)
    return ":".join([period.unit, span, *([str(period.year)] if period.year is not None else [])])


def phase_number(period: Period) -> int | None:
    """The number of the phase a period names, alone or with its stretch: 2 in `Fase 2 (Meses 4-6)`."""
    if period.unit == "phase":
        return period.start
    match = patterns().numbered["phase"].search(folded(period.raw))
    return patterns().number(match["low"]) if match else None


def _same_stretch(a: Period, b: Period) -> bool:
    if a.unit != b.unit:
        return False
    if a.end is None or b.end is None:
        same_year = a.year is not None and a.year == b.year
        return (a.start, a.end) == (b.start, b.end) and (a.start is not None or same_year or folded(a.raw) == folded(b.raw))
    return a.end == b.end and (a.start == b.start or None in (a.start, b.start))


def _lasts(period: Period) -> bool:
    return period.start is None and period.end is not None and period.unit in MONTHS_IN


def _months(period: Period) -> int:
    return (period.end or 0) * MONTHS_IN[period.unit]


def _cadence(raw: str) -> str | None:
    known = patterns()
    match = known.cadence.search(folded(raw))
    return known.cadences[match[0]] if match else None


def _main_period(hits: list[FoundPeriod]) -> Period | None:
    dated = min((hit for hit in hits if hit.form != "phase"), key=lambda hit: RANK[hit.form], default=None)
    phase = next((hit.period for hit in hits if hit.form == "phase"), None)
    if phase is None:
        return dated.period if dated else None
    if dated is None or dated.form == "cadence":
        return phase
    return dated.period.model_copy(update={"raw": f"{phase.raw.capitalize()} ({dated.period.raw})"})


def _lone_period(text: str) -> Period | None:
    """Forms too short to be looked for inside a sentence: `2025`, `T1`."""
    match = patterns().lone.search(text)
    if match is None:
        return None
    if match["year"]:
        return Period(raw=match["year"], unit="year", year=int(match["year"]))
    return Period(raw=match[0], unit="quarter", start=int(match["quarter"]), end=int(match["quarter"]))


def _dates_a_title(hit: FoundPeriod, heading: str) -> bool:
    if hit.form in ("cadence", "relative") or (hit.form == "calendar" and hit.period.unit == "year"):
        return False
    return hit.form != "duration" or ("-" not in hit.period.raw and heading[: hit.start].rstrip().endswith("("))
