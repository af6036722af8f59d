"""Lines of pages to headings, paragraphs, lists and tables, by size, weight and distance. Knows no PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from retrieval.ingest.formats.columns import columns_of, table_rows
from retrieval.ingest.formats.grid import write_table
from retrieval.ingest.formats.lines import Line
from retrieval.ingest.formats.writing import At, Writer

_MARK = re.compile(r"(?P<bullet>[-*+•▪◦●‣·–■□❑❒☐☑☒✓✔➢\uf0b7\uf0a7\uf0a8\uf0fe])(?=\s|$)|(?P<number>\d{1,2}[.)])(?=\s)")
_BOXES = {"□": "☐", "❑": "☐", "❒": "☐", "☐": "☐", "\uf0a8": "☐", "☑": "☑", "☒": "☑", "\uf0fe": "☑"}
_PAGE_NUMBER = re.compile(r"(?:p[áa]g(?:ina|e|\.)?|page)?\s*\d{1,4}(?:\s*(?:/|de|of|sur)\s*\d{1,4})?", re.IGNORECASE)
_COUNTED = re.compile(r"(?:p[áa]g(?:ina|e|\.)?|page)\s*#|# (?:/|de|of|sur) #", re.IGNORECASE)
_EDGE = 2
"""Lines from the top or the bottom of a page that may be its head or foot."""
_LARGER = 1.12
"""Of the body's letters: a heading's are at least so much larger."""
_LONGEST_HEADING = 160
_MOST_LEVELS = 4
_WRAPPED = 1.75
"""Distance, in heights, up to which the next line goes on with the paragraph."""


def write_pages(writer: Writer, pages: Sequence[list[Line]]) -> None:
    """Write all pages; lines that every page repeats are written once."""
    body = _body_height(pages)
    levels = _heading_levels(pages, body)
    running = _running(pages)
    told: set[str] = set()
    for number, page in enumerate(pages, start=1):
        kept = []
        for at, line in enumerate(page):
            key = _key(line)
            is_edge = min(at, len(page) - 1 - at) < _EDGE
            if (
                is_edge
                and len(pages) > 1
                and (_PAGE_NUMBER.fullmatch(line.text) or (key in running and (key in told or "#" in key)))
            ):
                continue
            told.add(key)
            kept.append(line)
        _Page(writer, kept, levels, (f"p{number}", None)).write()


class _Page:
    """One page's lines on their way to blocks."""

    def __init__(self, writer: Writer, lines: list[Line], levels: dict[float, int], at: At) -> None:
        self._writer = writer
        self._lines = lines
        self._levels = levels
        self._at = at
        self._right = max((line.right for line in lines), default=0.0)
        self._indents: list[float] = []

    def write(self) -> None:
        """Write the blocks from top to bottom."""
        at = 0
        while at < len(self._lines):
            at = self._block(at)

    def _block(self, at: int) -> int:
        line = self._lines[at]
        level = self._levels.get(_size(line)) if len(line.text) <= _LONGEST_HEADING else None
        if level and len(line.cells()) == 1:
            return self._heading(at, level)
        end = columns_of(self._lines, at, self._starts_item)
        if end > at:
            rows = table_rows(self._lines[at:end])
            write_table(self._writer, [(self._at, row) for row in rows], level=_MOST_LEVELS + 1)
            return end
        if self._starts_item(line):
            return self._item(at)
        self._indents = []
        end = self._end_of_paragraph(at)
        self._writer.paragraph(_marked(self._lines[at:end]), self._at)
        return end

    def _heading(self, at: int, level: int) -> int:
        """A heading, with the lines it wraps to."""
        end = at + 1
        while end < len(self._lines) and _size(self._lines[end]) == _size(self._lines[at]) and self._wraps(end):
            end += 1
        self._indents = []
        self._writer.heading(level, _text(self._lines[at:end]), self._at)
        return end

    def _item(self, at: int) -> int:
        line = self._lines[at]
        found = _MARK.match(line.text)
        assert found is not None, "an item starts with its mark"
        end = self._end_of_paragraph(at)
        text = _marked(self._lines[at:end])
        bare = _MARK.match(text.lstrip("*"))
        told = text[text.index(found[0]) + len(found[0]) :].strip() if bare else text
        while self._indents and self._indents[-1] > line.left - line.height / 3:
            self._indents.pop()
        depth = len(self._indents)
        self._indents.append(line.left)
        box = _BOXES.get(found[0], "")
        self._writer.item(depth, f"{box} {told}".strip(), found["number"] or "-", self._at)
        return end

    def _starts_item(self, line: Line) -> bool:
        return _MARK.match(line.text) is not None and len(line.words) > 1

    def _end_of_paragraph(self, at: int) -> int:
        end = at + 1
        while end < len(self._lines) and not self._starts_item(self._lines[end]) and self._wraps(end):
            if self._levels.get(_size(self._lines[end])) or columns_of(self._lines, end, self._starts_item) > end:
                break
            end += 1
        return end

    def _wraps(self, at: int) -> bool:
        """True when the line goes on with the one above: near to it, and its first word had no room up there."""
        above, line = self._lines[at - 1], self._lines[at]
        near = above.middle - line.middle < _WRAPPED * max(above.height, line.height)
        alike = above.is_bold == line.is_bold or line.text[:1].islower()
        no_room = above.right + (line.words[0].right - line.words[0].left) + line.height / 3 > self._right
        return near and alike and (no_room or line.text[:1].islower())


def _text(lines: Sequence[Line]) -> str:
    told = ""
    for line in lines:
        is_split = told.endswith("-") and told[-2:-1].isalpha() and line.text[:1].islower()
        told = told[:-1] + line.text if is_split else f"{told} {line.text}".strip()
    return told


def _marked(lines: Sequence[Line]) -> str:
    """The text with bold words as `**`."""
    words = [word for line in lines for word in line.words]
    if not any(word.is_bold for word in words) or len(lines) > 1 and all(word.is_bold for word in words):
        return _text(lines)
    told, is_open = "", False
    for at, word in enumerate(words):
        is_text = any(map(str.isalnum, word.text))
        starts = word.is_bold and not is_open and is_text
        ends = is_open and not word.is_bold
        told += ("**" if ends else "") + (" " if at else "") + ("**" if starts else "") + word.text
        is_open = (is_open or starts) and not ends
    return told + ("**" if is_open else "")


def _body_height(pages: Sequence[list[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[_size(line)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _heading_levels(pages: Sequence[list[Line]], body: float) -> dict[float, int]:
    """Sizes larger than the body's, the largest first; more sizes than levels share the last."""
    sizes = {_size(line) for page in pages for line in page if _size(line) >= _LARGER * body and any(map(str.isalpha, line.text))}
    return {size: min(level, _MOST_LEVELS) for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _running(pages: Sequence[list[Line]]) -> set[str]:
    """Heads and feet: lines at the edge that pages share; on two pages only those that count them."""
    edges = [{_key(line) for line in (*page[:_EDGE], *page[-_EDGE:]) if len(line.cells()) == 1} for page in pages]
    found = Counter(key for keys in edges for key in keys)
    return {
        key for key, count in found.items() if count >= max(2, len(pages) / 2) and (count > 2 or _COUNTED.search(key) is not None)
    }


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _size(line: Line) -> float:
    return round(median(word.height for word in line.words) * 2) / 2
