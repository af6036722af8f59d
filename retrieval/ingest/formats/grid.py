"""Cells in rows and columns to tables: where one ends, what is its title, which row is its header. Knows no format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from retrieval.ingest.formats.writing import At, Writer, one_line

Row = tuple[At, list[str]]
"""Place and cells; all rows of a grid are of one length."""

_NUMBER = re.compile(r"[^\w\s]{0,3}\s?(?:US|R|MX|USD|EUR)?\s?[$€£]?\s?-?\d")
_PERIOD = re.compile(
    r"(?:19|20)\d\d(?:[-/ .]\d{1,2}){0,2}|\d{1,2}[-/]\d{1,2}[-/](?:19|20)?\d\d|\d{1,2}[-/](?:19|20)\d\d"
    r"|\d{1,3}(?:\s?[-–]\s?\d{1,3})?\s?(?:d[ií]as?|days?|mes(?:es)?|months?|mois|sem(?:anas?|aines?)|weeks?|años?|anos?|years?|ans)"
    r"|\d(?:er|do|st|nd|rd|th|[º°ªTQ])\b.{0,20}",
    re.IGNORECASE,
)
_LONGEST_TITLE = 80
_MOST_COLUMNS = 100
"""A wider table is written in parts that repeat its first column: a row of thousands of cells is no line to cite."""


def write_grid(writer: Writer, rows: Iterable[Row], level: int) -> None:
    """Write all tables and lines of a sheet; blank rows and columns set them apart. Titles are headings of `level`."""
    width = None
    blocks = list(_blocks(rows))
    for number, block in enumerate(blocks):
        if width is not None and _goes_on(block, width):
            first, last = width
            writer.table(None, [(at, cells[first:last]) for at, cells in block])
            continue
        width = None
        for first, last in _columns(block):
            part = [(at, cells[first:last]) for at, cells in block]
            part = [row for row in part if _filled(row)]
            is_last = number == len(blocks) - 1
            if write_table(writer, part, level=level, titles=not is_last):
                width = (first, last)


def write_table(writer: Writer, rows: list[Row], *, level: int, header: bool | None = None, titles: bool = False) -> bool:
    """Write one table with the titles above it; True when there was a table that rows below a gap may go on with.

    Args:
        writer: what to write to.
        rows: all of one length.
        level: of the headings that titles become.
        header: whether the first row is the header, where the format tells.
        titles: a line that stands alone is a title too.
    """
    rows = _trimmed(rows)
    while rows and len(_filled(rows[0])) == 1 and (len(rows) > 1 or titles) and _is_wide(rows[1:], titles):
        at, cells = rows.pop(0)
        _title(writer, next(filter(None, cells)), level, at)
    rows = _trimmed(rows)
    if not rows:
        return False
    if len(rows[0][1]) == 1:
        for at, cells in rows:
            writer.paragraph(cells[0], at)
        return False
    heads = _header_rows(rows, header)
    if not heads and len(rows[0][1]) == 2:
        for at, (name, value) in rows:
            writer.item(0, f"{name.rstrip(': ')}: {value}" if name and value else name or value, at=at)
        return False
    names = _joined([cells for _, cells in rows[:heads]]) if heads else None
    parts = list(_parts(len(rows[0][1])))
    for part in parts:
        told = None if names is None else [names[at] for at in part]
        writer.table(told, [(place, [cells[at] for at in part]) for place, cells in rows[heads:]], rows[0][0])
    # What follows a table in parts cannot go on with it.
    return len(parts) == 1


def is_numeric(text: str) -> bool:
    """True for a cell that states a value, not a name or a period."""
    bare = text.strip()
    return bool(_NUMBER.match(bare)) and not _PERIOD.fullmatch(bare)


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        if _filled(row):
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _columns(block: Sequence[Row]) -> list[tuple[int, int]]:
    """Runs of columns that hold something; tables side by side have an empty one between them."""
    used = [any(cells[at].strip() for _, cells in block) for at in range(len(block[0][1]))]
    runs: list[tuple[int, int]] = []
    for at, is_used in enumerate(used):
        if is_used and runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        elif is_used:
            runs.append((at, at + 1))
    # A narrow run beside others is more often a table with an empty column than a table of its own.
    if any(last - first == 1 for first, last in runs) and len(runs) > 1:
        return [(runs[0][0], runs[-1][1])]
    return runs


def _goes_on(block: Sequence[Row], width: tuple[int, int]) -> bool:
    """True for rows that belong to the table above a blank row: the same columns, and no header of their own."""
    first, last = width
    inside = all(not any(cells[:first]) and not any(cells[last:]) for _, cells in block)
    return inside and len(_filled(block[0])) > 1 and any(is_numeric(cell) for cell in block[0][1])


def _is_wide(rows: Sequence[Row], lone: bool) -> bool:
    return any(len(_filled(row)) > 1 for row in rows) or (lone and not rows)


def _title(writer: Writer, text: str, level: int, at: At) -> None:
    told = one_line(text)
    if len(told) > _LONGEST_TITLE or told.endswith((".", ";", ",")) or is_numeric(told):
        writer.paragraph(text, at)
    else:
        writer.heading(level, told.rstrip(":"), at)


def _header_rows(rows: Sequence[Row], told: bool | None) -> int:
    """How many rows are the header: 0, 1, or 2 where the first groups the columns of the second."""
    first = rows[0][1]
    if told is None:
        named = [cell for cell in first if cell.strip()]
        told = len(rows) > 1 and len(named) > 1 and not any(map(is_numeric, named)) and not first[0].rstrip().endswith(":")
    if not told:
        return 0
    groups = any(left and left == right for left, right in zip(first, first[1:], strict=False))
    return 2 if groups and len(rows) > 2 and not any(map(is_numeric, rows[1][1])) else 1


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(dict.fromkeys(one_line(cell) for cell in cells if cell.strip())) for cells in zip(*rows, strict=True)]


def _parts(width: int) -> Iterator[list[int]]:
    """Columns of each part of a table, the first one in all of them."""
    if width <= _MOST_COLUMNS:
        yield list(range(width))
        return
    for start in range(1, width, _MOST_COLUMNS - 1):
        yield [0, *range(start, min(start + _MOST_COLUMNS - 1, width))]


def _trimmed(rows: list[Row]) -> list[Row]:
    """Without empty columns; a column between two others stays."""
    used = [at for at in range(max((len(cells) for _, cells in rows), default=0)) if any(cells[at].strip() for _, cells in rows)]
    return [(at, cells[used[0] : used[-1] + 1]) for at, cells in rows] if used else []


def _filled(row: Row) -> list[str]:
    return [cell for cell in row[1] if cell.strip()]
