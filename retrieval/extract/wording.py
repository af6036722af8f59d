"""What every extractor needs of a statement: its label and value, whether it is a placeholder, and its exact source string."""

from __future__ import annotations

import re

from copilot.domain.fact import Dropped
from copilot.domain.source import Block, ParsedDocument

LONGEST = 600
"""Longer statements are prose, not facts of one thing."""
_LABELLED = re.compile(r"([^:\n]{1,90}?)\s*:(?:\s+(.*)|)$", re.DOTALL)
_PLACEHOLDER = re.compile(
    r"\[[^\[\]\n]{1,80}\](?!\()|\{\{?[^{}\n]{1,80}\}\}?|_{3,}|\$\([^()\n]{0,20}\)|<[A-Z][^<>\n]{0,40}>|\bX{2,}\b|\bTBD\b"
)
_NUMBERING = re.compile(r"(?:#?\d{1,2}(?:\.\d{1,2}){0,3}[.):]?|[A-Z]\d{0,2}[.)]|\(\d{1,2}\))\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEADING = re.compile(r"^[^\w\[{<(]+")


def labelled(plain: str) -> tuple[str, str] | None:
    """`Mitigación: seguro` as label and value (empty when nothing follows the colon); None for a statement without a label."""
    match = _LABELLED.match(plain)
    if match is None:
        return None
    return match[1].strip(), (match[2] or "").strip()


def is_placeholder(plain: str) -> bool:
    """True when nothing is said but a blank to fill in: `[Nombre]`, `Responsable: [Nombre]`, `Fecha: ____`."""
    if not _PLACEHOLDER.search(plain):
        return False
    pair = labelled(plain)
    said = pair[1] if pair and pair[1] else plain
    return _WORD.search(_PLACEHOLDER.sub(" ", said)) is None


def without_numbering(plain: str) -> str:
    """`2.1 Contratar` and `3) Contratar` without the number; a name of digits alone stays."""
    return _NUMBERING.sub("", plain, count=1) if _NUMBERING.match(plain) else plain


def one_line(text: str) -> str:
    """White space of any kind as single blanks."""
    return " ".join(text.split())


def raw_of(doc: ParsedDocument, line: int, wanted: str) -> str:
    """`wanted` if it stands on the line as it is, else the line itself without outer white space."""
    first = wanted.split("\n", 1)[0]
    source = doc.lines[line - 1]
    return first if first and first in source else source.strip()


def placeholder(doc: ParsedDocument, block: Block) -> Dropped:
    """The record of a blank that was not made a fact."""
    return Dropped(document=doc.document, line=block.lines[0], text=block.plain[:200], reason="placeholder")


def bare(plain: str) -> str:
    """Without leading marks and numbering, trailing colon or full stop."""
    return without_numbering(_LEADING.sub("", plain)).strip().rstrip(":").strip()
