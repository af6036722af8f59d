"""What evidence can carry: the figures, periods and words of cited lines, of calculations and of the question.

Compares quantities, not characters: 500K is $500,000. Knows nothing of drafts and their sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from copilot.domain.answer import Calculation
from copilot.domain.quantity import SECONDS, Period
from copilot.domain.source import Citation
from copilot.grounding.figures import Amount, Figure, Reading, mentioned_units, plain, read, scaled, significant
from copilot.grounding.surroundings import Surroundings
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods, parse_period, same_period
from retrieval.language.quantities import parse_number

UP, DOWN = (">", ">="), ("<", "<=")
CLOSE = Decimal("0.1")
"""A rounded result is shown at most this far off, as a share of what is shown."""
LONGEST_PIECE = 800
"""Characters of a line that are read at once; a longer one is read in pieces, cut between words."""
FALLING = (
    "reduc", "disminu", "baj", "cae", "caid", "desc", "decre", "drop", "fall", "fell", "lower", "less", "menos", "menor",
    "dimin", "baiss", "queda", "down", "cut", "recort", "moins", "reduz", "redui",
)  # fmt: skip
"""Beginnings of words that say in words what a minus says in a sign."""


@dataclass(frozen=True)
class Held:
    """An amount of the evidence, with the period of its table column."""

    amount: Amount
    column: Period | None = None


@dataclass(frozen=True)
class Wanted:
    """An amount of a draft, with what its sentence says around it."""

    amount: Amount
    units: frozenset[str] = frozenset()
    """Units the sentence names away from its numbers."""
    falls: bool = False
    periods: tuple[Period, ...] = ()
    """Periods the sentence, else the question, speaks of."""


@dataclass
class Support:
    """A pool of figures, periods and words."""

    held: list[Held] = field(default_factory=list)
    results: list[tuple[Decimal, str]] = field(default_factory=list)
    """Calculated values with their units; they may be shown rounded."""
    periods: list[Period] = field(default_factory=list)
    points: list[Period] = field(default_factory=list)
    """Numbered points of time of the lines themselves (`Mes 12`), which a draft may word as a duration (`12 meses`)."""
    units: set[str] = field(default_factory=set)
    text: str = ""
    """Folded; words are looked up here."""

    @classmethod
    def joined(cls, parts: Iterable[Support]) -> Support:
        """All of these pools as one."""
        whole = cls()
        for part in parts:
            whole.held += part.held
            whole.results += part.results
            whole.periods += part.periods
            whole.points += part.points
            whole.units |= part.units
            whole.text += part.text + "\n"
        return whole

    def holds(self, figure: Figure, wanted: Sequence[Wanted]) -> bool:
        """Whether the figure is here; `wanted` are its amounts."""
        if all(self.holds_amount(one) for one in wanted):
            return True
        if len(wanted) > 1 or figure.amounts[0].comparator != "=":
            return False
        return any(same_period(mine, point) for mine in figure.time for point in self.points)

    def holds_amount(self, wanted: Wanted) -> bool:
        """Whether one amount is here, as written or as a calculated result."""
        found = [held for held in self.held if self._same(wanted, held)]
        return bool(found) and not self._turned(wanted, found) or self._is_result(wanted)

    def holds_period(self, period: Period) -> bool:
        """Whether the text speaks of this period, in whatever words."""
        return any(same_period(period, mine) and not _adds_start(period, mine) for mine in self.periods) or self.says(period.raw)

    def says(self, words: str) -> bool:
        """Whether these words stand here, as whole words; an ellipsis stands for anything."""
        parts = [part.strip(" .,;:") for part in re.split(r"…|\.\.\.", folded(plain(words)))]
        return all(re.search(rf"(?<![\w]){re.escape(part)}(?![\w])", self.text) is not None for part in parts if part)

    def has_other(self, amount: Amount) -> bool:
        """Whether there is a figure of the same kind, which the amount then contradicts or ignores."""
        return any(held.amount.unit == amount.unit for held in self.held)

    def _same(self, wanted: Wanted, held: Held) -> bool:
        mine, theirs = wanted.amount, held.amount
        if not self._same_number(wanted, theirs) or not _signs_agree(wanted, theirs):
            return False
        if mine.comparator in UP and theirs.comparator in DOWN or mine.comparator in DOWN and theirs.comparator in UP:
            return False
        if mine.per is not None and theirs.per is not None and mine.per != theirs.per:
            return False
        return self._right_column(wanted, held)

    def _turned(self, wanted: Wanted, found: Sequence[Held]) -> bool:
        """Whether `< 40%` stands here as `> 40%`, and the bare number elsewhere by chance."""
        mine = wanted.amount.comparator
        same, other = (UP, DOWN) if mine in UP else (DOWN, UP)
        if mine not in same or any(held.amount.comparator in same for held in found):
            return False
        turned = [held.amount for held in self.held if held.amount.comparator in other]
        return any(amount.unit == wanted.amount.unit and amount.number == wanted.amount.number for amount in turned)

    def _same_number(self, wanted: Wanted, theirs: Amount) -> bool:
        mine = wanted.amount
        if mine.unit == theirs.unit or {mine.unit, theirs.unit} == {"score", "count"}:
            if mine.doubtful and theirs.doubtful:
                # Written alike, they are read alike: 3.575K is not 3.575M.
                return mine.value == theirs.value
            return bool(set(mine.values()) & set(theirs.values()))
        named = mine.written_unit in self.units if theirs.unit == "count" else theirs.written_unit in wanted.units
        # A bare number takes its unit from elsewhere only as it is written: the 3 of a heading is not 3.0 days.
        alike = mine.number == theirs.number and mine.digits == theirs.digits
        return "count" in (mine.unit, theirs.unit) and named and alike

    def _right_column(self, wanted: Wanted, held: Held) -> bool:
        """A value of the column for month 12 is not one of month 6, when the table has a column for each."""
        if held.column is None or any(same_period(held.column, period) for period in wanted.periods):
            return True
        columns = [other.column for other in self.held if other.column is not None]
        return not any(same_period(column, period) for column in columns for period in wanted.periods)

    def _is_result(self, wanted: Wanted) -> bool:
        return any(_rounds_to(wanted, value, unit) for value, unit in self.results)


def of_text(texts: Iterable[str]) -> Support:
    """What plain lines carry."""
    support = Support()
    for text in texts:
        _add_line(support, text)
    return support


def of_citation(citation: Citation, around: Surroundings) -> Support:
    """What a citation carries: its lines, headings and its table's header; introducing lines are a support of their own."""
    support = Support()
    for line in citation.quote.split("\n"):
        if line.lstrip().startswith("|"):
            _add_row(support, line, around.header)
        else:
            _add_line(support, line)
    for said in citation.correction.split("\n") if citation.correction else ():
        _add_line(support, said)
    for head in around.header:
        _add_line(support, head)
    support.points = [period for period in support.periods if period.start is not None and period.start == period.end]
    for heading in citation.heading_path:
        _add_line(support, heading)
    support.text += folded(citation.document) + "\n"
    return support


def of_calculation(calculation: Calculation) -> Support:
    """What a calculation carries: its result, rounded or not, its inputs, the numbers of its formula."""
    support = of_text([calculation.name])
    support.results.append((calculation.result, calculation.unit))
    for item in calculation.inputs:
        number = abs(item.value)
        value, unit = scaled(number, item.unit)
        for kind, written in ((unit, item.unit), ("count", "count")):
            amount = Amount(value if kind == unit else number, kind, number, written, sign="-" if item.value < 0 else "")
            support.held.append(Held(amount))
    for digits in re.findall(r"\d+(?:\.\d+)?", calculation.formula):
        support.held.append(Held(Amount(Decimal(digits), "count", Decimal(digits), "count")))
    return support


def _adds_start(told: Period, held: Period) -> bool:
    """Whether a stretch names a first day that a mere duration does not: `days 68-90` is not held by `90 days`."""
    return told.start not in (None, 1, told.end) and held.start is None


def is_falling(text: str) -> bool:
    """Whether the sentence says in words that something goes down."""
    return any(word.startswith(FALLING) for word in re.findall(r"[a-z]+", folded(text)))


def _add_row(support: Support, line: str, header: Sequence[str]) -> None:
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    columns = [_dated(header[index]) if index < len(header) else None for index in range(len(cells))]
    several = sum(column is not None for column in columns) > 1
    for index, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        _add_line(support, cell.strip(), column if several else None)
        if index < len(header) and re.match(r"\s*\d", cell):
            # `8-14` under `Días` is a stretch of days, and a draft says so.
            support.periods += dates_of(f"{header[index]} {cell.strip()}")


def _dated(head: str) -> Period | None:
    """The period a column is of; a rate by its cadence (`CAGR`, `Monthly`) is of none."""
    period = parse_period(head)
    return None if period is None or period.unit == "cadence" else period


def _add_line(support: Support, text: str, column: Period | None = None) -> None:
    while len(text) > LONGEST_PIECE:
        cut = text.rfind(" ", 1, LONGEST_PIECE)
        _add_piece(support, text[: cut if cut > 0 else LONGEST_PIECE], column)
        text = text[cut if cut > 0 else LONGEST_PIECE :]
    _add_piece(support, text, column)


def _add_piece(support: Support, text: str, column: Period | None) -> None:
    found = read(text)
    for figure in found.figures:
        support.held += [Held(amount, column) for amount in figure.amounts]
    support.held += [Held(amount, column) for amount in _loose_counts(found)]
    support.periods += found.every_period
    support.units |= mentioned_units(text)
    support.text += folded(plain(text)) + "\n"
    if not found.every_period and (lone := parse_period(text[:80])) is not None:
        support.periods.append(lone)


def _loose_counts(found: Reading) -> list[Amount]:
    amounts = []
    for token in found.loose:
        if re.fullmatch(r"\d+(?:[.,]\d+)?", token):
            number, doubtful = parse_number(token)
            amounts.append(Amount(number, "count", number, "count", significant(token), doubtful=doubtful))
    return amounts


def _signs_agree(wanted: Wanted, theirs: Amount) -> bool:
    mine = wanted.amount.sign
    if theirs.sign == "-":
        return mine == "-" or (mine == "" and wanted.falls)
    return mine != "-"


def _rounds_to(wanted: Wanted, result: Decimal, unit: str) -> bool:
    """Whether the amount is the result, shown with fewer digits or in another unit of time."""
    value, kind = scaled(result, unit)
    amount = wanted.amount
    shown = amount.number
    if amount.unit != kind and not (kind == "multiple" and amount.unit == "count"):
        return False
    if kind == "time":
        value /= SECONDS[amount.written_unit]
    if (value < 0) != (amount.sign == "-" or (value < 0 and wanted.falls)):
        return False
    value = abs(value)
    if value == shown:
        return True
    if value == 0 or amount.digits == 0 or abs(value - shown) > CLOSE * shown:
        return False
    step = Decimal(1).scaleb(value.adjusted() - amount.digits + 1)
    return abs(value - shown) <= step / 2


def dates_of(text: str) -> list[Period]:
    """Periods a question speaks of."""
    return [hit.period for hit in find_periods(text)]
