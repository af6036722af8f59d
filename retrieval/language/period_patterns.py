"""The patterns periods are read with, built once from the word data. They run on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from retrieval.language.vocabulary import vocabulary

DIGITS = r"\d{1,4}"
NOT_A_FIGURE = r"(?![\d%]|[.,]\d|\s?%|\s?x\b|k\b)"
"""After a number: it is not the head of an amount (`mes 1,000`, `mes 50%`)."""
GAP = r"[ \t\u00a0]{0,3}"


@dataclass(frozen=True)
class PeriodPatterns:
    """Compiled patterns and the words they rest on."""

    trace: re.Pattern[str]
    """What every period has some of; a text without a match holds none, and most lines are such."""
    numerals: Mapping[str, int]
    ordinals: Mapping[str, int]
    cadences: Mapping[str, str]
    calendar: Mapping[str, int]
    rates: frozenset[str]
    numbered: Mapping[str, re.Pattern[str]]
    """`mes 5`, `meses 4-6`, by unit."""
    counted: Mapping[str, re.Pattern[str]]
    """`12 meses`, `6-12 meses`, `primeros 30 dias`, by unit."""
    nth: Mapping[str, re.Pattern[str]]
    """`primer mes`, `2nd quarter`, by unit."""
    relative: Mapping[str, re.Pattern[str]]
    quarter_code: re.Pattern[str]
    month_code: re.Pattern[str]
    year_code: re.Pattern[str]
    month_of_year: re.Pattern[str]
    day_of_month: re.Pattern[str]
    iso_date: re.Pattern[str]
    dated_year: re.Pattern[str]
    cadence: re.Pattern[str]
    lone: re.Pattern[str]

    def number(self, written: str) -> int | None:
        """`4` and `cuatro` are 4, `II` is 2."""
        return int(written) if written.isdigit() else self.numerals.get(written)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _inverted(table: Mapping[str, Iterable[str]]) -> dict[str, int]:
    return {word: int(number) for number, words in table.items() for word in words}


@cache
def patterns() -> PeriodPatterns:
    """All patterns, compiled on first use."""
    data = vocabulary("periods")
    units: dict[str, list[str]] = data["units"]
    numerals, ordinals, calendar = (_inverted(data[table]) for table in ("numerals", "ordinals", "calendar"))
    number = rf"(?:{DIGITS}|(?:{_any(numerals)})\b)"
    to = rf"(?:{GAP}-{GAP}|{GAP}\b(?:{_any(data['joins']['ranges'])})\b{GAP})"
    with_next = rf"{GAP}(?:/|{_any(data['joins']['pairs'])}){GAP}"
    opening = _any(data["opening"]["words"])

    def numbered(words: list[str]) -> re.Pattern[str]:
        again = rf"(?:(?:{_any(words)})\.?{GAP})?"
        return re.compile(
            rf"\b(?:{_any(words)})\b\.?{GAP}[#:nº°]*{GAP}(?P<low>{number})"
            rf"(?:{to}{again}(?P<high>{DIGITS})(?!\d)|{with_next}(?P<next>\d{{1,3}})(?!\d))?{NOT_A_FIGURE}"
            rf"(?P<plus>\+)?(?:{GAP}(?:de|of|,)?{GAP}(?P<of>20[1-4]\d))?"
        )

    def counted(unit: str) -> re.Pattern[str]:
        words = _any([*units[unit], *data["units_after_number"].get(unit, [])])
        return re.compile(
            rf"(?P<opening>\b(?:{opening})\b{GAP})?(?<![\d.,$€/])(?P<chain>(?:\d{{1,3}}-){{2,}})?(?P<low>\d{{1,3}})"
            rf"(?:{to}(?P<high>\d{{1,3}}))?(?P<plus>\+)?{GAP}-?(?P<late>\b(?:{opening})\b{GAP})?\b(?:{words})\b"
        )

    cadences = {word: cadence for cadence, words in data["cadence"].items() for word in words}
    unit_words = [word for table in ("units", "units_after_number") for words in data[table].values() for word in words]
    return PeriodPatterns(
        trace=re.compile(
            rf"\b(?:{_any([*unit_words, *cadences, *calendar])})\b|\b[qhtmy]\d|\d[qht]\b|\bfy|20[1-4]\d|\d(?:an|ano|mes|dia|day)"
        ),
        numerals=numerals,
        ordinals=ordinals,
        cadences=cadences,
        calendar=calendar,
        rates=frozenset(data["rates"]["words"]),
        numbered={unit: numbered(words) for unit, words in units.items()},
        counted={unit: counted(unit) for unit in units if unit != "phase"},
        nth={
            unit: re.compile(
                rf"(?<!\w)(?P<nth>{_any(ordinals)}|[1-9][º°])[ \t\u00a0]{{1,3}}(?:{_any(words)})\b"
                rf"(?:{GAP}(?:de|of)?{GAP}(?P<of>20[1-4]\d))?"
            )
            for unit, words in units.items()
        },
        relative={
            unit: re.compile(rf"\b(?:{_any(data['relative']['words'])}){GAP}\b(?:{_any(words)})\b")
            for unit, words in units.items()
            if unit != "phase"
        },
        cadence=re.compile(rf"(?<![\w/])(?:{_any(word for words in data['cadence'].values() for word in words)})\b"),
        **_codes(calendar, data["before_year"]["words"]),
    )


def _codes(calendar: Iterable[str], before_year: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Patterns that rest on codes, dates and years: `Q1 2024`, `M6`, `FY25`, `marzo 2024`, `2024-03-15`, `en 2025`."""
    months = _any(calendar)
    return {
        "quarter_code": re.compile(
            r"\b(?:(?P<kind>[qht])(?P<low>[1-4])|(?P<low2>[1-4])(?P<kind2>[qht]))"
            rf"(?:{GAP}(?:-|a|to){GAP}(?P<kind3>[qht])?(?P<high>[1-4])[qht]?)?\b(?:{GAP}(?:de|of|fy|-|/|')?{GAP}(?P<of>20[1-4]\d|(?<=')\d\d)\b)?"
        ),
        "month_code": re.compile(rf"(?<![\w$€.,-])m(?P<low>\d{{1,2}})(?:{GAP}-{GAP}m?(?P<high>\d{{1,2}}))?(?![\w%]|[.,]\d)"),
        "year_code": re.compile(r"(?<![\w$€.,-])(?:y(?P<year>[1-9])|fy ?(?:20)?(?P<fiscal>[1-4]\d))(?![\w%]|[.,]\d)"),
        "month_of_year": re.compile(
            rf"\b(?P<low>{months})\b\.?(?:{GAP}(?:-|a|to|al){GAP}(?P<high>{months})\b\.?)?{GAP}(?:de|del|of|,)?{GAP}(?P<of>20[1-4]\d)\b"
        ),
        "day_of_month": re.compile(
            rf"\b(?P<day>[0-3]?\d){GAP}(?:de|of)?{GAP}(?P<month>{months})\b\.?{GAP}(?:de|del|of|,)?{GAP}(?P<of>20[1-4]\d)\b"
            rf"|\b(?P<month2>{months})\b\.?{GAP}(?P<day2>[0-3]?\d),{GAP}(?P<of2>20[1-4]\d)\b"
        ),
        "iso_date": re.compile(r"(?<![\w/-])(?P<of>20[1-4]\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\w-])"),
        "dated_year": re.compile(
            rf"\b(?:{_any(before_year)}){GAP}(?P<year>20[1-4]\d)(?:{GAP}-{GAP}(?P<high>20[1-4]\d))?(?![\w%-]|[.,]\d)"
        ),
        "lone": re.compile(r"(?<![\w$€.,-])(?:(?P<year>20[1-4]\d)|t(?P<quarter>[1-4]))(?![\w%-]|[.,]\d)", re.IGNORECASE),
    }
