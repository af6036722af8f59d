"""Passages to search: a document's blocks packed into chunks that can be found and cited. Knows no store and no embedder.

A chunk never crosses a heading and carries the headings above it, because a body like "Month 5: $150K" has no topic words of
its own. Tables and lists are split between rows and items, and each part is told its header, label or parent again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.domain.ports import CountTokens
from copilot.domain.source import Block, Chunk, Lines, ParsedDocument
from retrieval.ingest.inline import introduces

MAX_CHARACTERS = 1200
MAX_TOKENS = 400
MAX_LINES = 12
"""Of a part of a list or table: what is comfortable to cite."""
WHOLE_LINES = 18
"""A section up to this long stays in one piece."""
MAX_PROSE_LINES = 24

_MAX_QUOTED_LINE = 4000
"""A longer line is quoted in parts, else a line of a megabyte would be every hit's quote."""
_MAX_CONTEXT = 300
_LOOK_BACK = 6
_BOX_DRAWING = re.compile("[\u2500-\u259f]+")
_RULE = re.compile(r"[-=_*~+|\s]*")
_SENTENCE_END = re.compile(r"[.!?;:]\s+|\n")


@dataclass(frozen=True)
class _Unit:
    """A block, or some lines of one, that stays together."""

    block: Block
    lines: Lines
    text: str
    """Plain text to index."""
    tokens: int


def chunk(doc: ParsedDocument, version_id: str, count: CountTokens) -> list[Chunk]:
    """The document's passages in order; ids are `<version_id>:<ordinal>`."""
    chunks: list[Chunk] = []
    for section in _sections(doc.blocks):
        units = [unit for block in section for unit in _units(block, doc, count)]
        for group in _groups(units):
            chunks += _chunks_of(group, doc, version_id, len(chunks), count)
    return chunks


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks between two headings, the heading first; a heading with only deeper ones below it lives on in their paths."""
    section: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            lonely = len(section) == 1 and section[0].kind == "heading" and section[0].level < block.level
            if section and not lonely:
                yield section
            section = [block]
        elif block.kind not in ("front_matter", "rule"):
            section.append(block)
    if section:
        yield section


def _units(block: Block, doc: ParsedDocument, count: CountTokens) -> Iterator[_Unit]:
    first, last = block.lines
    if block.kind in ("code", "html", "item") and last - first >= MAX_LINES:
        for start in range(first, last + 1, MAX_LINES):
            lines = (start, min(start + MAX_LINES - 1, last))
            text = _searchable(doc.quote(lines))
            yield _Unit(block, lines, text, count(text))
    else:
        text = _searchable(block.plain)
        yield _Unit(block, block.lines, text, count(text))


def _searchable(text: str) -> str:
    """Without box drawings and the lines that only draw."""
    lines = (_BOX_DRAWING.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if not _RULE.fullmatch(line))


def _groups(units: Sequence[_Unit]) -> Iterator[Sequence[_Unit]]:
    if not units:
        return
    if _fits(units, WHOLE_LINES):
        yield units
        return
    start = 0
    length = tokens = 0
    end = start
    while end < len(units):
        unit = units[end]
        listed = unit.block.kind in ("item", "row") or units[end - 1].block.kind in ("item", "row")
        too_long = unit.lines[1] - units[start].lines[0] >= (MAX_LINES if listed else MAX_PROSE_LINES)
        full = length + len(unit.text) > MAX_CHARACTERS or tokens + unit.tokens > MAX_TOKENS
        if end > start and (too_long or full) and (cut := _cut(units, start, end)) > start:
            yield units[start:cut]
            start = end = cut
            length = tokens = 0
            continue
        length += len(unit.text) + 1
        tokens += unit.tokens
        end += 1
    yield units[start:]


def _fits(units: Sequence[_Unit], lines: int) -> bool:
    return (
        units[-1].lines[1] - units[0].lines[0] < lines
        and sum(len(unit.text) + 1 for unit in units) <= MAX_CHARACTERS
        and sum(unit.tokens for unit in units) <= MAX_TOKENS
    )


def _cut(units: Sequence[_Unit], start: int, end: int) -> int:
    """Where to cut units that must be cut at `end`: not inside a nested list if near, never right after a label or heading."""
    cut = end
    for candidate in range(end, max(start + 1, end - _LOOK_BACK), -1):
        if units[candidate].block.kind != "item" or units[candidate].block.level == 0:
            cut = candidate
            break
    while cut > start and _announces(units[cut - 1].block):
        cut -= 1
    return cut if cut > start else (end if not _announces(units[end - 1].block) else start)


def _announces(block: Block) -> bool:
    return block.kind == "heading" or (block.kind == "paragraph" and introduces(block.text))


def _chunks_of(group: Sequence[_Unit], doc: ParsedDocument, version_id: str, ordinal: int, count: CountTokens) -> Iterator[Chunk]:
    lines = (group[0].lines[0], group[-1].lines[1])
    block = group[0].block
    context = _context(group, doc)
    body = "\n".join(unit.text for unit in group if unit.block.kind != "heading" and unit.text)
    if not body and block.kind != "heading":
        return
    quote = doc.quote(lines)
    for offset, part in enumerate(_parts(body)):
        indexed = f"{context}\n{part}".strip()
        yield Chunk(
            id=f"{version_id}:{ordinal + offset}",
            document=doc.document,
            lines=lines,
            heading_path=block.heading_path,
            text=quote if len(quote) <= _MAX_QUOTED_LINE or lines[0] != lines[1] else part,
            indexed=indexed,
            language=doc.language,
            tokens=count(indexed),
            place=doc.place(lines),
        )


def _context(group: Sequence[_Unit], doc: ParsedDocument) -> str:
    """What a reader of these lines alone would miss: headings, label, parent item, table header."""
    block = group[0].block
    told = [" > ".join(block.heading_path)[-_MAX_CONTEXT:]]
    if block.kind == "heading" and len(group) > 1:
        block = group[1].block
    first = group[0].lines[0]
    if block.label and block.label_line and block.label_line < first:
        told.append(block.label[:_MAX_CONTEXT])
    if block.kind == "item" and block.parent is not None:
        told.append(doc.blocks[block.parent].plain[:_MAX_CONTEXT])
    if block.kind == "row" and block.header and block.cells != block.header:
        told.append(" | ".join(block.header)[:_MAX_CONTEXT])
    return "\n".join(line for line in told if line)


def _parts(body: str) -> Iterator[str]:
    """The text in pieces of at most MAX_CHARACTERS, cut after sentences, else between words."""
    if len(body) <= MAX_CHARACTERS * 1.5:
        yield body
        return
    start = 0
    while start < len(body):
        end = start + MAX_CHARACTERS
        if end < len(body):
            ends = [match.end() for match in _SENTENCE_END.finditer(body, start + MAX_CHARACTERS // 2, end)]
            blank = body.rfind(" ", start + MAX_CHARACTERS // 2, end)
            end = ends[-1] if ends else blank + 1 if blank > start else end
        yield body[start:end].strip()
        start = end
