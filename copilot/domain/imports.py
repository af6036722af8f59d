"""What an import of readings would do, or did, line by line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from copilot.domain.source import Frozen

Outcome = Literal["recorded", "corrected", "skipped", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("recorded", "corrected", "skipped", "refused")
Layout = Literal["long", "wide", "matrix"]
"""long: a value a row. wide: a metric a row, a day a column. matrix: a day a row, a metric a column."""
DecimalMark = Literal[".", ","]
DateOrder = Literal["dmy", "mdy"]


class ImportLine(Frozen):
    """One value of the file."""

    line: int
    """Of the file; of a sheet, its row."""
    column: str | None = None
    """Header of its column, where a line has several values."""
    outcome: Outcome
    name: str = ""
    """Of the metric; as written where it is refused."""
    on: date | None = None
    value: Decimal | None = None
    unit: str | None = None
    before: Decimal | None = None
    """What a correction replaces."""
    code: str | None = None
    """Why it is refused, as an error's code, with `params` that fill its sentence."""
    params: dict[str, Any] = {}


class ImportReport(Frozen):
    """Everything in the file, accounted for."""

    file: str
    layout: Layout
    columns: dict[str, str]
    """What each column was taken for, by header."""
    decimal: DecimalMark | None = None
    """How `1.234` and `1,234` were read; None where the file has none, or has both ways."""
    dates: DateOrder | None = None
    """How `03/04/2026` was read; None where nothing tells."""
    rows: int = 0
    empty: int = 0
    """Cells without a value: not recorded, and no zero."""
    counts: dict[Outcome, int] = {}
    lines: tuple[ImportLine, ...] = ()
    """The first ones of each outcome, by line."""
    written: bool = False
