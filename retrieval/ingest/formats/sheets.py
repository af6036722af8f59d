"""Excel workbooks: visible sheets as tables, values as their number format shows them, formulas by the value saved with them.

Macros, charts, comments and linked workbooks are not read.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from copilot.domain.errors import UserCanFix
from retrieval.ingest.formats.archive import checked
from retrieval.ingest.formats.grid import Row, is_numeric, write_grid
from retrieval.ingest.formats.numbers import shown
from retrieval.ingest.formats.writing import Converted, Writer

_UNNAMED = re.compile(r"(?:sheet|hoja|planilha|folha|feuil|feuille|tabelle)\s?\d*", re.IGNORECASE)
_WITHOUT_VALUE = re.compile(rb"<c\b[^>]*><f\b[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
_MOST_CELLS = 3_000_000


def read(content: bytes, path: str) -> Converted:
    """The workbook as Markdown; places are sheets and rows."""
    archive = checked(content, path, "workbook.xml")
    with warnings.catch_warnings():
        # What the library cannot keep (drawings, extensions) is nothing that is read here.
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), data_only=True, keep_links=False)
    writer = Writer()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows = _rows(sheet, path)
        if rows and not _UNNAMED.fullmatch(sheet.title.strip()):
            writer.heading(2, sheet.title, rows[0][0])
        write_grid(writer, rows, 3)
    unknown = _formulas_without_value(archive)
    if unknown:
        writer.lose(str(unknown), "formula_without_value")
    return writer.done()


def _rows(sheet: Worksheet, path: str) -> list[Row]:
    cells = _texts(sheet)
    if not cells:
        return []
    left, right = min(at for _, at in cells), max(at for _, at in cells)
    by_row: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in cells.items():
        by_row[row][column] = text
    if len(by_row) * (right - left + 1) > _MOST_CELLS:
        raise UserCanFix("file_expands_too_far", path=path, size=len(by_row) * (right - left + 1), limit=_MOST_CELLS)
    rows: list[Row] = []
    before = None
    for number in sorted(by_row):
        if before is not None and number > before + 1:
            rows.append((None, [""] * (right - left + 1)))
        held = by_row[number]
        rows.append(((f"{sheet.title}!", number), [held.get(at, "") for at in range(left, right + 1)]))
        before = number
    return rows


def _texts(sheet: Worksheet) -> dict[tuple[int, int], str]:
    """Text of every cell that has one. Only cells of the file are visited: a sheet's stated size may be anything."""
    held: dict[tuple[int, int], Any] = sheet._cells
    texts = {
        place: text
        for place, cell in held.items()
        if cell.value is not None and cell.data_type != "e" and (text := shown(cell.value, cell.number_format or "").strip())
    }
    for merged in sheet.merged_cells.ranges:
        if (merged.min_row, merged.min_col) not in texts:
            continue
        text = texts[merged.min_row, merged.min_col]
        # A cell over several rows belongs to each of them; one over several columns is their common head, or a title.
        for row in range(merged.min_row, min(merged.max_row, sheet.max_row) + 1):
            texts[row, merged.min_col] = text
        if not is_numeric(text) and _has_neighbours(texts, merged.min_row, merged.min_col, merged.max_col):
            for column in range(merged.min_col, merged.max_col + 1):
                texts[merged.min_row, column] = text
    return texts


def _has_neighbours(texts: dict[tuple[int, int], str], row: int, first: int, last: int) -> bool:
    near = range(max(1, first - 60), last + 60)
    return any((row, column) in texts for column in near if not first <= column <= last)


def _formulas_without_value(archive: ZipFile) -> int:
    """Number of formulas no program has calculated yet."""
    sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    return sum(len(_WITHOUT_VALUE.findall(archive.read(name))) for name in sheets)
