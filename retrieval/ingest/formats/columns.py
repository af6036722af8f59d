"""Lines with wide gaps to tables: where one begins and ends, which column a cell belongs to, which lines are one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from retrieval.ingest.formats.lines import Cell, Line

_NEAR = 3.2
"""Distance, in heights, up to which two lines may be rows of one table."""
_SAME_ROW = 0.8
"""Of the usual distance between rows: nearer lines are one row."""


def columns_of(lines: Sequence[Line], start: int, starts_item: Callable[[Line], bool]) -> int:
    """Where the table that begins at this line ends; `start` itself where none does."""
    end, rows, last = start, 0, start
    while end < len(lines) and (end == start or lines[end - 1].middle - lines[end].middle < _NEAR * lines[end].height):
        cells = lines[end].cells()
        if len(cells) > 1 and not starts_item(lines[end]):
            rows, last = rows + 1, end
        elif end == start or not _is_wrapped(lines, start, end):
            break
        end += 1
    return last + 1 if rows > 1 else start


def table_rows(lines: Sequence[Line]) -> list[list[str]]:
    """Texts by row and column."""
    split = [line.cells() for line in lines]
    spans = _spans(split)
    pitch = _pitch(lines, split)
    rows: list[list[str]] = []
    for at, cells in enumerate(split):
        texts = [""] * len(spans)
        for cell in cells:
            column = _column(cell, spans)
            texts[column] = f"{texts[column]} {cell.text}".strip()
        if rows and _goes_on(texts, lines[at - 1].middle - lines[at].middle, pitch):
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], texts, strict=True)]
        else:
            rows.append(texts)
    return rows


def _is_wrapped(lines: Sequence[Line], start: int, at: int) -> bool:
    """A line of one cell inside a table: it stands under a column and is narrow."""
    widths = [(cell.left, cell.right) for line in lines[start:at] for cell in line.cells() if len(line.cells()) > 1]
    line = lines[at]
    near = lines[at - 1].middle - line.middle < 1.6 * line.height
    inside = any(left - line.height <= line.left and line.right <= right + line.height for left, right in widths)
    return near and inside


def _spans(split: Sequence[list[Cell]]) -> list[tuple[float, float]]:
    """Left and right ends of the columns, as the lines with the most usual number of cells have them."""
    counts = Counter(len(cells) for cells in split if len(cells) > 1)
    width = max(counts, key=lambda count: (counts[count], count))
    full = [cells for cells in split if len(cells) == width]
    return [(min(cells[at].left for cells in full), max(cells[at].right for cells in full)) for at in range(width)]


def _column(cell: Cell, spans: Sequence[tuple[float, float]]) -> int:
    def distance(at: int) -> tuple[float, float]:
        left, right = spans[at]
        shared = min(cell.right, right) - max(cell.left, left)
        return -shared, abs(cell.left - left)

    return min(range(len(spans)), key=distance)


def _pitch(lines: Sequence[Line], split: Sequence[list[Cell]]) -> float:
    most = max(len(cells) for cells in split)
    full = [line.middle for line, cells in zip(lines, split, strict=True) if len(cells) == most]
    return median([above - below for above, below in zip(full, full[1:], strict=False)] or [0.0])


def _goes_on(texts: Sequence[str], distance: float, pitch: float) -> bool:
    """More of the row above: close under it, with fewer cells than a row has."""
    return distance < _SAME_ROW * pitch and sum(map(bool, texts)) < len(texts)
