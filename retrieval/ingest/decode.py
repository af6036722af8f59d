"""Bytes to text: byte order marks, UTF-16 whole or spliced in, NULs, legacy single-byte encodings. Knows nothing of mojibake."""

from __future__ import annotations

import re

from copilot.domain.source import Repair

_BOM = b"\xef\xbb\xbf"
_UTF8_OR_BYTE = re.compile(
    rb"(?P<utf8>[\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|.",
    re.DOTALL,
)
_LEGACY = ("cp1252", "mac_roman", "cp850")
_LETTERS = frozenset("áéíóúüñÁÉÍÓÚÜÑàâãäåçèêëìîïòôõöùûýÿœÀÂÃÇÈÊËÎÏÔÕÖÙÛŒ")
_SIGNS = frozenset("¿¡°ºª–—“”‘’•…€«»·×±©®™£½¼²³\u00a0§")
_UTF16_SHARE = 0.3
"""Share of NULs that makes bytes UTF-16; Latin text has one in two."""


def decode(content: bytes) -> tuple[str, list[Repair]]:
    """The text of the bytes and what had to be mended; valid UTF-8 without NULs and mark comes out as it is."""
    repairs: list[Repair] = []
    whole = _whole_utf16(content)
    if whole is not None:
        return whole.lstrip("\ufeff").replace("\0", ""), [Repair(damage="utf-16", lines=whole.count("\n") + 1)]
    if content.startswith(_BOM):
        while content.startswith(_BOM):
            content = content[len(_BOM) :]
        repairs.append(Repair(damage="byte order mark", lines=1))
    if b"\0" in content:
        content, spliced = _without_nul(content)
        repairs.append(Repair(damage="nul", lines=spliced))
    try:
        return content.decode("utf-8"), repairs
    except UnicodeDecodeError:
        text, repair = _legacy(content)
        return text, [*repairs, repair]


def _whole_utf16(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    even, odd = content[0::2].count(0), content[1::2].count(0)
    half = len(content) / 2
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if half >= 2 and zeros > 2 * _UTF16_SHARE * half and others <= 0.02 * half:
            text = content.decode(codec, "replace")
            return text if _reads(text) else None
    return None


def _without_nul(content: bytes) -> tuple[bytes, int]:
    r"""Lines with NULs as UTF-8: read as UTF-16 where they are, else without the NULs; \n stays where it is."""
    lines = content.split(b"\n")
    changed = 0
    for index, line in enumerate(lines):
        if b"\0" in line:
            changed += 1
            text = _spliced_utf16(line)
            lines[index] = line.replace(b"\0", b"") if text is None else text.encode("utf-8")
    return b"\n".join(lines), changed


def _spliced_utf16(line: bytes) -> str | None:
    if line.count(0) < _UTF16_SHARE * len(line):
        return None
    raws = [line]
    try:
        # The bytes of UTF-16 may have been taken for Latin-1 and written as UTF-8.
        raws.insert(0, line.decode("utf-8").encode("latin-1"))
    except (UnicodeDecodeError, UnicodeEncodeError):
        pass
    readings: list[str] = []
    for raw in raws:
        # \n is two bytes in UTF-16: its NUL stands at the next line's start (little endian) or at this line's end.
        little = raw[1:] if raw.startswith(b"\0") else raw
        big = raw[:-1] if raw.endswith(b"\0") else raw
        for codec, part in (("utf-16-le", little), ("utf-16-be", big)):
            try:
                text = part.decode(codec)
            except UnicodeDecodeError:
                continue
            if text and "\n" not in text and "\0" not in text and _reads(text):
                readings.append(text.replace("\ufeff", ""))
    return max(readings, key=_usual, default=None)


def _usual(text: str) -> float:
    """Share of characters that Western text is made of; a curly quote in the wrong byte order makes two strange ones."""
    return sum(char in _LETTERS or char in _SIGNS or char in "→≥≤✅" or (char.isascii() and char >= " ") for char in text) / len(
        text
    )


def _reads(text: str) -> bool:
    """True when nearly every character is one of Western text."""
    strange = sum(0x0 < ord(c) < 0x9 or 0x250 <= ord(c) < 0x2000 or 0x2C00 <= ord(c) < 0xFE00 for c in text)
    return strange <= 0.05 * len(text)


def _legacy(content: bytes) -> tuple[str, Repair]:
    """Bytes that are not UTF-8, one by one in the encoding under which they read best; UTF-8 among them stays."""
    lines = content.split(b"\n")
    broken = [index for index, line in enumerate(lines) if not _is_utf8(line)]
    sample = b"\n".join(lines[index] for index in broken)[:200_000]
    encoding = max(_LEGACY, key=lambda name: _score(_decoded(sample, name), -_LEGACY.index(name)))
    wrong = set(broken)
    text = "\n".join(_decoded(line, encoding) if index in wrong else line.decode("utf-8") for index, line in enumerate(lines))
    return text, Repair(damage=encoding, lines=len(broken))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(line: bytes, encoding: str) -> str:
    def character(match: re.Match[bytes]) -> str:
        piece = match[0]
        if match.lastgroup:
            return piece.decode("utf-8")
        try:
            return piece.decode(encoding)
        except UnicodeDecodeError:
            return piece.decode("latin-1")

    return "".join(character(match) for match in _UTF8_OR_BYTE.finditer(line))


def _score(text: str, preference: int) -> tuple[int, int]:
    """Letters of Western languages count for an encoding, anything else inside a word against it."""
    points = 0
    for index, char in enumerate(text):
        if char.isascii():
            continue
        inside = text[index - 1 : index].isalpha() and text[index + 1 : index + 2].isalpha()
        if char in _LETTERS:
            points += 2 if char.islower() or not text[index - 1 : index].islower() else -2
        else:
            points += 1 if char in _SIGNS and not inside else -2
    return points, preference
