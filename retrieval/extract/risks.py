"""Risks: what may go wrong and what the document sets against it.

A risk is written in one of four ways: a row of a register; a name (heading, bold line, item) with labelled lines below
(`Mitigación:`, `Contingencia:`); labelled lines only (`Riesgo: ...` and what follows); or, in a list of risks, one line with its
mitigation behind a colon or an arrow. Headings that speak about risk handling (scores, reports, frameworks) list no risks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from copilot.domain.fact import Dropped, Extraction, RiskFact
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.risk_words import (
    FIELDS,
    OTHER,
    field_of,
    handles_risks,
    is_bare_title,
    is_grade,
    is_mitigation_phrase,
    is_nameless,
    is_risk_list,
    labels_risk,
    manages_risks,
    names_risk,
    risk_columns,
    risk_name,
    split_details,
    strip_through,
)
from retrieval.extract.wording import is_placeholder, labelled, one_line, placeholder, raw_of

_LONGEST_NAME = 200
_LONGEST_DETAIL = 600
_NEIGHBOURS = 20
_ARROW = re.compile(r"\s*(?:→|⇒|->|=>|\s[—–-]\s)\s*")
_FIGURE = re.compile(r"[\d.,$€%/<>≥≤+~():\s-]+[a-z%]{0,10}", re.IGNORECASE)
_FIGURE_FIRST = re.compile(r"[<>≥≤+~-]?\s*[$€]?\d[\d.,]*\s*[%KMB+]")


@dataclass
class _Found:
    """A risk in the making: its name, its fields, the blocks it was read from."""

    name: str
    details: dict[str, str] = field(default_factory=dict)
    used: list[int] = field(default_factory=list)

    def add(self, part: str, value: str) -> None:
        """Add to a field; several statements are joined. `Mitigación: 65%` reports progress and is no measure."""
        value = strip_through(one_line(value))
        measured = part in ("mitigation", "contingency", "monitoring") and (
            _FIGURE.fullmatch(value) or _FIGURE_FIRST.match(value)
        )
        if part in FIELDS and value and not measured and not is_placeholder(value):
            known = self.details.get(part)
            self.details[part] = (f"{known}; {value}" if known else value)[:_LONGEST_DETAIL]


def extract_risks(doc: ParsedDocument) -> Extraction:
    """Every risk of the document, in order."""
    facts: list[RiskFact] = []
    dropped: list[Dropped] = []
    taken: set[int] = set()
    for index, block in enumerate(doc.blocks):
        found = None if index in taken else _read(doc, index)
        if found is None:
            continue
        taken.update(found.used)
        if is_placeholder(found.name):
            dropped.append(placeholder(doc, block))
        elif found.name and len(found.name) <= _LONGEST_NAME:
            facts.append(_fact(doc, block, found))
    return Extraction(facts=tuple(facts), dropped=tuple(dropped))


def _read(doc: ParsedDocument, index: int) -> _Found | None:
    block = doc.blocks[index]
    if block.kind == "row":
        return _row(block, index)
    if block.kind not in ("heading", "paragraph", "item", "quote") or not block.plain or block.checked is not None:
        return None
    if not any(map(names_risk, (*block.heading_path, block.plain, block.label or ""))):
        return None
    return _labelled_risk(doc, index) or _named_risk(doc, index) or _listed_risk(doc, index)


def _fact(doc: ParsedDocument, block: Block, found: _Found) -> RiskFact:
    first = block.lines[0]
    lines = (first, max([block.lines[1], *(doc.blocks[index].lines[1] for index in found.used)]))
    details = {part: found.details.get(part) for part in FIELDS}
    return RiskFact(
        document=doc.document,
        lines=lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, first, block.text if block.kind != "row" else found.name),
        quote=doc.quote(lines),
        risk=found.name,
        **details,
    )


def _row(block: Block, index: int) -> _Found | None:
    """A row of a register; a column of grades under `Riesgo` rates something else and names no risk."""
    columns = risk_columns(block.header)
    if columns is None or block.cells == block.header:
        return None
    position = columns.get("risk")
    if position is None:
        if not is_risk_list(block.heading_path, block.label):
            return None
        position = next((at for at, head in enumerate(block.header) if at not in columns.values() and field_of(head) != OTHER), 0)
    name = one_line(block.cells[position])
    if is_nameless(name):
        return None
    found = _Found(risk_name(name), used=[index])
    for part, at in columns.items():
        if at != position and block.cells[at].strip("-–— "):
            found.add(part, block.cells[at])
    return found


def _labelled_risk(doc: ParsedDocument, index: int) -> _Found | None:
    """`Riesgo 2: Fuga de talento`, with its details on the same line, below it, or beside it."""
    block = doc.blocks[index]
    pair = labelled(block.plain)
    if pair is None or not pair[1] or not labels_risk(pair[0]):
        return None
    name, inline = split_details(one_line(pair[1]))
    if is_nameless(name):
        return None
    found = _with_details(doc, index, risk_name(name))
    for part, value in inline.items():
        found.add(part, value)
    return found if found.details or is_risk_list(block.heading_path, block.label) else None


def _named_risk(doc: ParsedDocument, index: int) -> _Found | None:
    """A heading, bold line or item with labelled lines below that say what is done against it."""
    block = doc.blocks[index]
    pair = labelled(block.plain)
    is_title = block.kind in ("heading", "item") or block.text.startswith(("**", "__")) or block.plain.endswith(":")
    if not is_title or field_of(pair[0] if pair else block.plain) is not None:
        return None
    head, inline = split_details(one_line(block.plain))
    found = _with_details(doc, index, risk_name(pair[0] if pair and pair[1] and not inline else head))
    for part, value in inline.items():
        found.add(part, value)
    if is_nameless(found.name) or (block.kind == "item" and not _has_own_details(doc, index, found, inline)):
        return None
    is_met = "mitigation" in found.details or "contingency" in found.details
    return found if is_met or (block.kind == "item" and {"probability", "impact"} <= found.details.keys()) else None


def _has_own_details(doc: ParsedDocument, index: int, found: _Found, inline: dict[str, str]) -> bool:
    """Details of an item stand on its line or inside it; beside it only where the list is one of risks."""
    if inline or any(_is_inside(doc, doc.blocks[used], index) for used in found.used):
        return True
    return is_risk_list(doc.blocks[index].heading_path, doc.blocks[index].label)


def _listed_risk(doc: ParsedDocument, index: int) -> _Found | None:
    """A plain item in a list of risks, with or without its mitigation on the line."""
    block = doc.blocks[index]
    if block.kind != "item" or not is_risk_list(block.heading_path, block.label) or not _is_outermost(doc, block):
        return None
    text = one_line(block.plain)
    name, rest = _split(text)
    if is_nameless(name) or field_of(name) is not None or (rest and _FIGURE.fullmatch(rest)) or name.endswith("?"):
        return None
    if not rest and manages_risks(block.label if block.label and names_risk(block.label) else block.heading_path[-1]):
        return None
    found = _Found(risk_name(name), used=[index])
    if rest and not is_grade(rest) and (is_mitigation_phrase(rest) or _handled(doc, index)):
        found.add("mitigation", rest)
    return found


def _split(text: str) -> tuple[str, str]:
    pair = labelled(text)
    if pair is not None:
        return pair
    parts = _ARROW.split(text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else (text, "")


def _handled(doc: ParsedDocument, index: int) -> bool:
    """Whether the words behind a name are what is done against it: the headings say so, or a neighbour of the list does."""
    block = doc.blocks[index]
    if handles_risks([*block.heading_path, block.label or ""]):
        return True
    return any(
        is_mitigation_phrase(_split(one_line(other.plain))[1])
        for other in doc.blocks[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS]
        if other.kind == "item" and other.heading_path == block.heading_path and other.label == block.label
    )


def _is_outermost(doc: ParsedDocument, block: Block) -> bool:
    """A list's own items; those nested in a category (`Técnicos:`) count, those below a risk describe it."""
    return block.parent is None or (_is_outermost(doc, doc.blocks[block.parent]) and doc.blocks[block.parent].plain.endswith(":"))


def _with_details(doc: ParsedDocument, index: int, name: str) -> _Found:
    """Read the labelled lines that belong to a name: below a heading or bold line, inside or beside an item."""
    found = _Found(name, used=[index])
    current: str | None = None
    label = doc.blocks[index]
    passed: list[int] = []
    for position in range(index + 1, len(doc.blocks)):
        block = doc.blocks[position]
        if block.kind == "rule" or _leaves(doc, index, position):
            break
        pair = labelled(block.plain)
        part = field_of(pair[0] if pair else block.plain) if block.kind != "code" else None
        if part is not None and (pair is not None or block.kind == "heading" or block.text.startswith("**")):
            current, label = part, block
            found.add(part, pair[1] if pair else "")
        elif current is not None and _continues(doc.blocks[index], label, block):
            found.add(current, block.text if block.kind == "code" else block.plain)
        elif position - index <= _NEIGHBOURS and _is_prose(doc, index, block, current):
            passed.append(position)
            continue
        else:
            break
        found.used += [*passed, position]
        passed.clear()
    return found


def _leaves(doc: ParsedDocument, index: int, position: int) -> bool:
    """Whether the block at `position` can no longer belong to the name at `index`."""
    name, block = doc.blocks[index], doc.blocks[position]
    if block.kind == "heading":
        details = name.kind == "heading" and block.level > name.level and not is_bare_title(name.plain)
        return not details or field_of(block.plain) is None
    return name.kind == "item" and block.kind != "item" and not _is_inside(doc, block, index)


def _continues(name: Block, label: Block, block: Block) -> bool:
    """A bullet, a line of prose or a code block under the label `Mitigación:`; beside a bullet stands another field."""
    if block.kind == "item":
        return block.level > label.level if label.kind == "item" else name.kind != "item" or block.level > name.level
    return block.kind in ("code", "quote") or (block.kind == "paragraph" and not block.text.startswith("**"))


def _is_prose(doc: ParsedDocument, index: int, block: Block, current: str | None) -> bool:
    """What describes the risk before its first known label: a paragraph, a bullet inside the item, another field."""
    if current is not None or block.kind == "row":
        return False
    name = doc.blocks[index]
    if block.kind == "item":
        if name.kind == "item":
            return _is_inside(doc, block, index) and labelled(block.plain) is None
        return _is_other_field(name, block)
    return block.kind in ("paragraph", "quote") and not block.text.startswith("**") and not block.plain.endswith(":")


def _is_other_field(name: Block, block: Block) -> bool:
    """`Causa raíz: ...` below the name of one risk: a field this reader has no place for."""
    pair = labelled(block.plain)
    names_one = (name.kind == "paragraph" and name.text.startswith("**")) or labels_risk((labelled(name.plain) or ("",))[0])
    return names_one and pair is not None and bool(pair[1]) and block.level == 0 and not labels_risk(pair[0])


def _is_inside(doc: ParsedDocument, block: Block, index: int) -> bool:
    parent = block.parent
    while parent is not None:
        if parent == index:
            return True
        parent = doc.blocks[parent].parent
    return False
