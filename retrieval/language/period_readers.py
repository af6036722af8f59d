"""Readers, one for each way a period is written; each yields what it finds, overlaps and all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from copilot.domain.quantity import Period
from retrieval.language.period_patterns import PeriodPatterns

Form = Literal["point", "stretch", "opening", "duration", "phase", "relative", "cadence", "calendar"]
"""`Mes 5`; `Meses 4-6`; `primeros 30 días`; `12 meses`; `Fase 2`; `este mes`; `mensual`; `marzo 2024`, `Q1 2024`, `en 2025`."""
BaseUnit = Literal["days", "weeks", "months", "quarter", "year", "phase", "cadence"]


@dataclass(frozen=True)
class FoundPeriod:
    """A period and where in the text it stands."""

    start: int
    end: int
    """Exclusive."""
    period: Period
    form: Form
    open_ended: bool = False
    """`Mes 7+`: the text gives no end."""


Reader = Callable[[PeriodPatterns, str, str], Iterator[FoundPeriod]]
"""Patterns, folded text, text as written."""


def _base(unit: str, low: int, high: int) -> tuple[BaseUnit, int, int]:
    """Half years are counted in quarters."""
    if unit == "half":
        return "quarter", 2 * low - 1, 2 * high
    return unit, low, high  # type: ignore[return-value]  # the word data names the units of Period


def _read_numbered(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for unit, pattern in known.numbered.items():
        for match in pattern.finditer(level):
            if not _is_rate(known, level, match):
                yield from _numbered(known, unit, match, text)


def _numbered(known: PeriodPatterns, unit: str, match: re.Match[str], text: str) -> Iterator[FoundPeriod]:
    low = known.number(match["low"]) or 0
    high = int(match["high"] or match["next"] or low)
    end = match.end()
    if match["next"] and high != low + 1:
        high, end = low, match.end("low")  # "meses 3 y 6" are two months, and the second has no unit of its own
    raw = text[match.start() : end]
    if unit == "year" and low >= 1900:
        several = high > low
        period = Period(raw=raw, unit="year", year=low, start=low if several else None, end=high if several else None)
        yield FoundPeriod(match.start(), end, period, "calendar")
        return
    if not low <= high <= 999:
        return
    open_ended = match["plus"] is not None
    base, first, last = _base(unit, low, high)
    year = int(match["of"]) if match["of"] else None
    period = Period(raw=raw, unit=base, start=first, end=None if open_ended else last, year=year)
    form: Form = "phase" if unit == "phase" else "stretch" if high > low or open_ended else "point"
    yield FoundPeriod(match.start(), end, period, form, open_ended)


def _is_rate(known: PeriodPatterns, level: str, match: re.Match[str]) -> bool:
    """`100 leads al mes 5 veces`: the unit belongs to the rate before it."""
    before = re.search(r"(\w+)\s+$", level[max(0, match.start() - 12) : match.start()])
    return before is not None and before[1] in known.rates


def _read_counted(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for unit, pattern in known.counted.items():
        for match in pattern.finditer(level):
            low, high = int(match["low"]), int(match["high"] or match["low"])
            if high < low:
                continue
            base, _, last = _base(unit, 1, high)
            raw = text[match.start() : match.end()]
            if match["opening"] or match["late"]:
                yield FoundPeriod(match.start(), match.end(), Period(raw=raw, unit=base, start=1, end=last), "opening")
            elif match["high"] and match["chain"] is None:
                yield FoundPeriod(match.start(), match.end(), Period(raw=raw, unit=base, start=low, end=last), "stretch")
            else:
                yield FoundPeriod(match.start(), match.end(), Period(raw=raw, unit=base, end=last), "duration")


def _read_nth(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for unit, pattern in known.nth.items():
        for match in pattern.finditer(level):
            number = known.ordinals.get(match["nth"]) or int(match["nth"][0])
            base, first, last = _base(unit, number, number)
            period = Period(
                raw=text[match.start() : match.end()],
                unit=base,
                start=first,
                end=last,
                year=int(match["of"]) if match["of"] else None,
            )
            yield FoundPeriod(match.start(), match.end(), period, "phase" if unit == "phase" else "point")


def _read_relative(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for unit, pattern in known.relative.items():
        for match in pattern.finditer(level):
            period = Period(raw=text[match.start() : match.end()], unit=_base(unit, 1, 1)[0])
            yield FoundPeriod(match.start(), match.end(), period, "relative")


def _read_quarter_codes(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for match in known.quarter_code.finditer(level):
        raw, kind = text[match.start() : match.end()], match["kind"] or match["kind2"]
        if not raw[:2].isupper() or (not match["of"] and "t" in kind):
            continue
        low, half = int(match["low"] or match["low2"]), kind == "h"
        high = int(match["high"] or low)
        if high < low or (half and high > 2):
            continue
        base, first, last = _base("half" if half else "quarter", low, high)
        year = int(match["of"][-2:]) + 2000 if match["of"] else None
        form: Form = "calendar" if year else "stretch" if high > low else "point"
        yield FoundPeriod(match.start(), match.end(), Period(raw=raw, unit=base, start=first, end=last, year=year), form)


def _read_codes(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for match in known.month_code.finditer(level):
        low, high = int(match["low"]), int(match["high"] or match["low"])
        if text[match.start()] == "M" and 0 < low <= high <= 60:
            period = Period(raw=text[match.start() : match.end()], unit="months", start=low, end=high)
            yield FoundPeriod(match.start(), match.end(), period, "stretch" if high > low else "point")
    for match in known.year_code.finditer(level):
        raw = text[match.start() : match.end()]
        if raw[0].isupper():
            number = int(match["year"]) if match["year"] else None
            period = Period(
                raw=raw, unit="year", start=number, end=number, year=2000 + int(match["fiscal"]) if match["fiscal"] else None
            )
            yield FoundPeriod(match.start(), match.end(), period, "point" if number else "calendar")


def _read_calendar(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for match in known.month_of_year.finditer(level):
        low = known.calendar[match["low"]]
        high = known.calendar[match["high"]] if match["high"] else low
        period = Period(raw=text[match.start() : match.end()], unit="months", start=low, end=high, year=int(match["of"]))
        yield FoundPeriod(match.start(), match.end(), period, "calendar")
    for match in known.dated_year.finditer(level):
        at, end = match.span("year")[0], match.end()
        several = match["high"] is not None
        first = int(match["year"])
        period = Period(
            raw=text[at:end],
            unit="year",
            year=first,
            start=first if several else None,
            end=int(match["high"]) if several else None,
        )
        yield FoundPeriod(at, end, period, "calendar")


def _read_dates(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for match in known.day_of_month.finditer(level):
        month = known.calendar[match["month"] or match["month2"]]
        yield from _day(match, text, int(match["of"] or match["of2"]), month, int(match["day"] or match["day2"]))
    for match in known.iso_date.finditer(level):
        yield from _day(match, text, int(match["of"]), int(match["month"]), int(match["day"]))


def _day(match: re.Match[str], text: str, year: int, month: int, day: int) -> Iterator[FoundPeriod]:
    try:
        number = date(year, month, day).timetuple().tm_yday
    except ValueError:
        return  # the 31st of a short month is not a day
    period = Period(raw=text[match.start() : match.end()], unit="days", start=number, end=number, year=year)
    yield FoundPeriod(match.start(), match.end(), period, "calendar")


def _read_cadences(known: PeriodPatterns, level: str, text: str) -> Iterator[FoundPeriod]:
    for match in known.cadence.finditer(level):
        yield FoundPeriod(match.start(), match.end(), Period(raw=text[match.start() : match.end()], unit="cadence"), "cadence")


READERS: tuple[Reader, ...] = (
    _read_numbered,
    _read_counted,
    _read_nth,
    _read_relative,
    _read_quarter_codes,
    _read_codes,
    _read_calendar,
    _read_dates,
    _read_cadences,
)
