"""Word documents: headings, paragraphs, lists, checkboxes and tables, in the order of the text.

Deleted text of tracked changes, tables of contents, headers, footers, comments and macros are not read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from retrieval.ingest.formats.archive import checked
from retrieval.ingest.formats.grid import Row, is_numeric, write_table
from retrieval.ingest.formats.word_styles import Style, Styles
from retrieval.ingest.formats.word_text import bare_text, boxes_of, marked_text
from retrieval.ingest.formats.writing import At, Converted, Writer

_CONTAINERS = {qn(name) for name in ("w:customXml", "w:ins", "w:moveTo")}
_CONTENTS = re.compile(r"toc\b|table of contents", re.IGNORECASE)
_MOST_SPAN = 200


def read(content: bytes, path: str) -> Converted:
    """The document as Markdown; places are tables and their rows, for Word keeps no pages."""
    checked(content, path, "document.xml")
    document = Document(BytesIO(content))
    return _Walk(Styles(document)).read(document.element.body)


class _Walk:
    """Reads the body block by block."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._writer = Writer()
        self._tables = 0
        self._level = 0
        self._counts: dict[tuple[int, int], int] = defaultdict(int)

    def read(self, body: Any) -> Converted:
        self._blocks(body)
        return self._writer.done()

    def _blocks(self, container: Any) -> None:
        for child in container:
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag == qn("w:sdt"):
                gallery = child.find(f".//{qn('w:docPartGallery')}")
                inner = child.find(qn("w:sdtContent"))
                if inner is not None and not (gallery is not None and _CONTENTS.search(gallery.get(qn("w:val")) or "")):
                    self._blocks(inner)
            elif child.tag in _CONTAINERS:
                self._blocks(child)

    def _paragraph(self, paragraph: Any) -> None:
        style = self._styles.of(paragraph)
        if not _CONTENTS.match(style.name):
            self._write(paragraph, style)
        for box in boxes_of(paragraph):
            self._blocks(box)

    def _write(self, paragraph: Any, style: Style) -> None:
        if style.level:
            self._level = style.level
            self._writer.heading(style.level, bare_text(paragraph))
        elif style.list_id is not None:
            self._writer.item(style.depth, style.box + marked_text(paragraph).replace("\n", " "), self._marker(style))
        else:
            self._writer.paragraph(marked_text(paragraph))

    def _marker(self, style: Style) -> str:
        if not style.is_numbered or style.list_id is None:
            return "-"
        place = (style.list_id, style.depth)
        self._counts[place] += 1
        for deeper in [key for key in self._counts if key[0] == style.list_id and key[1] > style.depth]:
            del self._counts[deeper]
        return f"{min(self._counts[place], 99)}."

    def _table(self, table: Any) -> None:
        rows = list(_rows(table))
        cells = [cell for row in rows for cell in row]
        if max(map(len, rows), default=0) <= 1 or (len(rows) == 1 and any(len(list(cell.iter(qn("w:p")))) > 3 for cell in cells)):
            # A frame around text, or columns of a page.
            for cell in cells:
                self._blocks(cell)
            return
        self._tables += 1
        texts = _texts(rows)
        width = max(map(len, texts))
        placed: list[Row] = []
        for number, row in enumerate(texts, start=1):
            at: At = (f"table{self._tables}!", number)
            placed.append((at, [*row, *[""] * (width - len(row))]))
        write_table(self._writer, placed, level=self._level + 1, header=_header(rows))
        for cell in cells:
            for inner in cell.findall(qn("w:tbl")):
                self._table(inner)


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in table.iter(qn("w:tr")):
        if next(row.iterancestors(qn("w:tbl"))) is table and row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None:
            yield [cell for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row]


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    """Texts on the table's grid; a cell over several rows is in each, a head over several columns in each of them."""
    grid: list[list[str]] = []
    for row in rows:
        texts: list[str] = []
        alone = sum(1 for cell in row if _cell(cell)) == 1
        for cell in row:
            merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
            at = len(texts)
            text = grid[-1][at] if goes_on and grid and at < len(grid[-1]) else _cell(cell)
            span = _span(cell)
            texts += [text, *([text if not alone and not is_numeric(text) else ""] * (span - 1))]
        grid.append(texts)
    return grid


def _span(cell: Any) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    told = span.get(qn("w:val")) if span is not None else "1"
    return min(max(int(told), 1), _MOST_SPAN) if told and told.isdigit() else 1


def _cell(cell: Any) -> str:
    """A cell's paragraphs in one line; two statements are kept apart."""
    told = ""
    for paragraph in cell.iter(qn("w:p")):
        if next(paragraph.iterancestors(qn("w:tc"))) is cell and (text := bare_text(paragraph).strip()):
            told += ("" if not told else " " if told[-1] in ".:;,!?" else "; ") + text
    return told


def _header(rows: list[list[Any]]) -> bool | None:
    if any(row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in [rows[0][0].getparent()] if rows[0]):
        return True
    bold = [
        [marked_text(part).startswith("**") for cell in row for part in cell.iter(qn("w:p")) if bare_text(part).strip()]
        for row in rows[:2]
    ]
    return True if len(bold) == 2 and bold[0] and all(bold[0]) and not all(bold[1]) else None
