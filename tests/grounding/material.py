"""Grounded answers drawn from the sample plans, and ways to alter one figure of each."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from copilot.domain.answer import Evidence, ToolResult
from copilot.domain.source import Block, Citation, ParsedDocument
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.surroundings import surroundings
from retrieval.ingest.blocks import parse

EXAMPLES = Path(__file__).parents[2] / "examples" / "plans"
SWAPS = [
    (r"(?<=\d)\s?%", " días"),
    (r"\$(?=\d)", "€"),
    (r"(?<=\d)K\b", "M"),
    (r"(?<=\d)M\b", "K"),
    (r"(?<=\d )meses\b", "semanas"),
    (r"(?<=\d )días\b", "horas"),
    (r"(?<=\d )horas\b", "días"),
    (r"(?<=\d )days\b", "hours"),
    (r"(?<=\d)x\b", "%"),
]
SIGNS = [(r"(?<![\w.,-])-(?=\d)", "+"), (r"(?<![\w.,])\+(?=\d)", "-"), (r">\s?(?=\$?\d)", "< "), (r"<\s?(?=\$?\d)", "> ")]


@cache
def documents() -> tuple[ParsedDocument, ...]:
    paths = sorted(EXAMPLES.glob("*.md"))
    return tuple(parse(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in paths)


def turn_for(citation: Citation, question: str = "¿Qué dice el plan?") -> TurnEvidence:
    by_name = {parsed.document: parsed for parsed in documents()}
    turn = TurnEvidence(question, around=lambda one: surroundings(by_name[one.document], one))
    turn.admit(ToolResult(tool="test", evidence=(Evidence(id="e1", citation=citation),)))
    return turn


def grounded_answers() -> Iterator[tuple[Citation, str]]:
    """Citations with a sentence that says what they say, cited as e1."""
    for parsed in documents():
        for block in parsed.blocks:
            if block.kind not in ("item", "row", "paragraph") or block.lines[1] - block.lines[0] > 3:
                continue
            citation = Citation(
                document=parsed.document, lines=block.lines, heading_path=block.heading_path, quote=parsed.quote(block.lines)
            )
            for text in sentences_of(block):
                if re.search(r"\d", text):
                    yield citation, f"{text} [e1]"


def sentences_of(block: Block) -> Iterator[str]:
    if block.kind != "row":
        yield re.sub(r"^\d+\.\s+", "", block.plain.replace("\n", " "))
    elif block.cells != block.header:
        for head, cell in list(zip(block.header, block.cells, strict=False))[1:]:
            if cell:
                yield f"{block.cells[0]}, {head}: {cell}"


def altered(text: str, kind: str, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """The text with one digit, unit or sign changed; what it was and what it became."""
    body = text.removesuffix(" [e1]")
    if kind == "digit":
        places = [match.start() for match in re.finditer(r"\d", body)]
        at = rng.choice(places)
        digit = rng.choice([d for d in "123456789" if d != body[at]])
        changed = body[:at] + digit + body[at + 1 :]
        start, end = token(changed, at)
        yield f"{changed} [e1]", body[start:end], changed[start:end]
        return
    for pattern, other in SWAPS if kind == "unit" else SIGNS:
        matches = list(re.finditer(pattern, body))
        if matches:
            match = rng.choice(matches)
            yield f"{body[: match.start()]}{other}{body[match.end() :]} [e1]", match[0], other


def token(text: str, at: int) -> tuple[int, int]:
    start, end = at, at + 1
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in ".,"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in ".,"):
        end += 1
    return start, end
