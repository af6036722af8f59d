r"""Damaged bytes to the text that was meant, with a list of what was mended. Knows the order of the repairs, not their tables.

The number of lines never changes, and text without damage comes out as it went in. Each pass undoes one wrong reading; passes
go on until nothing changes, so text that was damaged twice is repaired and a repaired text is never repaired again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from copilot.domain.source import Repair, RepairedText
from retrieval.ingest import gb2312, mojibake
from retrieval.ingest.accents import GAP, capital_restorer, reads_spanish, restore_capitals
from retrieval.ingest.decode import decode

_MAX_PASSES = 8
# A character beyond the basic plane leaves at least two marks; a single one inside a word is a letter one may still guess.
_LOST = re.compile(r"(?<![^\W\d_])\ufffd{2,}(?![^\W\d_])")


def repair(content: bytes) -> RepairedText:
    """The repaired text of a file."""
    text, repairs = decode(content)
    if not text.isascii() and GAP not in text:
        text = _mended(text, repairs)
    return RepairedText(text=text, repairs=tuple(repairs))


def repaired_bytes(content: bytes) -> bytes:
    """The repaired text as UTF-8; an undamaged UTF-8 file byte for byte."""
    return repair(content).text.encode("utf-8")


def _mended(text: str, repairs: list[Repair]) -> str:
    lines = text.split("\n")
    for _ in range(_MAX_PASSES):
        before = lines
        for mend in (_undo_gb2312, _undo_code_page, _drop_lost):
            damage, after = mend(lines)
            if after != lines:
                repairs.append(_repair(damage, lines, after))
                lines = after
        if lines == before:
            break
    return "\n".join(lines)


def _undo_gb2312(lines: list[str]) -> tuple[str, list[str]]:
    damage = "utf-8 read as gb2312"
    if not gb2312.is_damaged("\n".join(lines)):
        return damage, lines
    mended = [line if line.isascii() else gb2312.undo(line) for line in lines]
    text = "\n".join(mended)
    if not reads_spanish(text):
        return damage, mended
    # Capitals with an accent have no debris at all: the reading lost them.
    restorer = capital_restorer(text)
    return damage, [restore_capitals(line, restorer) for line in mended]


def _undo_code_page(lines: list[str]) -> tuple[str, list[str]]:
    page, mended = mojibake.undo(lines)
    return f"utf-8 read as {page}", mended


def _drop_lost(lines: list[str]) -> tuple[str, list[str]]:
    return "characters lost", [_LOST.sub("", line) if "\ufffd" in line else line for line in lines]


def _repair(damage: str, before: Sequence[str], after: Sequence[str]) -> Repair:
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    return Repair(damage=damage, lines=len(changed), example=_example(*changed[0]))


def _example(old: str, new: str) -> str:
    for first, second in zip_longest(old.split(), new.split(), fillvalue=""):
        if first != second:
            return f"{first[:40]} -> {second[:40]}"
    return ""
