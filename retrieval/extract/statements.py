"""Lines of a document as statements: label and body, the list they stand in, and the period they inherit.

Knows headings, labels and nesting; knows nothing of amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.language.periods import heading_period, parse_period

LONGEST_LABEL = 90
LONGEST_TITLE = 600
_BOLD_LEAD = re.compile(r"\W{0,8}(?:\*\*|__)(?P<label>[^*_\n]{1,160}?)\s?(?P<inner>:?)\s?(?:\*\*|__)\s?(?P<outer>:|[–—]\s|-\s)?")
_BOLD_LINE = re.compile(r"\W{0,8}(?:\*\*|__)(?:(?!\*\*|__).){1,300}(?:\*\*|__)\W{0,4}")
_BESIDE = re.compile(r"\s[|•·]\s")
_YEAR = re.compile(r"(?:19|20)\d\d")
_HEADING_NUMBER = re.compile(r"^\d{1,3}(?:\.\d{1,3})*[.)]?\s+")
_COLON = re.compile(r":(?=\s|$)|\s[–—]\s")
_AMOUNT_IN_LABEL = re.compile(r"\s*[:(–-]?\s*[<>~+]?\s?(?:US)?[$€£]\s?\d[\w.,+]*(?:\s?-\s?[$€£]?\d[\w.,+]*)?\)?\s*$")


@dataclass(frozen=True)
class Statement:
    """One line that may hold figures."""

    line: int
    text: str
    """Plain text of the line."""
    label: str | None
    """What stands before the colon, or the bold words the line begins with."""
    body: str
    """What stands after it; the whole text where there is no label."""
    block: Block
    parent: Statement | None = None
    is_title: bool = False
    """The line is a heading, or bold as a whole."""
    short_period: Period | None = None
    """What a sibling heading calls the stretch of the headings above: `Mes 1` for `Primeros 30 días`."""

    @property
    def heading(self) -> str | None:
        """The nearest heading."""
        return self.block.heading_path[-1] if self.block.heading_path else None

    @property
    def list_label(self) -> str | None:
        """The line that introduces the list, without an amount at its end."""
        return without_amount(self.block.label)

    @property
    def segment(self) -> str | None:
        """What the figures of this line belong to: the list's label, else the nearest heading."""
        return self.list_label or self.heading

    @property
    def contexts(self) -> tuple[str, ...]:
        """Texts that speak for the line, nearest first: parent items, list label, headings."""
        chain: list[str] = []
        above = self.parent
        while above is not None and len(chain) < 4:
            chain.append(above.label or above.text)
            above = above.parent
        headings = self.block.heading_path[1:] if len(self.block.heading_path) > 2 else self.block.heading_path
        return (*chain, *([self.block.label] if self.block.label else []), *reversed(headings))

    @property
    def group(self) -> tuple[object, ...]:
        """Equal for the items of one list and for the lines of one run."""
        parent = self.parent.line if self.parent else None
        return (self.block.kind, self.block.heading_path, self.block.label_line, parent)

    def inherited_period(self) -> Period | None:
        """Of the parent items, the list's label or the nearest heading that names one."""
        named = next((found for text in self.contexts[:1] if (found := parse_period(text)) and found.unit == "year"), None)
        if named is not None and named.year is not None:
            return named
        chain = [*self.block.heading_path[:1], *reversed(self.contexts)]
        if self.is_title and self.label:
            chain.append(self.label)
        found = heading_period(chain) if chain else None
        named_alike = self.short_period is not None and found is not None and _days(found) == _days(self.short_period)
        return self.short_period if named_alike else found

    def near_period(self) -> Period | None:
        """The same, but only of the list's label, the parent or the nearest heading."""
        near = [text for text in (self.heading, self.block.label, self.parent.text if self.parent else None) if text]
        return next((found for text in reversed(near) if (found := parse_period(text)) and found.unit != "cadence"), None)


def statements(doc: ParsedDocument) -> Iterator[Statement]:
    """Headings below the first level, paragraph lines, items and quoted lines in order; rows, code and HTML are left out."""
    by_index: dict[int, Statement] = {}
    siblings: dict[tuple[str, ...], Period] = {}
    for index, block in enumerate(doc.blocks):
        if block.kind == "heading":
            period = parse_period(block.plain)
            if period is not None and period.unit != "cadence":
                siblings[block.heading_path[:-1]] = period
            if block.level > 1:
                above = block.model_copy(update={"heading_path": block.heading_path[:-1]})
                title, marked = _HEADING_NUMBER.sub("", block.plain), _HEADING_NUMBER.sub("", block.text)
                yield replace(_statement(above, title, marked, block.lines[0], None), is_title=True)
        if block.kind not in ("paragraph", "item", "quote"):
            continue
        short = siblings.get(block.heading_path[:-1])
        parent = by_index.get(block.parent) if block.parent is not None else None
        for offset, row in enumerate(block.plain.split("\n")):
            source = block.text.split("\n")
            line = source[offset] if offset < len(source) else row
            for text, written in _side_by_side(row, line):
                one = replace(_statement(block, text, written, block.lines[0] + offset, parent), short_period=short)
                by_index.setdefault(index, one)
                yield one


def _side_by_side(text: str, source: str) -> list[tuple[str, str]]:
    """The statements of a line that sets several beside each other: `Inversión: $50K | ROI: 3:1 | Payback: 6 meses`."""
    texts, sources = _BESIDE.split(text), _BESIDE.split(source)
    labelled = len(texts) > 1 and len(texts) == len(sources) and all(_COLON.search(part) for part in texts)
    return list(zip(texts, sources, strict=True)) if labelled else [(text, source)]


def without_amount(label: str | None) -> str | None:
    """`FASE 1 (Meses 1-3)` for `FASE 1 (Meses 1-3): $45,000`."""
    return _AMOUNT_IN_LABEL.sub("", label).strip(" :") or label if label else label


def _days(period: Period) -> tuple[int, int] | None:
    """First and last day of a stretch counted from the plan's start; a month is thirty days."""
    length = {"days": 1, "weeks": 7, "months": 30}.get(period.unit)
    if length is None or period.start is None or period.end is None or period.year is not None:
        return None
    return (period.start - 1) * length + 1, period.end * length


def _statement(block: Block, text: str, source: str, line: int, parent: Statement | None) -> Statement:
    text = re.sub(r"^\d{1,2}(?:\.\d{1,2})*[.)]\s+", "", text)
    whole = _BOLD_LINE.fullmatch(source.strip()) is not None
    label, body = (None, text) if whole else _bold_lead(text, source)
    if label is None:
        label, body = _colon(text, last=whole)
    return Statement(line=line, text=text, label=label, body=body, block=block, parent=parent, is_title=whole)


def _bold_lead(text: str, source: str) -> tuple[str | None, str]:
    match = _BOLD_LEAD.match(source)
    if match is None:
        return None, text
    label = match["label"].strip(" :")
    at = text.find(label)
    if at < 0 or at > 12 or re.match(r"[\d$€<>~+]", label):
        return None, text
    rest = text[at + len(label) :]
    if not (match["inner"] or match["outer"] or re.match(r"\s*\(", rest)):
        return None, text
    beyond = re.match(r"\s?\([^)]{0,60}\)\s?:", rest)
    if beyond:
        return text[at : at + len(label) + beyond.end() - 1].strip(), rest[beyond.end() :].strip()
    return label, re.sub(r"^[\s:]*(?:[–—-]\s)?\s*", "", rest) if match["inner"] or match["outer"] else rest.strip()


def _colon(text: str, *, last: bool) -> tuple[str | None, str]:
    # A label is short, so of a long line only the beginning can hold one; a title is all label, or it is none.
    if last and len(text) > LONGEST_TITLE:
        return None, text
    reach = len(text) if last else LONGEST_LABEL + 3
    found = [match for match in _COLON.finditer(text, 0, reach) if _is_balanced(text, match.start())]
    match = (found[-1] if last else found[0]) if found else None
    if match is None or match.start() > LONGEST_LABEL or not text[match.end() :].strip():
        return None, text
    label = text[: match.start()].strip()
    if ". " in label or len(label.split()) > 12 or not (re.search(r"[^\W\d_]", label) or _YEAR.fullmatch(label)):
        return None, text
    return label, text[match.end() :].strip()


def _is_balanced(text: str, end: int) -> bool:
    """No parenthesis is open before this place."""
    return text.count("(", 0, end) == text.count(")", 0, end)
