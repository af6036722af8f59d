r"""Ticks of checkboxes written into a file's own bytes; not one other byte changes.

Works on the bytes as they are: UTF-8, one-byte encodings, text that was damaged by a wrong reading, UTF-16. Whether a place in
the bytes is the box a reader sees is not guessed: the written file is repaired again and must read as before but for that tick.
Knows nothing of tasks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.ingest.repair import repair

EMPTY, TICKED = "☐", "☑"
_BOX = re.compile(r"\[([ xX]?)\](?!\()|([☐□⬜🔲])|([☑☒])")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True)
class Ticked:
    """A file with its ticks set."""

    content: bytes
    written: frozenset[int]
    """Lines whose box was changed, from 1."""
    uncertain: frozenset[int]
    """Lines that were left alone: no box there, or its bytes cannot be told for certain."""


Accept = Callable[[str, Mapping[int, bool]], bool]
"""The text with ticks set at these lines: whether that is what was meant."""


def set_ticks(content: bytes, wanted: Mapping[int, bool], accept: Accept) -> Ticked:
    """The file with boxes ticked (True) or emptied (False).

    Args:
        content: the file's bytes.
        wanted: by line, from 1, of the repaired text; the first box on the line is meant.
        accept: a further look at the result; what it turns down is left alone.
    """
    repaired = repair(content)
    lines = _Lines(content, is_wide=any(found.damage == "utf-16" for found in repaired.repairs))
    text = repaired.text.split("\n")
    if len(text) != len(lines):
        return Ticked(content, frozenset(), frozenset(wanted))
    written = _accepted(lines, text, sorted(wanted.items()), accept)
    return Ticked(lines.with_ticks(written), frozenset(written), frozenset(wanted) - frozenset(written))


def _accepted(lines: _Lines, text: Sequence[str], wanted: Sequence[tuple[int, bool]], accept: Accept) -> dict[int, bool]:
    """As many of them as can be written for certain: all at once, else in halves."""
    chosen = dict(wanted)
    if not chosen or _is_certain(lines, text, chosen, accept):
        return chosen
    if len(chosen) == 1:
        return {}
    half = len(wanted) // 2
    both = _accepted(lines, text, wanted[:half], accept) | _accepted(lines, text, wanted[half:], accept)
    return both if _is_certain(lines, text, both, accept) else {}


def _is_certain(lines: _Lines, text: Sequence[str], wanted: Mapping[int, bool], accept: Accept) -> bool:
    expected = list(text)
    for line, ticked in wanted.items():
        made = _with_box(expected[line - 1], ticked) if 0 < line <= len(expected) else None
        if made is None or line > len(lines):
            return False
        expected[line - 1] = made
    told = "\n".join(expected)
    return repair(lines.with_ticks(wanted)).text == told and accept(told, wanted)


def _with_box(line: str, ticked: bool) -> str | None:
    """The line with its first box set; None where there is none, or it is so already."""
    box = _BOX.search(line)
    if box is None:
        return None
    if box[1] is not None:
        was = box[1] in ("x", "X")
        return None if was is ticked else f"{line[: box.start()]}[{'x' if ticked else ' '}]{line[box.end() :]}"
    was = box[3] is not None
    return None if was is ticked else f"{line[: box.start()]}{TICKED if ticked else EMPTY}{line[box.end() :]}"


class _Lines:
    r"""A file's bytes in lines that end with \n, as its repaired text has them."""

    def __init__(self, content: bytes, *, is_wide: bool) -> None:
        self._codec = _wide_codec(content) if is_wide else None
        newline = b"\n" if self._codec is None else "\n".encode(self._codec)
        self._lines = content.split(newline) if self._codec is None else _split_wide(content, newline)
        self._newline = newline

    def __len__(self) -> int:
        return len(self._lines)

    def with_ticks(self, wanted: Mapping[int, bool]) -> bytes:
        """The bytes with these boxes set; a line whose box is not found stays."""
        lines = list(self._lines)
        for line, ticked in wanted.items():
            lines[line - 1] = self._set(lines[line - 1], ticked)
        return self._newline.join(lines)

    def _set(self, line: bytes, ticked: bool) -> bytes:
        # Bytes that are no text of the codec survive as lone surrogates; what is around the box must come out as it went in.
        codec = self._codec or "utf-8"
        errors = "surrogatepass" if self._codec else "surrogateescape"
        try:
            text = line.decode(codec, errors)
            made = _with_box(text, ticked)
            if made is None or text.encode(codec, errors) != line:
                return line
            return made.encode(codec, errors)
        except UnicodeError:
            return line


def _wide_codec(content: bytes) -> str:
    """Of a file that is UTF-16 from end to end: by its mark, else by where the NULs are."""
    return _UTF16.get(content[:2]) or ("utf-16-le" if content[1::2].count(0) > content[0::2].count(0) else "utf-16-be")


def _split_wide(content: bytes, newline: bytes) -> list[bytes]:
    ends = [at for at in range(0, len(content) - 1, 2) if content[at : at + 2] == newline]
    starts = [0, *(end + 2 for end in ends)]
    return [content[start:end] for start, end in zip(starts, [*ends, len(content)], strict=True)]
