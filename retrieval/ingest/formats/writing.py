"""Markdown in the making: lines of a converted document, each with the place it comes from. Knows no format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

At = tuple[str, int | None] | None
"""Name of a place (`p3`, `Ventas!`) and the row in it; None where the format has no places."""

MOST_CELLS = 200_000
"""Of all tables of a file."""
_CONTROLS = {code: " " for code in (*range(0x20), 0x7F, 0x85, 0xA0, 0x2028, 0x2029, 0x202F) if code != 0x0A}
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x2060, 0xFEFF))
_RULE = re.compile(r"[-=_*~.\s]{3,}")


class TooMuch(MemoryError):
    """More than is read of one file."""


@dataclass
class Converted:
    """What a reader makes of a file."""

    text: str
    places: list[tuple[int, int, str, int | None]]
    """First and last line, name, row of the first line; by line."""
    lost: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, what, and the code of the reason: content that was seen and not read."""


class Writer:
    """Adds blocks to a Markdown text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._places: list[tuple[int, int, str, int | None]] = []
        self._lost: list[tuple[int, str, str]] = []
        self._last = ""
        self._cells = 0

    def heading(self, level: int, text: str, at: At = None) -> None:
        """A heading; without text it is nothing."""
        told = one_line(text)
        if told:
            self._block("heading", [f"{'#' * min(max(level, 1), 6)} {told}"], at)

    def paragraph(self, text: str, at: At = None) -> None:
        r"""Prose; every \n starts a line of its own."""
        rows = [one_line(row) for row in text.split("\n")]
        # A line of dashes would make a heading of the line above it.
        self._block("paragraph", [row for row in rows if row and not _RULE.fullmatch(row)], at)

    def item(self, depth: int, text: str, marker: str = "-", at: At = None) -> None:
        """An item of a list; `depth` 0 is the outermost."""
        told = one_line(text)
        if told:
            self._block("item", [f"{'  ' * min(depth, 40)}{marker} {told}"], at)

    def table(self, header: Sequence[str] | None, rows: Sequence[tuple[At, Sequence[str]]], at: At = None) -> None:
        """A table; without header its rows stand alone. `at` is the header's place. Raises TooMuch."""
        self._cells += sum(len(cells) for _, cells in rows)
        if self._cells > MOST_CELLS:
            raise TooMuch
        self._gap()
        if header is not None:
            self._line(_row(header), at)
            self._line("|" + "---|" * len(header), at)
        for place, cells in rows:
            self._line(_row(cells), place)
        self._last = "table"

    def lose(self, text: str, reason: str) -> None:
        """Say that something here is not read."""
        self._lost.append((max(1, len(self._lines)), text, reason))

    def done(self) -> Converted:
        """The text so far."""
        text = "\n".join([*self._lines, ""]) if self._lines else ""
        return Converted(text, self._places, self._lost)

    def _block(self, kind: str, lines: Sequence[str], at: At) -> None:
        if not lines:
            return
        if not kind == self._last == "item":
            self._gap()
        for line in lines:
            self._line(line, at)
        self._last = kind

    def _gap(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _line(self, line: str, at: At) -> None:
        self._lines.append(line)
        if at is None:
            return
        number, (name, row) = len(self._lines), at
        if self._places:
            first, _, before, start = self._places[-1]
            expected = None if start is None else start + number - first
            if before == name and row == expected:
                self._places[-1] = (first, number, before, start)
                return
        self._places.append((number, number, name, row))


def one_line(text: str) -> str:
    """The text in one line, without control characters and invisible ones."""
    return " ".join(text.translate(_INVISIBLE).translate(_CONTROLS).split())


def _row(cells: Sequence[str]) -> str:
    told = [one_line(cell).replace("\\", "\\\\").replace("|", "\\|") if "|" in cell else one_line(cell) for cell in cells]
    return "| " + " | ".join(f"{cell} " if cell.endswith("\\") else cell for cell in told) + " |"
