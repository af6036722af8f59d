"""Amounts that carry their unit. Decimal throughout; mixed units are refused, never converted silently.

Units, as in exports: `%`, an ISO 4217 code (`USD`), `count`, `ratio` (5:1), `x`, `score`, `score/10`,
`ms seconds minutes hours days weeks months years`; a rate follows a slash (`USD/month`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from copilot.domain.errors import UnitMismatch

Comparator = Literal["=", ">=", ">", "<=", "<", "range", "delta_up", "delta_down"]
TIME_UNITS = ("ms", "seconds", "minutes", "hours", "days", "weeks", "months", "years")
PLAIN_UNITS = ("%", "count", "ratio", "x", "score", "score/10")
SECONDS = {
    "ms": Decimal("0.001"),
    "seconds": Decimal(1),
    "minutes": Decimal(60),
    "hours": Decimal(3600),
    "days": Decimal(86400),
    "weeks": Decimal(604800),
    "months": Decimal(2629800),
    "years": Decimal(31557600),
}
"""Seconds in each time unit; a month is a twelfth of 365.25 days."""


def is_currency(unit: str) -> bool:
    """Whether the unit, without its rate, is an ISO 4217 code."""
    head = unit.partition("/")[0]
    return len(head) == 3 and head.isupper()


class Quantity(BaseModel):
    """A value or a range in one unit, with the comparator the text gives it."""

    model_config = ConfigDict(frozen=True)

    value: Decimal
    high: Decimal | None = None
    """Upper end of a range, in the same unit; None for a single value."""
    unit: str = "count"
    comparator: Comparator = "="

    def __add__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        high = None
        if self.high is not None or other.high is not None:
            high = (self.high if self.high is not None else self.value) + (other.high if other.high is not None else other.value)
        return Quantity(value=self.value + other.value, high=high, unit=self.unit, comparator="=" if high is None else "range")

    def __sub__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        if self.high is not None or other.high is not None:
            raise UnitMismatch("range_difference", left=str(self), right=str(other))
        return Quantity(value=self.value - other.value, unit=self.unit)

    def equals(self, other: Quantity) -> bool:
        """Equal as amounts: 500 K is 500,000 and 24 hours are a day; units of different kinds are never equal."""
        mine, theirs = self._scaled(), other._scaled()
        return mine == theirs

    def _scaled(self) -> tuple[str, Decimal, Decimal | None]:
        head, _, rate = self.unit.partition("/")
        if head in SECONDS and not rate:
            factor = SECONDS[head]
            return "time", self.value * factor, None if self.high is None else self.high * factor
        return self.unit, self.value, self.high

    def _same_unit(self, other: Quantity) -> None:
        if self.unit != other.unit:
            raise UnitMismatch(left=self.unit, right=other.unit)


class Period(BaseModel):
    """A stretch of plan time: as written, and numbered as the text numbers it."""

    model_config = ConfigDict(frozen=True)

    raw: str
    unit: Literal["days", "weeks", "months", "quarter", "year", "phase", "cadence"]
    start: int | None = None
    """First day, week, month ... of the stretch, 1-based from the plan's start unless `year` is set; 0 where the text says 0."""
    end: int | None = None
    """Last one, included."""
    year: int | None = None
    """Calendar year, where one is given; then `start` and `end` number quarters or months of that year."""
