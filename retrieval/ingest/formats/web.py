"""HTML pages as a reader sees them: headings, paragraphs, lists, tables. Scripts, styles and hidden parts are left out.

Nothing a page points to is fetched.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

from retrieval.ingest.formats.grid import Row, is_numeric, write_table
from retrieval.ingest.formats.writing import At, Converted, Writer

_SKIPPED = frozenset(
    "script style template noscript svg math canvas iframe object embed head nav select button textarea audio video map".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dl dt fieldset figcaption figure footer form header hr "
    "html legend main p div section summary caption tr td th tbody thead tfoot colgroup menu".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LAST_LINE = 65_535
"""The parser's line numbers end here."""
_MOST_SPAN = 200


def read(content: bytes, path: str) -> Converted:  # noqa: ARG001 - one signature for all formats
    """The page as Markdown; places are lines of its source."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    page = _Page()
    try:
        page.walk(html.document_fromstring(content, parser=parser))
    except etree.ParserError:
        # Nothing but comments: a page without a word.
        return page.done()
    if any("depth" in error.message for error in parser.error_log):
        # The parser leaves out what is nested deeper than it goes, without failing.
        page.lose_depth()
    return page.done()


class _Page:
    """Reads elements into a text; inline text is gathered until a block ends."""

    def __init__(self) -> None:
        self._writer = Writer()
        self._text: list[str] = []
        self._at: At = None
        self._depth = -1
        self._marker: str | None = None
        self._level = 0

    def done(self) -> Converted:
        """The text so far."""
        self._flush()
        return self._writer.done()

    def lose_depth(self) -> None:
        """Say that the page goes on below what was read."""
        self._flush()
        self._writer.lose("", "nested_too_deep")

    def walk(self, node: Any) -> None:
        """Read an element and all in it."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if tag in _SKIPPED or not tag or _is_hidden(node):
            return
        if tag[:1] == "h" and tag[1:] in "123456" and len(tag) == 2:
            self._flush()
            self._level = int(tag[1])
            self._writer.heading(self._level, _text(node), _place(node))
        elif tag in ("ul", "ol"):
            self._list(node)
        elif tag == "table":
            self._table(node)
        elif tag == "pre":
            self._flush()
            self._writer.paragraph(node.text_content(), _place(node))
        elif tag in _BLOCKS:
            if tag != "dd":
                self._flush()
            self._inside(node)
            self._flush(keep=tag == "dt")
        else:
            self._inline(node, tag)

    def _inside(self, node: Any) -> None:
        self._add(node.text, node)
        for child in node:
            self.walk(child)
            self._add(child.tail, node)

    def _inline(self, node: Any, tag: str) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag == "input":
            if node.get("type", "").lower() == "checkbox":
                self._add("[x] " if node.get("checked") is not None else "[ ] ", node)
        elif tag in ("b", "strong") and (text := _text(node)) and not len(node):
            before, after = (node.text or "")[:1], (node.text or "")[-1:]
            self._add(f"{before if before.isspace() else ''}**{text}**{after if after.isspace() else ''}", node)
        else:
            self._inside(node)

    def _list(self, node: Any) -> None:
        self._flush()
        self._depth += 1
        number = 0
        for child in node:
            if child.tag == "li":
                number += 1
                self._marker = f"{min(number, 99)}." if node.tag == "ol" else "-"
                self._inside(child)
                self._flush()
                self._marker = None
            else:
                self.walk(child)
        self._depth -= 1

    def _table(self, table: Any) -> None:
        self._flush()
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table and not _is_hidden(row)]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        nested = any(True for cell in table.iterdescendants("table"))
        if nested or table.get("role") == "presentation" or max(map(len, cells), default=0) <= 1:
            # A table for the page's layout.
            self._inside(table)
            self._flush()
            return
        for caption in table.iterchildren("caption"):
            self._writer.paragraph(f"{_text(caption).rstrip(':')}:", _place(caption))
        grid = _grid(cells)
        placed: list[Row] = [(_place(row), texts) for row, texts in zip(rows, grid, strict=True)]
        heads = bool(cells and cells[0]) and all(cell.tag == "th" for cell in cells[0])
        write_table(self._writer, placed, level=self._level + 1, header=True if heads else None)

    def _add(self, text: str | None, node: Any) -> None:
        if text and text.strip():
            if not "".join(self._text).strip():
                self._at = _place(node)
            self._text.append(re.sub(r"\s+", " ", text))
        elif text and self._text:
            self._text.append(" ")

    def _flush(self, *, keep: bool = False) -> None:
        """Write what was gathered; a term is kept for its definition."""
        text = "".join(self._text).strip()
        self._text = []
        if keep and text:
            self._text = [f"{text.rstrip(':')}: "]
        elif text and self._depth >= 0:
            # A second paragraph of an item says more of it.
            deeper = self._depth + (self._marker is None)
            self._writer.item(deeper, text.replace("\n", " "), self._marker or "-", self._at)
            self._marker = None
        elif text:
            self._writer.paragraph(text, self._at)


def _grid(rows: list[list[Any]]) -> list[list[str]]:
    """Texts on the table's grid; a cell over several rows is in each, a head over several columns in each of them."""
    grid: list[dict[int, str]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        alone = sum(1 for cell in row if _text(cell)) == 1
        for cell in row:
            while column in grid[number]:
                column += 1
            text = _text(cell)
            across = 1 if alone or is_numeric(text) else _span(cell, "colspan")
            for below in range(number, min(number + _span(cell, "rowspan"), len(rows))):
                for at in range(_span(cell, "colspan")):
                    grid[below][column + at] = text if at < across else ""
            column += _span(cell, "colspan")
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    return [[row.get(at, "") for at in range(width)] for row in grid]


def _span(cell: Any, name: str) -> int:
    told = cell.get(name) or "1"
    return min(max(int(told), 1), _MOST_SPAN) if told.isascii() and told.isdigit() else 1


def _text(node: Any) -> str:
    """All words in an element, hidden ones left out; breaks and blocks are blanks."""
    parts: list[str] = []
    _gather(node, parts)
    return " ".join("".join(parts).split())


def _gather(node: Any, parts: list[str]) -> None:
    tag = node.tag
    if not isinstance(tag, str) or tag in _SKIPPED or _is_hidden(node):
        return
    if tag in _BLOCKS or tag in ("br", "li", "ul", "ol"):
        parts.append(" ")
    if tag == "input" and node.get("type", "").lower() == "checkbox":
        parts.append("[x] " if node.get("checked") is not None else "[ ] ")
    parts.append(node.text or "")
    for child in node:
        _gather(child, parts)
        parts.append(child.tail or "")


def _is_hidden(node: Any) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN.search(node.get("style") or ""))


def _place(node: Any) -> At:
    line = node.sourceline
    return ("L", line) if line and line < _LAST_LINE else None
