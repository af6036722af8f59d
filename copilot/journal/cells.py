"""What a cell of a table says: numbers in either decimal convention, days in any common order. Pure.

A number or a day that can be read in two ways is not guessed: the rest of the file decides, or the person, or it is refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from copilot.domain.errors import UserCanFix
from copilot.domain.imports import DateOrder, DecimalMark

LONGEST = 60
NUMBER = re.compile(
    r"(?P<before>[^\d+\-−.,]*)(?P<sign>[+\-−]?)(?P<between>[^\d+\-−.,]*)(?P<digits>\d[\d.,'’\s]*|[.,]\d+)(?P<after>\D*)"
)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: \d{1,2}:\d{2}.*)?")


@dataclass
class Conventions:
    """How a file writes numbers and days: what its unambiguous cells show, unless the person says."""

    decimal: DecimalMark | None = None
    order: DateOrder | None = None
    marks: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)

    def look(self, text: str) -> None:
        """Learn from one cell."""
        if (found := SLASHED.fullmatch(text)) is not None:
            if int(found[1]) > 12:
                self.orders.add("dmy")
            elif int(found[2]) > 12:
                self.orders.add("mdy")
        elif (number := NUMBER.fullmatch(text)) is not None and (mark := _certain_mark(number["digits"])) is not None:
            self.marks.add(mark)

    def settle(self) -> None:
        """Take what all cells agree on, where the person said nothing."""
        if self.decimal is None and len(self.marks) == 1:
            self.decimal = "," if "," in self.marks else "."
        if self.order is None and len(self.orders) == 1:
            self.order = "dmy" if "dmy" in self.orders else "mdy"


@dataclass(frozen=True)
class Written:
    """A number with what stands around it."""

    value: Decimal
    before: str
    after: str


def number(text: str, decimal: DecimalMark | None) -> Written:
    """The number of a cell.

    Raises:
        UserCanFix: `bad_number`; `ambiguous_number` for `1.234` where nothing tells what it means.
    """
    found = NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise UserCanFix("bad_number", value=text[:LONGEST])
    digits = "".join(found["digits"].split()).replace("'", "").replace("’", "")
    mark = _certain_mark(digits)
    if mark is None and ("." in digits or "," in digits):
        if decimal is None:
            raise UserCanFix("ambiguous_number", value=text)
        mark = decimal
    elif mark is not None and not _is_grouped(digits, mark):
        raise UserCanFix("bad_number", value=text)
    whole = digits.replace("," if mark == "." else ".", "").replace(",", ".")
    value = Decimal(whole) if whole.count(".") <= 1 else None
    if value is None:
        raise UserCanFix("bad_number", value=text)
    negative = found["sign"] in ("-", "−")
    return Written(-value if negative else value, (found["before"] + found["between"]).strip(), found["after"].strip())


def day(text: str, order: DateOrder | None) -> date:
    """The day of a cell; a month stands for its last day.

    Raises:
        UserCanFix: `bad_date`; `ambiguous_date` for `03/04/2026` where nothing tells what it means.
    """
    try:
        if found := ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := MONTH.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            return date(year, month, monthrange(year, month)[1])
        if found := SLASHED.fullmatch(text):
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            order = "dmy" if first > 12 else "mdy" if second > 12 else order
            if order is None and first != second:
                raise UserCanFix("ambiguous_date", value=text)
            return date(year, second, first) if order != "mdy" else date(year, first, second)
    except (ValueError, IndexError) as error:
        raise UserCanFix("bad_date", value=text[:LONGEST]) from error
    raise UserCanFix("bad_date", value=text[:LONGEST])


def is_day(text: str) -> bool:
    """Whether a header is a day or a month."""
    return any(pattern.fullmatch(text) for pattern in (ISO, MONTH, SLASHED))


def _certain_mark(digits: str) -> DecimalMark | None:
    """Which of the two marks is the decimal one, where the number itself shows it; None where it may be either."""
    digits = "".join(digits.split())
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if not points and not commas:
        return None
    mark = "." if points else ","
    if points + commas > 1:
        return "," if mark == "." else "."
    head, _, tail = digits.partition(mark)
    if len(tail) != 3 or len(head) > 3 or head in ("", "0"):
        return "." if points else ","
    return None


def _is_grouped(digits: str, mark: str) -> bool:
    """Whether the other mark stands between groups of three."""
    whole, _, _ = digits.partition(mark)
    other = "," if mark == "." else "."
    groups = whole.split(other)
    return other not in digits.partition(mark)[2] and (
        len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    )
