"""A draft answer cut into statements, each with the marks it cites: `[e3]` for evidence, `[c1]` for a calculation.

Owns how marks are read and which statement a mark belongs to. Knows nothing of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

LONGEST_DRAFT = 12_000
"""Characters of a draft that are read; an answer is a few hundred, and what is not read is not shown."""
MARK = re.compile(r"\s?\[\s*([ec]\d{1,4}(?:\s*[,;]\s*[ec]\d{1,4})*)\s*\]")
STRAY = re.compile(r"\s?\[\s*\d{1,3}(?:\s*[,;-]\s*\d{1,3})*\s*\](?!\()")
"""Numbered citations a model made up: numbers are given after the check."""
UNANSWERED = re.compile(r"\s*\[\s*unanswered\s*\]\s*", re.IGNORECASE)
BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
HEADING = re.compile(r"^\s*#{1,6}\s")
_SENTENCE_END = re.compile(r"(?<=[.!?])((?:\s?\[[ec\d\s,;]+\])*)\s+(?=[\"“«¿¡*_]{0,3}[A-ZÁÉÍÓÚÑÇÀÂÊÔÜ¿¡«“])")
_ABBREVIATED = re.compile(r"(?:\b(?:vs|aprox|approx|etc|ej|e\.g|i\.e|p\.ej|no|núm|Sr|Sra|Dr|Inc|St)|\b[A-Z])\.$", re.IGNORECASE)


@dataclass(frozen=True)
class Segment:
    """Text up to its marks."""

    text: str
    marks: tuple[str, ...]


@dataclass
class Statement:
    """A sentence, or a whole line of a list or a table."""

    raw: str
    """As drafted, with its marks."""
    line: int
    """Which line of the draft it is on, from 0."""
    is_bullet: bool = False
    is_intro: bool = False
    """Introduces the list below it."""
    intro: Statement | None = field(default=None, repr=False)
    """Bullet: the statement that introduces it."""
    lent: tuple[str, ...] = ()
    """Marks of its neighbours, for a statement that has none of its own."""

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Its parts, each with the marks that follow it; text behind the last mark belongs to the last marks."""
        parts, at = [], 0
        for run in re.finditer(rf"(?:{MARK.pattern})+", self.raw):
            marks = tuple(mark for match in MARK.finditer(run[0]) for mark in re.findall(r"[ec]\d+", match[1]))
            parts.append(Segment(self.raw[at : run.start()], marks))
            at = run.end()
        rest = self.raw[at:]
        if parts and not re.search(r"\w", rest):
            return tuple(parts)
        return (*parts, Segment(rest, parts[-1].marks if parts else self.lent))

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """All its own marks, in order."""
        return tuple(mark for match in MARK.finditer(self.raw) for mark in re.findall(r"[ec]\d+", match[1]))

    @property
    def text(self) -> str:
        """Without marks."""
        return MARK.sub("", self.raw).strip()


@dataclass(frozen=True)
class Draft:
    """A draft in parts."""

    unanswered: bool
    """The draft says that the documents do not answer."""
    statements: tuple[Statement, ...]


def parse_draft(text: str) -> Draft:
    """The statements of a draft; marks are lent within a line, and between a list and its introduction."""
    text = re.sub(r"[ \t]{9,}", " " * 8, text[:LONGEST_DRAFT])
    unanswered = UNANSWERED.search(text) is not None
    visible = STRAY.sub("", UNANSWERED.sub(" ", text)).strip()
    statements: list[Statement] = []
    intro: Statement | None = None
    for number, line in enumerate(visible.split("\n")):
        if not re.search(r"[\w|]", MARK.sub("", line)):
            continue
        bullet = BULLET.match(line) is not None or line.lstrip().startswith("|")
        parts = [line] if bullet or HEADING.match(line) else list(_sentences(line))
        here = [Statement(raw=part, line=number, is_bullet=bullet, intro=intro if bullet else None) for part in parts]
        _lend_within_line(here)
        statements += here
        if not bullet or here[-1].text.endswith(":"):
            intro = here[-1]
    _lend_across_lists(statements)
    return Draft(unanswered=unanswered, statements=tuple(statements))


def _sentences(line: str) -> Iterator[str]:
    at = 0
    for end in _SENTENCE_END.finditer(line):
        sentence = line[at : end.start() + len(end[1])]
        if _is_open(sentence) or _ABBREVIATED.search(MARK.sub("", sentence)):
            continue
        yield sentence.strip()
        at = end.end()
    if line[at:].strip():
        yield line[at:].strip()


def _is_open(text: str) -> bool:
    """Whether a quotation or a bracket has begun and not ended: a full stop inside it ends no sentence."""
    pairs = (("«", "»"), ("“", "”"), ("(", ")"))
    return text.count('"') % 2 == 1 or any(text.count(start) > text.count(end) for start, end in pairs)


def _lend_within_line(statements: list[Statement]) -> None:
    """A sentence without a mark is carried by the next mark of its line, else by the one before."""
    for index, statement in enumerate(statements):
        if not statement.marks:
            behind = next((other.marks for other in statements[index + 1 :] if other.marks), ())
            before = next((other.marks for other in reversed(statements[:index]) if other.marks), ())
            statement.lent = behind or before


def _lend_across_lists(statements: list[Statement]) -> None:
    for statement in statements:
        if statement.is_bullet and statement.intro is not None:
            statement.intro.is_intro = True
            if not statement.marks and not statement.lent:
                statement.lent = statement.intro.marks
    for statement in statements:
        if statement.is_intro and not statement.marks and not statement.lent:
            below = [mark for other in statements if other.intro is statement for mark in other.marks]
            statement.lent = tuple(dict.fromkeys(below))
