"""Tasks: checkboxes with their sub-items, and weekday items without a box.

An empty box means not ticked, nothing more. A box nested in another item keeps that item as its parent; plain bullets under a
box are its sub-items, boxes under it are tasks of their own.
"""

from __future__ import annotations

import re

from copilot.domain.fact import Dropped, Extraction, SubItem, TaskFact
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.wording import LONGEST, is_placeholder, one_line, placeholder, raw_of
from retrieval.language.folding import folded
from retrieval.language.periods import NUMBERED, find_periods, heading_period, parse_period
from retrieval.language.vocabulary import vocabulary

_WEEKDAY = re.compile(r"([^\W\d_]+(?:-feira)?)\s*(?::|\s[-–—]\s)\s*(?=\S)")
_CLOCK = re.compile(r"[\d\s:.,hapm–-]*(?:\([^()]*\))?", re.IGNORECASE)
_PLAIN_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*(?:markdown|md|text|txt|plaintext)?\s*", re.IGNORECASE)
_FENCED_BOX = re.compile(r"\s*(?:[-*+]|\d{1,2}[.)])?\s*\[([ xX])\]\s+")
_BOX_CELL = re.compile(r"(?:\[( |x|X)\]|([☐□])|([☑☒]))\s*")


def extract_tasks(doc: ParsedDocument) -> Extraction:
    """Every task of the document, in order."""
    children = _children(doc)
    facts: list[TaskFact] = []
    dropped: list[Dropped] = []
    for index, block in enumerate(doc.blocks):
        if block.kind in ("row", "code"):
            facts += _row_task(doc, block) if block.kind == "row" else _fenced_tasks(doc, block)
            continue
        if block.kind != "item" or not (block.checked is not None or _is_weekday_item(block)):
            continue
        text, weekday = _split_weekday(one_line(block.plain).rstrip(": "))
        if not text:
            continue
        if is_placeholder(text):
            dropped.append(placeholder(doc, block))
        elif len(text) > LONGEST:
            dropped.append(Dropped(document=doc.document, line=block.lines[0], text=text[:200], reason="too_long"))
        else:
            facts.append(_task(doc, block, text, weekday, _subitems(doc, index, children)))
    return Extraction(facts=tuple(facts), dropped=tuple(dropped))


def _task(doc: ParsedDocument, block: Block, text: str, weekday: str | None, subitems: tuple[SubItem, ...]) -> TaskFact:
    parents = _parents(doc, block)
    when = task_period(block, parents)
    return TaskFact(
        document=doc.document,
        lines=block.lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, block.lines[0], block.text),
        quote=doc.quote(block.lines),
        text=text,
        done=block.checked,
        label=block.label,
        parent=one_line(parents[0].plain) if parents else None,
        subitems=subitems,
        weekday=weekday,
        period=when.raw if when else None,
        when=when,
    )


def task_period(block: Block, parents: list[Block]) -> Period | None:
    """The task's own date, else that of its label, of an item it stands under, of the nearest heading."""
    for hit in find_periods(block.plain):
        at_head = not block.plain[: hit.start].strip(" (") and block.plain[hit.end :].lstrip(" )")[:1] in (":", "-", "–")
        in_brackets = block.plain[: hit.start].endswith("(") and block.plain[hit.end :].startswith(")")
        if hit.form in NUMBERED and (at_head or in_brackets):
            return hit.period
    for above in (block.label, *(parent.plain for parent in parents)):
        found = parse_period(above) if above else None
        if found is not None and found.unit != "cadence":
            return found
    return heading_period(block.heading_path)


def _parents(doc: ParsedDocument, block: Block) -> list[Block]:
    """Items the block is nested in, innermost first."""
    found: list[Block] = []
    while block.parent is not None:
        block = doc.blocks[block.parent]
        if block.kind == "item":
            found.append(block)
    return found


def _children(doc: ParsedDocument) -> dict[int, list[int]]:
    nested: dict[int, list[int]] = {}
    for index, block in enumerate(doc.blocks):
        if block.parent is not None:
            nested.setdefault(block.parent, []).append(index)
    return nested


def _subitems(doc: ParsedDocument, index: int, children: dict[int, list[int]]) -> tuple[SubItem, ...]:
    """Plain bullets below the item at any depth; what hangs under a nested box belongs to that box."""
    found: list[SubItem] = []
    waiting = list(reversed(children.get(index, [])))
    while waiting:
        current = waiting.pop()
        block = doc.blocks[current]
        if block.kind == "item" and block.checked is None and block.plain:
            found.append(SubItem(text=one_line(block.plain), line=block.lines[0]))
            waiting += reversed(children.get(current, []))
    return tuple(found)


def _is_weekday_item(block: Block) -> bool:
    """`1. **Lunes:** Auditoría`: numbered, or a bullet in a numbered week, and more than opening hours."""
    if block.marker is None or block.checked is not None:
        return False
    text, weekday = _split_weekday(one_line(block.plain))
    if weekday is None or _CLOCK.fullmatch(text):
        return False
    week = heading_period(block.heading_path)
    return block.marker[:1].isdigit() or (week is not None and week.unit == "weeks" and week.start is not None)


def _split_weekday(text: str) -> tuple[str, str | None]:
    match = _WEEKDAY.match(text)
    if match is None or folded(match[1]) not in vocabulary("tasks")["weekdays"]["list"]:
        return text, None
    return text[match.end() :].strip(), match[1]


def _row_task(doc: ParsedDocument, block: Block) -> list[TaskFact]:
    """A table row whose first or second cell starts with a box: the box's own cell, or the next one, names the task."""
    for position, cell in enumerate(block.cells[:2]):
        box = _BOX_CELL.match(cell)
        if box is None:
            continue
        named = [text for text in (cell[box.end() :], *block.cells[position + 1 :]) if text.strip()]
        if not named or is_placeholder(named[0]):
            return []
        when = heading_period(block.heading_path)
        return [
            TaskFact(
                document=doc.document,
                lines=block.lines,
                heading_path=block.heading_path,
                raw=raw_of(doc, block.lines[0], named[0]),
                quote=doc.quote(block.lines),
                text=one_line(named[0]),
                done=bool(box[3]) or (box[1] or "").lower() == "x",
                label=block.label,
                period=when.raw if when else None,
                when=when,
            )
        ]
    return []


def _stretch(line: str) -> Period | None:
    """The stretch a line of a fence opens with: `Month 1-2: Platform`."""
    hits = [hit for hit in find_periods(line) if hit.start == 0 and hit.form in NUMBERED]
    rest = line[hits[0].end :].lstrip() if hits else ""
    return hits[0].period if hits and (not rest or rest[0] in ":-–—(") else None


def _fenced_tasks(doc: ParsedDocument, block: Block) -> list[TaskFact]:
    """Boxes in a fence that only lays text out; one that names a language shows something else."""
    if _PLAIN_FENCE.fullmatch(doc.lines[block.lines[0] - 1]) is None:
        return []
    facts, label = [], None
    above = heading_period(block.heading_path)
    when = above
    for line in range(block.lines[0] + 1, block.lines[1] + 1):
        source = doc.lines[line - 1]
        box = _FENCED_BOX.match(source)
        text = source[box.end() :].strip() if box else ""
        if box is None:
            named = _stretch(source.strip())
            when = named or (when if source.strip() else above)
            titled = named is not None or source.strip().endswith(":")
            label = source.strip().rstrip(":") if titled else label if source.strip() else None
        elif text and not is_placeholder(text) and len(text) <= LONGEST:
            facts.append(
                TaskFact(
                    document=doc.document,
                    lines=(line, line),
                    heading_path=block.heading_path,
                    raw=text,
                    quote=doc.quote((line, line)),
                    text=one_line(text),
                    done=box[1].lower() == "x",
                    label=label,
                    period=when.raw if when else None,
                    when=when,
                )
            )
    return facts
