"""The text of a document as people corrected its facts: what lookups and audits read instead of the file's own words.

A corrected figure stands in its place on its line; what a line cannot say (an added fact, another name or period) becomes a
block of its own beside it. Line numbers never move, and the file's own lines stay what is quoted. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact, TaskFact
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.telling import FIGURE, told
from retrieval.language.quantities import find_quantities

_SAID = ("name", "text", "risk", "mitigation", "contingency", "goal", "period", "roi_value", "payback", "savings", "salary")
"""Fields that are words of the line."""
_BOX = re.compile(r"\[[ xX]\]")

Read = Callable[[str], ParsedDocument]
"""A text to its structure, under the document's name."""


def amended(doc: ParsedDocument, before: Sequence[Fact], after: Sequence[Fact], read: Read) -> ParsedDocument:
    """The document with people's corrections in its blocks, and each of them told by its line.

    Args:
        doc: as in the file.
        before: its facts as extracted.
        after: its facts as people want them.
        read: gives a text its structure.
    """
    was = {fact.id: fact for fact in before}
    now = {fact.id: fact for fact in after}
    changes = [_Change(was.get(fact.id), fact) for fact in after if fact != was.get(fact.id)]
    gone = [fact for fact in before if fact.id not in now]
    if not changes and not gone:
        return doc
    lines = _rewritten(doc.lines, before, changes)
    made = doc if lines == doc.lines else read("\n".join(lines))
    apart = [change.now for change in changes if not change.is_shown(lines)]
    blocks = _without(made.blocks, {fact.lines[0] for fact in gone} - {fact.lines[0] for fact in after})
    said: dict[int, list[str]] = defaultdict(list)
    for change in changes:
        said[change.now.lines[0]].append(change.now.correction or told(change.now))
    return doc.model_copy(
        update={
            "blocks": _with(blocks, apart),
            "corrections": {line: "\n".join(texts) for line, texts in said.items()},
        }
    )


@dataclass(frozen=True)
class _Change:
    was: Fact | None
    now: Fact

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields that a person set anew."""
        if self.was is None:
            return frozenset()
        old, new = self.was.model_dump(), self.now.model_dump()
        return frozenset(field for field in new if old.get(field) != new[field]) - {"by", "correction", "entry_id", "when"}

    @property
    def moves(self) -> bool:
        """The figure belongs to another name or time than its place says."""
        return bool(self.fields & {"name", "period"}) and not self._in_words

    @property
    def _in_words(self) -> bool:
        return all(self._old(field) for field in self.fields & {"name", "period"})

    def _old(self, field: str) -> str:
        """The field's former words, where they stand on the line to the letter."""
        former = getattr(self.was, field, None)
        return former if isinstance(former, str) and self.was is not None and former in self.was.quote.split("\n")[0] else ""

    def replacements(self) -> list[tuple[str, str]]:
        """Strings of the line and what they become."""
        was, now = self.was, self.now
        if was is None:
            return []
        found = [(old, getattr(now, field) or "") for field in _SAID if field in self.fields and (old := self._old(field))]
        if isinstance(was, KpiFact | FinanceFact) and isinstance(now, KpiFact | FinanceFact):
            if self.moves:
                found.append((was.raw, ""))
            elif self.fields & FIGURE:
                found.append((was.raw, now.raw))
        if isinstance(was, TaskFact) and isinstance(now, TaskFact) and was.done != now.done and was.done is not None:
            found.append((f"[{'x' if was.done else ' '}]", f"[{'x' if now.done else ' '}]"))
        return found

    def is_shown(self, lines: Sequence[str]) -> bool:
        """Whether the line, as rewritten, says all that was set anew."""
        if self.was is None or self.moves:
            return False
        line = lines[self.now.lines[0] - 1]
        words = [getattr(self.now, field) for field in _SAID if field in self.fields]
        if isinstance(self.now, PhaseFact) and self.fields & {"start", "end", "unit"}:
            return False
        return all(word in line for word in words if word) and self._shows_figure(line)

    def _shows_figure(self, line: str) -> bool:
        now = self.now
        if not (self.fields & FIGURE) or not isinstance(now, KpiFact | FinanceFact):
            return True
        size = now.value if isinstance(now, KpiFact) else now.amount_low
        return any(abs(size or 0) in (one.quantity.value, one.quantity.high) for one in find_quantities(line))


def _rewritten(lines: tuple[str, ...], before: Sequence[Fact], changes: Iterable[_Change]) -> tuple[str, ...]:
    edits: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for change in changes:
        line = change.now.lines[0]
        for old, new in change.replacements():
            place = _place(lines[line - 1], old, _order(before, change.was, old))
            if place is not None:
                edits[line].append((*place, new))
    done = list(lines)
    for line, wanted in edits.items():
        text, first = done[line - 1], len(done[line - 1]) + 1
        for start, end, new in sorted(wanted, reverse=True):
            if end <= first:
                text, first = text[:start] + new + text[end:], start
        done[line - 1] = text
    return tuple(done)


def _order(before: Sequence[Fact], fact: Fact | None, old: str) -> int:
    """How many facts of the line state the same string before this one: cells of a row are read in their order."""
    if fact is None or fact.raw != old:
        return 0
    alike = [one.id for one in before if one.lines[0] == fact.lines[0] and one.raw == old]
    return alike.index(fact.id) if fact.id in alike else 0


def _place(line: str, old: str, order: int) -> tuple[int, int] | None:
    if _BOX.fullmatch(old):
        box = _BOX.search(line)
        return box.span() if box else None
    found = [hit.span() for hit in re.finditer(rf"(?<![\w.,]){re.escape(old)}(?![\w]|[.,]\d)", line)] if old else []
    return found[min(order, len(found) - 1)] if found else None


def _without(blocks: Sequence[Block], lines: set[int]) -> list[Block]:
    """Blocks but for those whose every fact was withdrawn; what others stand under stays."""
    parents = {block.parent for block in blocks} | {block.label_line for block in blocks}
    held = [
        index
        for index, block in enumerate(blocks)
        if block.lines[0] not in lines
        or block.lines[0] != block.lines[1]
        or block.kind == "heading"
        or index in parents
        or block.lines[0] in parents
    ]
    return _renumbered([(index, blocks[index]) for index in held])


def _with(blocks: Sequence[Block], facts: Iterable[Fact]) -> tuple[Block, ...]:
    """Blocks with one more for each fact, before the block its line is in, behind a heading."""
    beside: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        at = next((n for n, block in enumerate(blocks) if block.lines[0] <= fact.lines[0] <= block.lines[1]), len(blocks))
        beside[at].append(fact)
    listed: list[tuple[int, Block]] = []
    for index, block in enumerate(blocks):
        more = [(-1, _stated(fact, block)) for fact in beside.get(index, ())]
        listed += [(index, block), *more] if block.kind == "heading" else [*more, (index, block)]
    listed += [(-1, _stated(fact, None)) for fact in beside.get(len(blocks), ())]
    return tuple(_renumbered(listed))


def _stated(fact: Fact, block: Block | None) -> Block:
    said = told(fact)
    return Block(
        kind="item",
        lines=fact.lines,
        text=said,
        plain=said,
        heading_path=block.heading_path if block else (),
        marker="-",
        checked=bool(fact.done) if isinstance(fact, TaskFact) else None,
        fact_id=fact.id,
    )


def _renumbered(listed: Sequence[tuple[int, Block]]) -> list[Block]:
    """Blocks whose parents are found again, from pairs of former place (-1: new) and block."""
    places = {former: place for place, (former, _) in enumerate(listed) if former >= 0}
    return [
        block if block.parent is None else block.model_copy(update={"parent": places.get(block.parent)}) for _, block in listed
    ]
