"""Blocks in the making: list nesting, labels, checkboxes, tables and heading paths. Knows nothing of the parser's tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from copilot.domain.source import Block, BlockKind, Lines
from retrieval.ingest.inline import introduces, label, plain
from retrieval.ingest.table import cells, is_delimiter

_MARK = re.compile(r"([-*+•▪◦●‣·–]|\d{1,2}[.)])[ \t]+(?=\S)")
_BOX = re.compile(r"(\[[ xX]?\])(?!\()\s*|([☐□⬜🔲])\ufe0f?\s*|([☑☒])\ufe0f?\s*")
_TICK = re.compile(r"✅\ufe0f?\s*")
_NESTED = 2
"""Columns an item must stand further right to be nested; CommonMark asks for the width of the parent's marker."""
_MAX_TABLE_LABEL = 200
_LONGEST_ROW = 8_000
"""Characters of a table's row; a longer one is a statement, since a figure in it could not be cited in a readable way."""
_NEAR = 3
"""A label stands at most this many lines above what it introduces."""


@dataclass(slots=True)
class Draft:
    """A block before its path and indexes are known; `parent` is the draft itself."""

    kind: BlockKind
    lines: Lines
    text: str
    level: int = 0
    marker: str | None = None
    checked: bool | None = None
    parent: Draft | None = None
    label: str | None = None
    label_line: int | None = None
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    table: int | None = None
    indent: int = 0


@dataclass(slots=True)
class Drafts:
    """The blocks of one document, in the order they are found."""

    _drafts: list[Draft] = field(default_factory=list)
    _open: list[Draft] = field(default_factory=list)
    """Items the next item may be nested in, outermost first."""
    _tables: int = 0

    @property
    def last_indent(self) -> int:
        """Column of the last draft."""
        return self._drafts[-1].indent if self._drafts else 0

    def last_is_item_at(self, line: int) -> bool:
        """True when the last draft is an item whose first line this is."""
        return bool(self._drafts) and self._drafts[-1].kind == "item" and self._drafts[-1].lines[0] == line

    def add(self, draft: Draft, *, indent: int = 0) -> None:
        """Add a block; it ends the open items it does not stand inside."""
        self._close_items(indent if draft.kind == "code" else 0)
        draft.parent = self._open[-1] if self._open else None
        self._drafts.append(draft)

    def add_item(self, line: int, text: str, marker: str, indent: int) -> Draft:
        """Add an item below the nearest open item that stands further left."""
        draft = Draft("item", (line, line), text, marker=marker, indent=indent)
        sibling: Draft | None = None
        while self._open and self._open[-1].indent + _NESTED > indent:
            sibling = self._open.pop()
        draft.parent = self._open[-1] if self._open else None
        draft.level = len(self._open)
        introduction = self._introduction(line)
        if introduction:
            draft.label, draft.label_line = label(introduction.text), introduction.lines[0]
        elif (like := sibling or draft.parent) is not None and _same_list(like, draft):
            draft.label, draft.label_line = like.label, like.label_line
        self._open.append(draft)
        self._drafts.append(draft)
        self._tick(draft)
        return draft

    def fill_item(self, text: str) -> None:
        """Set the text of the last item."""
        self._drafts[-1].text = text
        self._tick(self._drafts[-1])

    def continues_item(self, line: int, text: str, indent: int) -> bool:
        """True when the line is more of the last item's own text."""
        item = self._drafts[-1]
        if item.kind != "item" or item.lines[1] != line - 1 or _starts_item(text):
            return False
        if indent > item.indent:
            return not introduces(text)
        # Without indentation only a sentence that runs on belongs to the item.
        return text[:1].islower() and item.text[-1:] not in ".:;"

    def extend_item(self, line: int, text: str) -> None:
        """Add a line to the last item."""
        item = self._drafts[-1]
        item.text += "\n" + text
        item.lines = (item.lines[0], line)

    def add_statement(self, line: int, text: str, indent: int, *, quoted: bool) -> None:
        """Add one source line of prose: an item if it looks like one, else a paragraph or a quote."""
        mark = _MARK.match(text)
        if mark:
            self.add_item(line, text[mark.end() :], mark[1], indent)
        elif box := _BOX.match(text):
            self.add_item(line, text, box[0].strip(), indent)
        else:
            self._close_items(indent)
            parent = self._open[-1] if self._open else None
            kind: BlockKind = "quote" if quoted else "paragraph"
            self._drafts.append(Draft(kind, (line, line), text, parent=parent, indent=indent))

    def add_table(self, rows: Sequence[tuple[int, str]], *, indent: int) -> None:
        """Add the rows (line, source) of a table; the first is the header when a delimiter row follows it."""
        body = [(line, row) for line, row in rows if not is_delimiter(row)]
        if not body:
            return
        self._close_items(indent)
        before = self._drafts[-1] if self._drafts else None
        first = [plain(cell) for cell in cells(body[0][1])]
        header: tuple[str, ...] = ()
        told, told_line, number = None, None, self._tables
        if len(rows) > 1 and is_delimiter(rows[1][1]):
            header = tuple(first + [""] * (len(cells(rows[1][1])) - len(first)))
        elif before and before.kind == "row" and len(before.cells) == len(first) and before.table is not None:
            # Rows after a blank line, or past the parser's limits, go on with the table above.
            header, number, told, told_line = before.header, before.table, before.label, before.label_line
        introduction = self._introduction(body[0][0], _MAX_TABLE_LABEL)
        if introduction:
            told, told_line = label(introduction.text), introduction.lines[0]
        self._tables = max(self._tables, number + 1)
        for line, row in body:
            if len(row) > _LONGEST_ROW:
                self._drafts.append(Draft("paragraph", (line, line), row))
                continue
            source = cells(row)
            texts = [plain(cell) for cell in source]
            if header:
                texts = (texts + [""] * (len(header) - len(texts)))[: len(header)]
            self._drafts.append(
                Draft(
                    "row",
                    (line, line),
                    " | ".join(source),
                    parent=self._open[-1] if self._open else None,
                    label=told,
                    label_line=told_line,
                    cells=tuple(texts),
                    header=header,
                    table=number,
                )
            )

    def blocks(self) -> tuple[Block, ...]:
        """The finished blocks, by line."""
        drafts = sorted(self._drafts, key=lambda draft: draft.lines[0])
        _tick_lists(drafts)
        index = {id(draft): position for position, draft in enumerate(drafts)}
        path: list[tuple[int, str]] = []
        blocks = []
        for draft in drafts:
            bare = " | ".join(draft.cells).strip(" |") if draft.kind == "row" else plain(draft.text)
            if draft.kind == "heading":
                path = [above for above in path if above[0] < draft.level]
                if bare:
                    path.append((draft.level, bare))
            blocks.append(_block(draft, bare, tuple(name for _, name in path), index))
        return tuple(blocks)

    def _introduction(self, line: int, longest: int = 0) -> Draft | None:
        """The paragraph right above that announces what starts at this line."""
        before = self._drafts[-1] if self._drafts else None
        if before is None or before.kind != "paragraph" or line - before.lines[1] > _NEAR:
            return None
        return before if introduces(before.text) or 0 < len(before.text) <= longest else None

    def _close_items(self, indent: int) -> None:
        while self._open and self._open[-1].indent + _NESTED > indent:
            self._open.pop()

    @staticmethod
    def _tick(draft: Draft) -> None:
        box = _BOX.match(draft.text)
        if box:
            draft.checked = bool(box[3]) or (box[1] or "").lower() == "[x]"
            draft.text = draft.text[box.end() :]


def _starts_item(text: str) -> bool:
    return bool(_MARK.match(text) or _BOX.match(text))


def _same_list(like: Draft, item: Draft) -> bool:
    """False for a list of another kind after a blank line: the label above the first list is not its own."""
    if like is item.parent or item.lines[0] - like.lines[1] <= 1:
        return True
    return _style(like) == _style(item)


def _style(item: Draft) -> tuple[bool, bool]:
    return (item.marker or "")[:1].isdigit(), item.checked is None


def _tick_lists(drafts: Sequence[Draft]) -> None:
    """Read ✅ as a ticked box where the same section also has empty boxes; elsewhere it only decorates."""
    sections = list(accumulate(draft.kind == "heading" for draft in drafts))
    with_boxes = {section for section, draft in zip(sections, drafts, strict=True) if draft.checked is False}
    for section, draft in zip(sections, drafts, strict=True):
        tick = _TICK.match(draft.text) if section in with_boxes and draft.kind in ("item", "paragraph") else None
        if tick and draft.checked is None:
            draft.kind, draft.checked, draft.text = "item", True, draft.text[tick.end() :]
            draft.marker = draft.marker or "✅"


def _block(draft: Draft, bare: str, path: tuple[str, ...], index: dict[int, int]) -> Block:
    # Built without validation: a table of thousands of columns would copy its header once a row.
    return Block.model_construct(
        kind=draft.kind,
        lines=draft.lines,
        text=draft.text,
        plain=bare,
        heading_path=path,
        level=draft.level,
        marker=draft.marker,
        checked=draft.checked,
        parent=None if draft.parent is None else index[id(draft.parent)],
        label=draft.label,
        label_line=draft.label_line,
        cells=draft.cells,
        header=draft.header,
        table=draft.table,
    )
