"""Blocks that say several things taken apart: the lines of a fenced text, attributes written side by side.

Plans draw slides, boxes and lists inside fences; each of their lines says something of its own and is cited by its own number.
Knows blocks; knows neither facts nor questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.domain.source import Block, ParsedDocument
from retrieval.language.periods import find_periods

TEXT_FENCES = frozenset({"", "text", "txt", "plaintext", "markdown", "md"})
"""Fences whose content is words; any other language is code, and stays one block."""
DRAWN = re.compile(r"[\u2500-\u259f\u25a0-\u25ff\u2571\u2572]+")
BULLET = re.compile(r"^(?:[-*+•·▪✓✔→>]|\d{1,2}[.)])\s+")
BOX = re.compile(r"^\[([ xX])\]\s*")
ATTRIBUTE = re.compile(r"^[^\W\d][^:|]{0,40}:\s*\S")
COLUMNS = re.compile(r"\s{3,}")
MOST_LINES = 400
LONGEST_INTRODUCTION = 160
MARKS = re.compile(r"\*\*|__|`")


@dataclass(frozen=True)
class Piece:
    """A part of a block that says something of its own."""

    block: Block
    below: int | None = None
    """Place, among the block's pieces, of the line that introduces it."""


def taken_apart(parsed: ParsedDocument, block: Block) -> list[Piece]:
    """The block as one piece, or the pieces it is made of."""
    if block.kind == "code" and _fence(parsed, block) in TEXT_FENCES:
        return _of_fence(block) or [Piece(block)]
    if block.kind in ("paragraph", "item") and " | " in block.plain and "\n" not in block.plain:
        parts = [part.strip() for part in block.plain.split(" | ")]
        if len(parts) > 1 and all(ATTRIBUTE.match(part) for part in parts):
            return [Piece(block.model_copy(update={"text": part, "plain": part})) for part in parts]
    return [Piece(block)]


def introduces(block: Block) -> bool:
    """Whether a paragraph is a line that introduces what follows it: all of it bold, or closed by a colon."""
    text = block.text.strip()
    bold = text.startswith("**") and text.endswith("**") and text.count("**") == 2
    return (
        block.kind == "paragraph"
        and "\n" not in text
        and len(text) < LONGEST_INTRODUCTION
        and (bold or text.rstrip("*").endswith(":"))
    )


def introduced(blocks: Sequence[Block]) -> dict[int, int]:
    """Index of a fence, a bold numbered point or a list's item, to the index of the paragraph that introduces it."""
    found: dict[int, int] = {}
    series: int | None = None
    for at, block in enumerate(blocks[1:], 1):
        above = blocks[at - 1]
        if block.kind == "heading":
            series = None
        elif _is_point(block):
            series = at - 1 if introduces(above) and not _is_point(above) else series
            if series is not None:
                found[at] = series
        elif (intro := _intro(at, block, above, found)) is not None:
            found[at] = intro
    return found


def _intro(at: int, block: Block, above: Block, found: Mapping[int, int]) -> int | None:
    """Of a fence the line before it; of a list the line before it that dates it."""
    if block.kind == "code":
        return at - 1 if introduces(above) else None
    if block.kind != "item" or block.label is not None:
        return None
    return found.get(at - 1) if above.kind == "item" else at - 1 if _dates(above) else None


def _dates(block: Block) -> bool:
    """Whether a paragraph names the time of the list below it: `**Semana 9-10**: Ventas`."""
    text = block.text.strip()
    if block.kind != "paragraph" or "\n" in text or len(text) > LONGEST_INTRODUCTION or not text.startswith("**"):
        return False
    return any(hit.form in ("point", "stretch", "calendar") for hit in find_periods(text.split("**")[1]))


def _is_point(block: Block) -> bool:
    return introduces(block) and re.match(r"\*\*\d{1,2}[.)]\s", block.text.strip()) is not None


def _fence(parsed: ParsedDocument, block: Block) -> str:
    opening = parsed.lines[block.lines[0] - 1].strip()
    return opening.lstrip("`~").strip().lower() if opening[:3] in ("```", "~~~") else "code"


def _of_fence(block: Block) -> list[Piece]:
    pieces: list[Piece] = []
    intro: int | None = None
    told = block.text.split("\n")[:MOST_LINES]
    for step, line in enumerate(told):
        if not line.strip():
            intro = None
            continue
        number = block.lines[0] + 1 + step
        for text in _columns(line):
            bullet, box = BULLET.match(text), None
            text = text[bullet.end() :] if bullet else text
            if bullet and (box := BOX.match(text)):
                text = text[box.end() :]
            checked = None if box is None else box[1] in "xX"
            listed = step + 1 < len(told) and BULLET.match(told[step + 1].strip()) is not None
            is_intro = not bullet and (text.endswith(":") or listed)
            made = block.model_copy(
                update={
                    "kind": "item" if bullet else "paragraph",
                    "lines": (number, number),
                    "text": text,
                    "plain": text,
                    "checked": checked,
                    "marker": "-" if bullet else None,
                }
            )
            pieces.append(Piece(made, None if is_intro else intro))
            intro = len(pieces) - 1 if is_intro else intro
    return pieces


def _columns(line: str) -> Iterator[str]:
    """What a line says, its drawing left out; columns of a drawn box apart."""
    drawn = DRAWN.search(line) is not None
    text = MARKS.sub("", DRAWN.sub("   ", line)).lstrip("# ").strip()
    parts = [part.strip() for part in COLUMNS.split(text) if re.search(r"[^\W\d_]{2}", part)]
    told = [part for part in parts if ":" in part]
    if drawn and len(told) > 1:
        yield from told
    elif parts:
        yield COLUMNS.sub(" ", text) if len(parts) > 1 else parts[0]
