"""UTF-8 that was read in a single-byte code page: tables and the walk that undoes it. Knows no words and no documents.

The tables are built by damaging characters forward, so that every lossy form a code page leaves is found, not only complete
sequences. Complete sequences are decoded from their bytes and need no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_LEADS = range(0xC2, 0xF5)
_CP1252_HOLES = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CP1254_HOLES = _CP1252_HOLES | {0x8E, 0x9E}
_SOFT_HYPHEN = 0xAD
_CP1254_ONLY = re.compile("[ĞİŞğış]")

_C1 = re.compile("[\u0080-\u009f]")

# Where one debris has several sources, the first of these wins, then the lowest code point.
_COMMON = "íÍÁ”→✅🎯\ufe0f🏆🧠🛠┐⚠📞🎓🔍🏢🌍🎉🎨🌐🤝❌═⏱🏭🎁📝🏛🏗⭐🏅⏰💎←🎪❓🎬🔐🎮📍📎💬👍🎤👏🔝🌟🛍🥇🏦🏠🏥🏷🏪🏁📐⏳⏩⏭⏸ÏÝ\u200d"
_RANGES = (
    (0xA0, 0x250),
    (0x370, 0x400),
    (0x2190, 0x2200),
    (0x2300, 0x2800),
    (0x1F300, 0x1F700),
    (0x1F900, 0x1FA00),
    (0x2000, 0x2C00),
    (0xFE00, 0xFE10),
    (0x1F000, 0x1FB00),
)


@dataclass(frozen=True)
class CodePage:
    """How bytes of UTF-8 look when read in a code page."""

    name: str
    byte_of: dict[str, int]
    """Character seen to the byte it was."""
    lossy: dict[str, str]
    """What is left of a character whose sequence lost bytes, to the character."""
    lead: re.Pattern[str]
    """Any character that may begin a sequence."""


def page_for(text: str) -> CodePage:
    """The Western code page that left this debris: Turkish letters tell 1254 from 1252, control characters Latin-1."""
    if len(_CP1254_ONLY.findall(text)) > text.count("ð"):
        return _western("cp1254")
    return _western("latin-1") if _C1.search(text) else _western("cp1252")


@cache
def mac_roman() -> CodePage:
    """UTF-8 read as Mac Roman; every byte is defined, nothing gets lost."""
    byte_of = {bytes((code,)).decode("mac_roman"): code for code in range(0x80, 0x100)}
    return CodePage("mac_roman", byte_of, {}, _lead_pattern(byte_of))


@cache
def _western(name: str) -> CodePage:
    byte_of = {chr(code): code for code in range(0x80, 0x100)}
    for page in ("cp1252", "cp1254"):
        for code in range(0x80, 0x100):
            seen = bytes((code,)).decode(page, "ignore")
            if seen:
                byte_of[seen] = code
    holes = _CP1254_HOLES if name == "cp1254" else _CP1252_HOLES
    # What reads as Latin-1 may still be 1252 with its undefined bytes kept: the same table serves both.
    return CodePage(name, byte_of, _lossy("cp1254" if name == "cp1254" else "cp1252", holes), _lead_pattern(byte_of))


def _lead_pattern(byte_of: dict[str, int]) -> re.Pattern[str]:
    return re.compile("[" + "".join(re.escape(seen) for seen, code in byte_of.items() if code in _LEADS) + "]")


def _lossy(page: str, holes: frozenset[int]) -> dict[str, str]:
    table: dict[str, str] = {}
    for char in _ranked():
        sequence = char.encode("utf-8")
        kept = [code for code in sequence if code not in holes]
        for left in (kept, [code for code in kept if code != _SOFT_HYPHEN]):
            if 0 < len(left) < len(sequence):
                table.setdefault(bytes(left).decode(page, "ignore"), char)
    return table


def _ranked() -> Iterable[str]:
    yield from _COMMON
    for first, end in _RANGES:
        yield from map(chr, range(first, end))


@dataclass(frozen=True)
class Sequence:
    """What stands at a place of a damaged line."""

    length: int
    """Characters of the line it takes up."""
    char: str
    """The character it was."""
    complete: bool
    """False where bytes were lost."""


def sequence_at(line: str, start: int, page: CodePage) -> Sequence | None:
    """The damaged character that begins here; None for a lead with nothing to go by."""
    lead = page.byte_of.get(line[start])
    if lead is None or lead not in _LEADS:
        return None
    length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    codes = [page.byte_of.get(char, 0) for char in line[start : start + length]]
    try:
        return Sequence(length, bytes(codes).decode("utf-8"), complete=True)
    except UnicodeDecodeError:
        pass
    for length in (3, 2):
        char = page.lossy.get(line[start : start + length])
        if char and len(line) >= start + length:
            return Sequence(length, char, complete=False)
    return None
