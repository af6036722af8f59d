"""UTF-8 read in a single-byte code page, undone line by line. Decides which lines are damaged; knows no files.

A document may be damaged in parts, and `Ã` is a letter of Portuguese. So a line is believed by its own evidence: complete
sequences speak for damage, accented letters outside of any sequence against it, and a line with neither follows its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Rows
from dataclasses import dataclass

from retrieval.ingest.accents import GAP, fill_gaps, words_of
from retrieval.ingest.codepages import CodePage, Sequence, mac_roman, page_for, sequence_at

_REACH = 60
"""Lines up and down that may speak for one without evidence."""
_CLEAN = frozenset("áàéèêëíìîóòôõúùûüñçÁÀÉÈÊÍÓÔÕÚÜÑÇ¿")
_CLOSING = frozenset("”’–—…»›•\u00a0")
"""May follow an upper-case word that ends in the Portuguese Ã."""
_MATHEMATICS = frozenset("π∑∏∫∂≈∞±≤≥Ω≠°")
_EMOJI_DEBRIS = re.compile("[ðğ]Ÿ[\u0080-\u00ff‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{0,2}")
_STARS = re.compile(r"â+(?![^\W\d_])")
"""Nothing else loses two bytes of three as often as the star, alone or in a row."""
_BOX_CORNER = re.compile("╚(═*)═(?!═)")
_JOINER = "\u200d"


@dataclass(frozen=True)
class _Evidence:
    strong: int
    """Complete sequences that read as a plausible character."""
    doubtful: int
    """Debris that could also be a letter in its own right."""
    clean: int
    """Accented letters that no sequence explains."""


def undo(lines: Rows[str]) -> tuple[str, list[str]]:
    """The code page UTF-8 was read in, and the lines with that reading undone; ("", the same lines) where there is none."""
    text = "\n".join(lines)
    pages = (page_for(text), mac_roman())
    found = [[_Evidence(0, 0, 0) if line.isascii() else _evidence(line, page) for line in lines] for page in pages]
    # One reading a pass: the debris of one code page holds chance sequences of another.
    strength = [sum(line.strong for line in evidence) for evidence in found]
    best = strength.index(max(strength))
    page, evidence = pages[best], found[best]
    if strength[best] == 0 or (strength[best] == 1 and not _touches_letter(lines, evidence, page)):
        return "", list(lines)
    follows = _neighbours_damaged(evidence, majority=strength[best] > sum(line.clean for line in evidence))
    mended = []
    for index, line in enumerate(lines):
        seen = evidence[index]
        if seen.strong or seen.doubtful:
            trusted = seen.strong > seen.clean or (not seen.strong and not seen.clean and follows[index])
            line = _rewritten(line, page, trusted=trusted)
        mended.append(line)
    if not any(GAP in line for line in mended):
        return page.name, mended
    # Where soft hyphens came through, í is complete and only capitals are gone.
    lower_possible = "Ã\u00ad" not in text
    own = words_of("\n".join(mended))
    return page.name, [fill_gaps(line, own, lower_possible=lower_possible) for line in mended]


def _touches_letter(lines: Rows[str], evidence: Rows[_Evidence], page: CodePage) -> bool:
    """A lone hit must be a letter of a word, or more than two characters that make one."""
    line = next(line for line, found in zip(lines, evidence, strict=True) if found.strong)
    for match in page.lead.finditer(line):
        found = sequence_at(line, match.start(), page)
        if found and found.complete and _plausible(found.char):
            around = line[max(0, match.start() - 1) : match.start()] + line[match.start() + found.length :][:1]
            return found.length > 2 or (found.char.isalpha() and any(char.isalpha() for char in around))
    return False


def _neighbours_damaged(evidence: Rows[_Evidence], majority: bool) -> list[bool]:
    """A line: whether the nearest line with evidence, in reach, is a damaged one; the document's majority where none is."""
    above = _nearest(evidence)
    below = list(reversed(_nearest(list(reversed(evidence)))))
    votes = []
    for (distance_up, up), (distance_down, down) in zip(above, below, strict=True):
        nearest = min(distance_up, distance_down)
        near = [vote for distance, vote in ((distance_up, up), (distance_down, down)) if distance == nearest]
        votes.append(majority if nearest > _REACH else any(near))
    return votes


def _nearest(evidence: Rows[_Evidence]) -> list[tuple[int, bool]]:
    """A line: how far above it the last line with evidence stands, and whether that one is damaged."""
    nearest = []
    distance, damaged = _REACH + 1, False
    for line in evidence:
        nearest.append((distance, damaged))
        distance += 1
        if line.strong or line.clean:
            distance, damaged = 1, line.strong > line.clean
    return nearest


def _evidence(line: str, page: CodePage) -> _Evidence:
    strong = doubtful = clean = position = 0
    for match in page.lead.finditer(line):
        start = match.start()
        if start < position:
            continue
        clean += _clean_letters(line[position:start])
        position = start
        found = sequence_at(line, start, page)
        if found and found.complete and _is_telling(line, start, found):
            strong += 1
            position = start + found.length
        elif _is_doubtful(line, start, found):
            doubtful += 1
            position = start + 1
    return _Evidence(strong, doubtful, clean + _clean_letters(line[position:]))


def _is_telling(line: str, start: int, found: Sequence) -> bool:
    """True for a sequence that nobody writes by chance; `√π` is mathematics unless it stands in a word."""
    if not _plausible(found.char) or _is_closing(line, start, found):
        return False
    if line[start] != "√" or line[start + 1] not in _MATHEMATICS:
        return True
    around = line[max(0, start - 1) : start] + line[start + found.length : start + found.length + 1]
    return found.char.isalpha() and any(char.isalpha() for char in around)


def _clean_letters(text: str) -> int:
    return 0 if text.isascii() else sum(char in _CLEAN for char in text)


def _is_doubtful(line: str, start: int, found: Sequence | None) -> bool:
    return line[start] in "ÃÂâðğï√" or (found is not None and not found.complete)


def _is_inside_word(line: str, start: int) -> bool:
    """True for a lone Ã beside a lower-case letter, which no language writes."""
    return line[start] == "Ã" and (line[max(0, start - 1) : start].islower() or line[start + 1 : start + 2].islower())


def _is_closing(line: str, start: int, found: Sequence) -> bool:
    """True for MANHÃ” and the like: an upper-case word in Ã, then closing punctuation."""
    after = line[start + found.length : start + found.length + 1]
    return (
        line[start] == "Ã" and line[start + 1] in _CLOSING and line[max(0, start - 1) : start].isupper() and not after.isalpha()
    )


def _plausible(char: str) -> bool:
    code = ord(char)
    return (
        0x80 <= code < 0x100
        or char in "ŒœŠšŽžŸƒˆ˜\ufeff\ufffd"
        or 0x370 <= code < 0x400
        or 0x2000 <= code < 0x2C00
        or 0xFE00 <= code < 0xFE10
        or 0x1F000 <= code < 0x1FB00
    )


def _rewritten(line: str, page: CodePage, *, trusted: bool) -> str:
    pieces: list[str] = []
    position = 0
    for match in page.lead.finditer(line):
        start = match.start()
        if start < position:
            continue
        found = sequence_at(line, start, page)
        safe = found is not None and found.complete and _is_telling(line, start, found)
        if not safe and not trusted and not _is_inside_word(line, start):
            continue
        read = _read(line, start, found)
        if read is None:
            continue
        pieces += (line[position:start], read[0])
        position = read[1]
    pieces.append(line[position:])
    return _BOX_CORNER.sub("╚\\1╝", "".join(pieces)) if trusted else "".join(pieces)


def _read(line: str, start: int, found: Sequence | None) -> tuple[str, int] | None:
    """What the debris at `start` was, and where it ends."""
    if found is not None:
        end = start + found.length
        if found.char == "”" and not found.complete and line[end : end + 1] in ("ð", "ğ"):
            return _JOINER, end
        return found.char, end
    if line[start] == "Ã":
        return GAP, start + 1
    if line[start] == "Â":
        # A no-break space or soft hyphen whose second byte became a plain space or nothing.
        return "", start + 1
    if debris := _EMOJI_DEBRIS.match(line, start):
        return "", debris.end()
    if (stars := _STARS.match(line, start)) and not line[max(0, start - 1) : start].isalpha():
        return "⭐" * len(stars[0]), stars.end()
    return None
