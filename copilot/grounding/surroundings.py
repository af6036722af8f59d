"""What a cited line stands under: its table's header and the lines that introduce its list, table or nested item.

A pure look into a parsed document; knows nothing of drafts.
"""

from __future__ import annotations

from copilot.domain.source import Block, Citation, Frozen, Lines, ParsedDocument

MOST_LINES = 3
"""Of an introducing block that is shown as a citation of its own."""


class Surroundings(Frozen):
    """Text around a citation that its figures may take a period, a unit or a name from."""

    header: tuple[str, ...] = ()
    """Header cells of the table the cited row is in."""
    above: tuple[Citation, ...] = ()
    """Lines that introduce the cited ones, nearest first."""


def surroundings(parsed: ParsedDocument, citation: Citation) -> Surroundings:
    """The surroundings of a citation in its document."""
    first, last = citation.lines
    standing = (one for one in parsed.blocks if one.kind != "heading" and one.fact_id is None)
    block = next((one for one in standing if one.lines[0] <= last and first <= one.lines[1]), None)
    if block is None:
        return Surroundings()
    above: list[Citation] = []
    parent = block.parent
    while parent is not None:
        outer = parsed.blocks[parent]
        above.append(_cited(parsed, outer))
        above.extend(_label(parsed, outer))
        parent = outer.parent
    above.extend(_label(parsed, block))
    distinct = {one.lines: one for one in above if not first <= one.lines[0] <= last}
    return Surroundings(header=block.header, above=tuple(distinct.values()))


def _cited(parsed: ParsedDocument, block: Block) -> Citation:
    lines = (block.lines[0], min(block.lines[1], block.lines[0] + MOST_LINES - 1))
    return _citation(parsed, block, lines)


def _label(parsed: ParsedDocument, block: Block) -> list[Citation]:
    if block.label_line is None:
        return []
    lines = (block.label_line, block.label_line)
    return [_citation(parsed, block, lines)]


def _citation(parsed: ParsedDocument, block: Block, lines: Lines) -> Citation:
    return parsed.citation(lines, block.heading_path)
