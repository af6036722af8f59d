"""CSV files: which character separates the values, and the rows. Numbers stay as written; the convention is read later."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice

from retrieval.ingest.formats.grid import Row, write_grid
from retrieval.ingest.formats.writing import Converted, Writer

_SEPARATORS = ";,\t|"
_SAMPLE_ROWS = 200
_SAMPLE = 64_000
_LONGEST_FIELD = 1_000_000


def read(content: bytes, path: str) -> Converted:  # noqa: ARG001 - one signature for all formats
    """The file as Markdown tables; places are the numbers of its rows."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    start, text, separator = _told(text)
    csv.field_size_limit(_LONGEST_FIELD)
    read_rows = list(csv.reader(text.split("\n") if '"' not in text else text.splitlines(keepends=True), delimiter=separator))
    width = max(map(len, read_rows), default=0)
    rows: list[Row] = [
        (("", number), [*cells, *[""] * (width - len(cells))]) for number, cells in enumerate(read_rows, start=start)
    ]
    writer = Writer()
    write_grid(writer, rows, 2)
    return writer.done()


def _told(text: str) -> tuple[int, str, str]:
    """Number of the first row, the rows, the separator: the one the first line names, or the one that fits best."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return 2, rest, first.strip()[4]
    return 1, text, max(_SEPARATORS, key=lambda separator: _fit(text[:_SAMPLE], separator))


def _fit(sample: str, separator: str) -> tuple[float, int]:
    """Share of the rows that have the most common number of values, then that number; a single column fits nothing."""
    rows = [row for row in islice(csv.reader(sample.splitlines(), delimiter=separator), _SAMPLE_ROWS) if any(row)]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0
    width, count = widths.most_common(1)[0]
    return round(count / len(rows), 1), width
