"""The process that reads a sheet row by row: a workbook on standard input, a JSON array a row on standard output.

Started for one file and gone after it. Numbers stay numbers, days are ISO text, a percentage is text with its sign.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from copilot.domain.errors import UserCanFix
from retrieval.ingest.formats.archive import checked
from retrieval.ingest.formats.limits import restrict

WIDEST = 5_000
PLACES = 12
"""Decimals kept: what a binary number has beyond them nobody has typed."""


def main(name: str, sheet: str) -> None:
    """Write the rows, then `{"done": true}`; or what is wrong, as an error's code and parameters."""
    try:
        for row in _rows(name, sheet):
            sys.stdout.write(row + "\n")
        told: dict[str, Any] = {"done": True}
    except UserCanFix as error:
        told = {"code": error.code, "params": error.params}
    except MemoryError:
        sys.exit(3)
    sys.stdout.write(json.dumps(told) + "\n")


def _rows(name: str, wanted: str) -> Any:
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ModuleNotFoundError as error:
        raise UserCanFix("format_not_installed", path=name, reason="openpyxl") from error
    restrict()
    content = sys.stdin.buffer.read()
    checked(content, name, "workbook.xml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    visible = [one for one in book.worksheets if one.sheet_state == "visible"]
    titles = [one.title for one in visible]
    if wanted and wanted not in titles:
        raise UserCanFix("unknown_sheet", sheet=wanted, known=titles)
    sheet = visible[titles.index(wanted) if wanted else 0]
    for row in sheet.iter_rows(max_col=WIDEST):
        cells = [_told(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            number = next(cell.row for cell in row if cell.value is not None)
            yield json.dumps([number, cells])


def _told(cell: Any) -> str | int | float:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        if "%" in str(cell.number_format):
            return f"{round(Decimal(repr(value)) * 100, PLACES).normalize():f}%"
        return value
    return str(value).strip()
