"""Figures of a text as things that can be compared: amounts, periods, loose digits, quoted names, document names.

Every digit of a text ends up in exactly one of these, so that none passes unseen. Knows nothing of evidence or answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from copilot.domain.quantity import SECONDS, Comparator, Period
from copilot.grounding.spelled import spelled
from retrieval.language.amount_patterns import patterns
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods
from retrieval.language.quantities import FoundQuantity, find_quantities

DOCUMENT = re.compile(
    r"(?<![\w./-])[\w./-]{0,200}\w\.(?:md|markdown|txt|docx|pdf|xlsx|csv|html?)(?::(\d+)(?:-(\d+))?)?(?![\w.])", re.IGNORECASE
)
QUOTED = re.compile(r"«([^«»\n]{2,300})»|“([^“”\n]{2,300})”|\"([^\"\n]{2,300})\"|`([^`\n]{2,300})`")
ORDINAL = re.compile(r"(?:^\s*(?:[-*+•>]\s+)?|(?<=[\"“«(]))\d{1,2}[.)](?=\s)")
"""Numbers a point of a list or, in a quotation or bracket, a heading."""
RATIO_END = re.compile(r"(?<=\d:\d)[:,](?=\s)|(?<=\d:\d\d)[:,](?=\s)")
"""A mark of punctuation behind `5:1` that would be read as more of the number."""
MARKED_DIGITS = re.compile(r"(?:(?<![^\s(\[|*:])[+-]|[<>≤≥]\s?)$")
"""What turns a token of digits round when it stands before it."""
DIGITS = re.compile(r"(?<![^\W_])[^\W_]{0,30}\d(?:[\w.,:/'-]{0,60}\w)?|\d{1,60}")
_MARKUP = re.compile(r"\*\*|__|[*`]|\\(?=[|*_#])")
_SHARED = {"ratio": "multiple", "x": "multiple", "score/10": "score"}


@dataclass(frozen=True)
class Amount:
    """One number with its unit; a range or a move gives two."""

    value: Decimal
    unit: str
    """The kind it is compared as: a unit of `copilot.domain.quantity` without its rate, `time` (in seconds), `multiple`."""
    number: Decimal
    """As written, before scaling to the kind."""
    written_unit: str
    digits: int = 0
    """Significant digits as written; a calculated result may be shown rounded to them."""
    sign: str = ""
    comparator: Comparator = "="
    per: str | None = None
    doubtful: bool = False
    """A lone `1.234`, which may be a thousand times as much."""

    def values(self) -> tuple[Decimal, ...]:
        """What it may stand for."""
        return (self.value, self.value * 1000) if self.doubtful else (self.value,)


@dataclass(frozen=True)
class Figure:
    """A stretch of text with its amounts: two for a range or a move."""

    raw: str
    amounts: tuple[Amount, ...]
    time: tuple[Period, ...] = ()
    """The period it may also be read as: `12 meses` and `Mes 12` are one."""
    marked: bool = False


@dataclass(frozen=True)
class Reading:
    """All that a text states in digits and quotation marks."""

    figures: tuple[Figure, ...] = ()
    periods: tuple[Period, ...] = ()
    """Numbered points and stretches of time, dates."""
    loose: tuple[str, ...] = ()
    """Tokens with digits that are neither amount nor period, with their sign: `B2B`, `24/7`, `<600px`; folded."""
    quoted: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    """File names, with lines where the text gives them."""
    every_period: tuple[Period, ...] = ()
    """Durations and cadences too."""

    def is_empty(self) -> bool:
        """Whether there is nothing to check."""
        return not (self.figures or self.periods or self.loose or self.quoted or self.documents)

    def raws(self) -> tuple[str, ...]:
        """The figures as written."""
        return (*(figure.raw for figure in self.figures), *(period.raw for period in self.periods), *self.loose)


def plain(text: str) -> str:
    """Text without inline marks, dashes and spaces made plain; for comparing words."""
    return re.sub(r"\s+", " ", _MARKUP.sub("", text.replace("\u00a0", " ").replace("\u202f", " "))).strip()


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """What one line or sentence states."""
    in_words = tuple(_figure(one.found, [], raw=one.raw) for one in spelled(text))
    if not re.search(r"\d|[«“\"`]", text) and not DOCUMENT.search(text):
        found = tuple(hit.period for hit in find_periods(text))
        return Reading(figures=in_words, every_period=found)
    documents = tuple(match[0] for match in DOCUMENT.finditer(text))
    visible = ORDINAL.sub(_blank, DOCUMENT.sub(_blank, text))
    clean = RATIO_END.sub(";", visible.replace("**", "  ").replace("__", "  ").replace("`", " "))
    periods = find_periods(clean)
    dated = [hit for hit in periods if hit.form in ("point", "stretch", "calendar", "phase", "opening")]
    quantities = [one for one in find_quantities(clean) if not any(_inside(one, hit.start, hit.end) for hit in dated)]
    # `80/100%` are two shares, no score of a hundred: it is compared as it is written.
    quantities = [one for one in quantities if not ("/" in one.raw and clean[one.end :].lstrip(" ").startswith("%"))]
    figures = tuple(
        _figure(one, [hit.period for hit in periods if hit.start < one.end and one.start < hit.end]) for one in quantities
    )
    spans = [(one.start, one.end) for one in quantities] + [(hit.start, hit.end) for hit in dated]
    loose = tuple(
        _sign_before(clean, match) + _with_month(folded(clean), match) + _percent_behind(clean, match)
        for match in DIGITS.finditer(clean)
        if not all(_covered(at, spans) for at in range(match.start(), match.end()) if clean[at].isdigit())
    )
    return Reading(
        figures=figures + in_words,
        periods=tuple(hit.period for hit in dated),
        loose=loose,
        quoted=tuple(part for match in QUOTED.finditer(visible) if (part := next(group for group in match.groups() if group))),
        documents=documents,
        every_period=tuple(hit.period for hit in periods),
    )


def scaled(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """The value in the unit it is compared in: times in seconds, `5:1` and `5x` alike."""
    head = unit.partition("/")[0] if not unit.startswith("score") else unit
    if head in SECONDS:
        return value * SECONDS[head], "time"
    return value, _SHARED.get(head, head)


def significant(digits: str) -> int:
    """How many digits are written, without leading zeros: 2 in `0.25`, 7 in `1,200,000`."""
    return len(re.sub(r"\D", "", digits).lstrip("0"))


@cache
def unit_of_word(word: str) -> str | None:
    """The unit a word or sign stands for when it follows a number: `horas` hours, `%` percent; None when it is none."""
    found = find_quantities(f"1 {word}")
    unit = found[0].quantity.unit if found and found[0].end > 1 else "count"
    return None if unit == "count" else unit


@lru_cache(maxsize=4096)
def mentioned_units(text: str) -> frozenset[str]:
    """Units a text names away from its numbers, as a table's header does: hours in `Tiempo (horas)`."""
    if not re.search(r"[^\W\d_]|[%$€£]", text):
        return frozenset()
    visible = text
    for one in reversed(find_quantities(text)):
        visible = visible[: one.start] + " " + visible[one.end :]
    words = re.findall(r"[^\W\d_]+|[%$€£]", visible)
    return frozenset(unit for word in words if len(word) < 14 and (unit := unit_of_word(word)) is not None)


def _figure(one: FoundQuantity, periods: list[Period], raw: str = "") -> Figure:
    quantity = one.quantity
    parts = [(quantity.value, quantity.unit, quantity.comparator)]
    if quantity.high is not None:
        parts = [(quantity.value, quantity.unit, "="), (quantity.high, quantity.unit, "=")]
    if one.baseline is not None:
        parts.insert(0, (one.baseline.value, one.baseline.unit, "="))
    amounts = []
    written = re.findall(r"\d[\d.,]*", one.raw)
    for index, (value, unit, comparator) in enumerate(parts):
        scaled_value, kind = scaled(value, unit)
        digits = significant(written[index] if len(written) == len(parts) else one.raw)
        sign = one.sign or (_own_sign(one.raw, index) if one.baseline is not None else "")
        amounts.append(Amount(scaled_value, kind, value, unit, digits, sign, comparator, one.per, one.ambiguous))
    return Figure(raw=raw or one.raw.strip(), amounts=tuple(amounts), time=tuple(periods), marked=one.marked)


def _own_sign(move: str, index: int) -> str:
    """The sign of one end of a move: minus at the second of `4.2% → -25%`."""
    numbers = list(re.finditer(r"\d[\d.,]*", move))
    before = move[: numbers[index].start()].rstrip("$€ ") if index < len(numbers) else ""
    return "-" if re.search(r"(?:^|[\s>→(])[-−]$", before) else ""


def _with_month(level: str, match: re.Match[str]) -> str:
    """A day keeps its month: `15 de noviembre`, `march 3`."""
    token = level[match.start() : match.end()]
    if not re.fullmatch(r"\d{1,2}(?:st|nd|rd|th|er)?", token):
        return token
    month = patterns().month
    after = re.match(r"\s+(?:de\s+|of\s+)?([a-z]+)", level[match.end() :])
    if after and month.fullmatch(after[1]):
        return level[match.start() : match.end() + after.end()]
    before = re.search(r"([a-z]+)\.?\s+$", level[: match.start()])
    if before and month.fullmatch(before[1]):
        return level[before.start() : match.end()]
    return token


def _sign_before(text: str, match: re.Match[str]) -> str:
    """`<` of `< 600px`, `-` of `-1%:`; empty where none is written."""
    found = MARKED_DIGITS.search(text[max(0, match.start() - 3) : match.start()])
    return found[0].strip() if found else ""


def _percent_behind(text: str, match: re.Match[str]) -> str:
    return "%" if text[match.end() : match.end() + 2].lstrip(" ").startswith("%") else ""


def _inside(one: FoundQuantity, start: int, end: int) -> bool:
    return start <= one.start and one.end <= end


def _covered(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
