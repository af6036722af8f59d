"""Rules about what is written: blanks left to fill in, tasks written twice, ranges the wrong way round."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from copilot.audit.remark import MOST_LINES, Remark, at
from copilot.audit.sheet import Sheet
from copilot.domain.fact import TaskFact
from retrieval.language.analyser import fold
from retrieval.language.quantities import parse_number

MOST_SECTIONS = 8
"""Sections with blanks above which the document is a template, and said to be one once."""
MOST_MESSAGES = 3
"""Sections that hold a message: from here on the whole document is a collection of them."""
SAMPLE_KINDS = ("code", "html", "front_matter")
_BLANK = re.compile(
    r"(?<![\w!\]])\[(?![ xX]?\])(?!\^)[^\[\]\n]{1,60}\](?![(\[:])|\{\{[^{}\n]{1,60}\}\}|\$\([a-z]{2,12}\)"
    r"|(?<!_)_{4,}(?!_)|\bTBD\b|\bX{2,}%|\$X+\b|\bXXX+\b|[Ll]orem ipsum"
)
_CODE = re.compile(r"`[^`]*`")
_NO_BLANK = re.compile(r"\[(?:\d+|[A-Z]{1,2}\d*|[ivx]+|\.\.\.|…|N/?A|[-+*/=<>|]+)\]")
_RANGE = re.compile(
    r"(?<![\w.,/:-])(?P<sign>[$€£]?)(?P<low>\d++(?:[.,]\d++)*+)(?P<lowscale>[KMB%]?)\s?[-–]\s?"
    r"(?P<other>[$€£]?)(?P<high>\d++(?:[.,]\d++)*+)(?P<scale>[KMB%]?)(?![\w:-])"
)
_SCALE = {"": 1, "%": 1, "K": 10**3, "M": 10**6, "B": 10**9}
_SHORTEST_TASK = 12
_MESSAGE = re.compile(
    r"(?:\b(?:asunto|subject|assunto|objet)\b\W{0,4}:)|\b(?:hola|hi|hello|dear|estimad[oa]s?|querid[oa]|ola|bonjour)\W{0,4}\[",
    re.I,
)
_EXAMPLE = re.compile(r"\b(?:ej\.|e\.g\.|ejemplo|example|por ejemplo|prompt|plantilla|template|formato)", re.I)
_LETTERS = re.compile(r"[^\W\d_]{1,}")
_LISTED = re.compile(r"\s*(?:[-*+•|]|\d+[.)]|\[|$)")


def placeholder_left(sheet: Sheet) -> Iterator[Remark]:
    """A blank that nobody filled in; once for each section, once in all for a template."""
    found = _blanks(sheet)
    if len(found) > MOST_SECTIONS:
        lines = [line for blanks in found.values() for line, _ in blanks]
        told = [text for blanks in found.values() for _, text in blanks]
        yield _blank(sheet, lines[:MOST_LINES], told, f"{len(told)} blanks in {len(found)} sections: the document is a template")
        return
    for blanks in found.values():
        told = [text for _, text in blanks]
        yield _blank(sheet, [line for line, _ in blanks][:MOST_LINES], told, "left to be filled in")


def duplicate_task(sheet: Sheet) -> Iterator[Remark]:
    """A task written twice under one heading."""
    seen: dict[tuple[object, ...], list[TaskFact]] = defaultdict(list)
    for fact in sheet.facts:
        if isinstance(fact, TaskFact) and len(fact.text) >= _SHORTEST_TASK and fact.done is not None:
            seen[fact.heading_path, fact.label, fact.parent, fold(fact.text)].append(fact)
    for tasks in seen.values():
        lines = sorted({fact.lines[0] for fact in tasks})
        if len(lines) > 1 and all(_LISTED.match(sheet.doc.lines[n - 1]) for n in range(lines[0], lines[-1] + 1)):
            yield Remark(
                places=at(sheet, *lines[:MOST_LINES]),
                severity="low",
                confidence="certain",
                claim=tasks[0].text,
                problem=f"the same task {len(lines)} times under one heading",
                expected="once",
            )


def consistency_of_range(sheet: Sheet) -> Iterator[Remark]:
    """A range goes from its lower to its higher end."""
    for block in sheet.doc.blocks:
        if block.kind in SAMPLE_KINDS:
            continue
        for offset, text in enumerate(block.plain.split("\n")):
            for match in _RANGE.finditer(text[:600]):
                told = _reversed(match, comma=sheet.comma)
                if told:
                    yield Remark(
                        places=at(sheet, block.lines[0] + offset),
                        severity="low",
                        confidence="certain",
                        claim=match[0].strip(),
                        problem="the first end of the range is above the second",
                        expected=told,
                    )


def _blanks(sheet: Sheet) -> dict[tuple[str, ...], list[tuple[int, str]]]:
    """Blanks by section. What is a message to be sent, or an example, keeps its blanks on purpose."""
    messages = {block.heading_path for block in sheet.doc.blocks if _MESSAGE.search(block.text)}
    found: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    if len(messages) >= MOST_MESSAGES:
        return found
    for block in sheet.doc.blocks:
        passing = block.kind in SAMPLE_KINDS or (block.kind == "row" and block.cells == block.header)
        if passing or block.heading_path in messages or any(_EXAMPLE.search(text) for text in (block.text, *block.heading_path)):
            continue
        for line in range(block.lines[0], block.lines[1] + 1):
            text = _CODE.sub(lambda code: " " * len(code[0]), sheet.doc.lines[line - 1])
            match = next((one for one in _BLANK.finditer(text) if _is_blank(one[0])), None)
            if match is not None and not text.lstrip("*_> ").startswith(('"', "“")):
                found[block.heading_path].append((line, match[0]))
    return found


def _is_blank(text: str) -> bool:
    """`[Nombre]` and `$X` are; a footnote `[3]`, a state `[🟡]` and a button `[Ver más →]` are not."""
    if text.startswith("["):
        return bool(_LETTERS.search(text)) and not _NO_BLANK.fullmatch(text) and "→" not in text
    return True


def _blank(sheet: Sheet, lines: list[int], told: list[str], problem: str) -> Remark:
    return Remark(
        places=at(sheet, *sorted(set(lines))),
        severity="low",
        confidence="certain",
        claim=", ".join(dict.fromkeys(told[:4])),
        problem=problem,
    )


def _reversed(match: re.Match[str], *, comma: bool) -> str | None:
    """The range the right way round; None for what is one, or no range."""
    low_scale, scale = match["lowscale"], match["scale"]
    marked = bool(match["sign"]) and bool(match["other"] or scale) or (low_scale and low_scale == scale)
    if not marked or "%" in (low_scale, scale) and low_scale != scale:
        return None
    first, _ = parse_number(match["low"], decimal_comma=comma)
    second, _ = parse_number(match["high"], decimal_comma=comma)
    # `$100-1K` scales its second end only, `$2-1M` perhaps both: wrong is what is wrong either way.
    if (
        first * _SCALE[low_scale] <= second * _SCALE[scale]
        or first * _SCALE[low_scale or scale] <= second * _SCALE[scale or low_scale]
    ):
        return None
    return f"{match['sign']}{match['high']}{scale} - {match['other'] or match['sign']}{match['low']}{low_scale}"
