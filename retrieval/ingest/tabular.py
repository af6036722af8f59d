"""Rows of a CSV file or an Excel sheet, one at a time, however many there are. Knows no column's meaning.

CSV: delimiter and encoding are told from the file. Excel: read in a process of its own, under the limits of every office file.
"""

from __future__ import annotations

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

from copilot.domain.errors import UserCanFix
from retrieval.ingest.formats.convert import reader_environment
from retrieval.ingest.formats.limits import SECONDS

Cell = str | Decimal
"""A number is Decimal only where the file says it is one; text of a CSV is text."""
Row = tuple[int, list[Cell]]
"""Line of the file, or row of the sheet, and its cells."""

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 50
WIDEST = 5_000
BLOCK = 1 << 20
_START = (
    "import sys; sys.path[:] = sys.argv[3:]; from retrieval.ingest.formats.sheet_rows import main; main(sys.argv[1], sys.argv[2])"
)


@dataclass(frozen=True)
class Tabular:
    """A file that is a table; it may be read more than once."""

    path: Path
    sheet: str | None
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[Row]:
        """Rows with at least one cell that is not empty.

        Raises:
            UserCanFix: `file_unreadable`, `table_unreadable`, `unknown_sheet`, `format_not_installed`, `file_broken`,
                `file_too_complex`, `file_encrypted`.
        """
        return _sheet_rows(self.path, self.sheet) if not self.delimiter else self._separated_rows()

    def _separated_rows(self) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            first = 1
            try:
                for cells in reader:
                    if len(cells) > WIDEST:
                        raise UserCanFix("table_unreadable", path=self.path.name, line=first, reason=f"> {WIDEST}")
                    if any(cell.strip() for cell in cells):
                        yield first, [cell.strip() for cell in cells]
                    first = reader.line_num + 1
            except csv.Error as error:
                raise UserCanFix("table_unreadable", path=self.path.name, line=first, reason=str(error)) from error


def open_table(path: Path, *, sheet: str | None = None) -> Tabular:
    """The table in a file.

    Args:
        path: ends with .csv, .tsv, .txt or .xlsx.
        sheet: of a workbook; the first one without it.

    Raises:
        UserCanFix: `file_unreadable`, `not_a_table`.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            with path.open("rb"):
                return Tabular(path, sheet)
        if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            raise UserCanFix("not_a_table", path=str(path), allowed=[".csv", ".tsv", ".xlsx"])
        encoding = _encoding(path)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            return Tabular(path, None, encoding, _delimiter([*islice(file, SAMPLE)]))
    except OSError as error:
        raise UserCanFix("file_unreadable", path=str(path), reason=error.strerror or str(error)) from error


def _encoding(path: Path) -> str:
    """UTF-8 where every byte of the file is; else what Windows writes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(BLOCK)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        block = head
        try:
            while block:
                decoder.decode(block)
                block = file.read(BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _delimiter(sample: list[str]) -> str:
    """The one that cuts most lines into as many cells as the first."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in _parsed(sample, delimiter) if cells]
        alike = sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0
        return alike, widths[0] if widths else 0

    return max(DELIMITERS, key=fit)


def _parsed(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _sheet_rows(path: Path, sheet: str | None) -> Iterator[Row]:
    with path.open("rb") as content:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, path.name, sheet or "", *sys.path],
            stdin=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=reader_environment(),
        )
    whole = False
    assert process.stdout is not None  # it is a pipe
    try:
        for line in process.stdout:
            told = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            if isinstance(told, dict):
                if "code" in told:
                    code = told["code"]
                    raise UserCanFix(code, **told["params"])
                whole = True
                continue
            number, cells = told
            yield int(number), cells
        if not whole:
            raise UserCanFix("file_too_complex", path=path.name, seconds=SECONDS, megabytes=1024)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
