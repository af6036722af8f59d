"""Statements of the plan without a figure of their own: actions, deliverables, milestones, objectives, roles.

The title right above a list says what its items are: its label, else its heading. Items with a box are tasks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from copilot.domain.fact import Dropped, Extraction, TextFact
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.tasks import task_period
from retrieval.extract.wording import LONGEST, bare, is_placeholder, labelled, one_line, placeholder, raw_of
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods
from retrieval.language.wordlists import listed

Kind = Literal["action", "deliverable", "milestone", "objective", "role"]
_KINDS: tuple[Kind, ...] = ("deliverable", "milestone", "objective", "action")
_LONGEST_OBJECTIVE_LINE = 300
_FIGURE_FIRST = re.compile(r"[<>≥≤~+-]{0,2}\s?(?:US)?[$€£]?\s?\d[\d.,]*")


def extract_notes(doc: ParsedDocument) -> Extraction:
    """Every such statement of the document, in order."""
    facts: list[TextFact] = []
    dropped: list[Dropped] = []
    for index, block in enumerate(doc.blocks):
        kind = _kind(doc, index)
        text = one_line(block.plain)
        if kind is None or not text or len(text) > LONGEST or _gives_figure(text):
            continue
        if is_placeholder(text):
            dropped.append(placeholder(doc, block))
        else:
            facts.append(_role(doc, index) if kind == "role" else _note(doc, block, kind, text))
    return Extraction(facts=tuple(facts), dropped=tuple(dropped))


def _gives_figure(text: str) -> bool:
    """`NPS: 50+` is a metric, and read as one."""
    pair = labelled(text)
    return pair is not None and _FIGURE_FIRST.match(pair[1]) is not None


def _kind(doc: ParsedDocument, index: int) -> Kind | None:
    block = doc.blocks[index]
    if block.checked is not None or block.kind not in ("item", "paragraph"):
        return None
    if block.kind == "paragraph":
        return _paragraph_kind(block)
    if block.parent is not None:
        # Nested items detail what they stand under, unless that is the title of a list.
        above = doc.blocks[block.parent].plain
        return next((kind for kind in _KINDS if _names(above, kind)), None) if above.endswith(":") else None
    if _is_role(doc, index):
        return "role"
    pair = labelled(one_line(block.plain))
    if pair is not None and pair[1] and _names(pair[0], "objective"):
        return "objective"
    return _listed_kind(block)


def _listed_kind(block: Block) -> Kind | None:
    """What the nearest title makes of a list's items; bullets under a title of steps count only when numbered or labelled so."""
    if block.label:
        kind = next((kind for kind in _KINDS if _names(block.label or "", kind)), None)
        if kind is not None:
            return kind
    numbered = bool(block.marker and block.marker[:1].isdigit())
    for heading in reversed(block.heading_path[1:] or block.heading_path):
        kind = next((kind for kind in _KINDS if _names(heading, kind)), None)
        if kind is not None:
            # The label of another list stands between a heading and these items, unless it dates them.
            is_own = not block.label or bool(find_periods(block.label))
            return kind if is_own and (kind != "action" or numbered) else None
        if not find_periods(heading):
            return None
    return None


def _paragraph_kind(block: Block) -> Kind | None:
    """`Objetivo: ...` as a line, or the one sentence under a heading `Objetivo`."""
    pair = labelled(one_line(block.plain))
    if pair is not None and pair[1] and _names(pair[0], "objective"):
        return "objective"
    under = bool(block.heading_path) and _names(block.heading_path[-1], "objective")
    return (
        "objective"
        if under and pair is None and len(block.plain) <= _LONGEST_OBJECTIVE_LINE and not block.text.startswith("**")
        else None
    )


def _names(title: str, kind: str) -> bool:
    """The title is one of the kind's, with or without a period, a number or what it is of: `Entregables del Mes 2`."""
    return len(title) <= LONGEST and _is_title_of(title, kind)


@lru_cache(maxsize=4096)
def _is_title_of(title: str, kind: str) -> bool:
    # Headings and labels are asked about for every item under them.
    words = " ".join(re.findall(r"[a-z]+", folded(bare(re.sub(r"\([^()]*\)", " ", title)))))
    pattern = listed("notes", kind)
    match = pattern.match(words)
    return match is not None and words.count(" ") <= words[: match.end()].count(" ") + 4


def _note(doc: ParsedDocument, block: Block, kind: Kind, text: str) -> TextFact:
    when = _period(doc, block)
    pair = labelled(text)
    return TextFact(
        kind=kind,
        document=doc.document,
        lines=block.lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, block.lines[0], block.text),
        quote=doc.quote(block.lines),
        text=text,
        name=pair[0] if pair and pair[1] else None,
        period=when.raw if when else None,
        when=when,
        label=block.label,
    )


def _period(doc: ParsedDocument, block: Block) -> Period | None:
    parents: list[Block] = []
    above = block.parent
    while above is not None:
        parents.append(doc.blocks[above])
        above = doc.blocks[above].parent
    return task_period(block, parents)


def _is_role(doc: ParsedDocument, index: int) -> bool:
    """A bold item with its duties or pay below it, under a title about roles or anywhere."""
    block = doc.blocks[index]
    if not block.text.startswith("**"):
        return False
    details = _details(doc, index)
    return "responsibilities" in details and (
        "salary" in details or any(listed("notes", "role").search(folded(heading)) for heading in block.heading_path)
    )


def _details(doc: ParsedDocument, index: int) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for block in doc.blocks[index + 1 : index + 12]:
        if block.kind != "item" or block.parent != index:
            break
        pair = labelled(one_line(block.plain))
        for field in ("responsibilities", "salary"):
            if pair and pair[1] and listed("notes", field).fullmatch(folded(pair[0])):
                found.setdefault(field, (pair[1], block.lines[1]))
    return found


def _role(doc: ParsedDocument, index: int) -> TextFact:
    block = doc.blocks[index]
    details = _details(doc, index)
    lines = (block.lines[0], max(line for _, line in details.values()))
    text = one_line(block.plain)
    when = _period(doc, block)
    salary, duties = details.get("salary"), details.get("responsibilities")
    return TextFact(
        kind="role",
        document=doc.document,
        lines=lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, block.lines[0], block.text),
        quote=doc.quote(lines),
        text=text,
        name=re.sub(r"\s*\([^()]*\)\s*$", "", text).rstrip(": "),
        period=when.raw if when else None,
        when=when,
        salary=salary[0] if salary else None,
        responsibilities=duties[0] if duties else None,
        label=block.label,
    )
