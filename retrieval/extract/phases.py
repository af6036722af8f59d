"""Phases: headings, bold lines, bullets and table rows that name a stretch of the plan's time.

A statement names a stretch when it begins with it (`Mes 5: Internacionalización`), is a phase (`Fase 2 (Meses 4-6)`), when
a heading ends with it in brackets, or when a line below gives its term (`Timeline: Meses 1-3`). Statements that measure or
price a stretch (`Mes 6: $50,000 MRR`, `KPIs del Mes 1`) name none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.domain.fact import Extraction, PhaseFact
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.phase_lengths import with_lengths
from retrieval.extract.phase_levels import Levels, Naming
from retrieval.extract.phase_tables import row_phases
from retrieval.extract.wording import is_placeholder, labelled, one_line, raw_of, without_numbering
from retrieval.language.folding import folded
from retrieval.language.periods import NUMBERED, FoundPeriod, find_periods
from retrieval.language.wordlists import listed

_LONGEST_NAME = 160
_MARKS = re.compile(r"^[\W_]+")
_FIGURE_FIRST = re.compile(r"[\W_]*(?:US|USD|EUR|MXN)?\s?[$€£]|[\W_]*\d[\d.,]*\s*(?:%|[KMBx]\b|\+)|\d")
_SEPARATOR = re.compile(r"\s*(?:[:;,.)(\]–—+-]|$)")
_NEARBY = 6
"""Blocks below a heading in which its term, goal and priority are looked for."""


@dataclass(frozen=True)
class _Below:
    """What the lines under a heading say about it."""

    term: Period | None = None
    term_line: int | None = None
    goal: str | None = None
    priority: str | None = None


def extract_phases(doc: ParsedDocument) -> Extraction:
    """Every phase of the document, in order."""
    levels = Levels.of(doc)
    facts = list(row_phases(doc, levels))
    overall = _overall(doc)
    if overall is not None:
        facts.append(overall)
    for index, block in enumerate(doc.blocks):
        if block.kind not in ("heading", "paragraph", "item") or block.checked is not None or not block.plain:
            continue
        fact = _phase(doc, index, levels)
        if fact is not None:
            facts.append(fact)
    return Extraction(facts=tuple(with_lengths(sorted(facts, key=lambda fact: fact.lines))))


def _phase(doc: ParsedDocument, index: int, levels: Levels) -> PhaseFact | None:
    block = doc.blocks[index]
    named = _naming(block)
    below = _below(doc, index) if block.kind == "heading" or (named and _is_title(block)) else _Below()
    if named is None:
        if block.kind != "heading" or below.term is None or not _takes_term(block.plain):
            return None
        named = Naming(name=one_line(block.plain), period=None, has_phase_word=False)
    if len(named.name) > _LONGEST_NAME or is_placeholder(named.name):
        return None
    period = named.period or below.term
    last = below.term_line if named.period is None and below.term_line else block.lines[1]
    lines = (block.lines[0], last)
    return PhaseFact(
        document=doc.document,
        lines=lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, block.lines[0], block.text),
        quote=doc.quote(lines),
        name=named.name,
        level=levels.of_block(block, named, period),
        start=period.start if period else None,
        end=period.end if period else None,
        unit=unit_of(period) if period else None,
        goal=named.goal or below.goal,
        priority=below.priority,
    )


def unit_of(period: Period) -> str:
    """`months`; `quarter 2024` where the calendar year is given."""
    return f"{period.unit} {period.year}" if period.year is not None and period.unit != "year" else period.unit


def _naming(block: Block) -> Naming | None:
    """The stretch a statement names, None when it names none."""
    text = without_numbering(_MARKS.sub("", one_line(block.plain))).rstrip(": ")
    hits = [hit for hit in find_periods(text) if hit.form in NUMBERED or hit.form == "phase"]
    if not hits or (hits[0].form == "calendar" and hits[0].period.unit in ("days", "year")):
        return None
    lead, dated = hits[0], next((hit for hit in hits if hit.form != "phase"), None)
    if _leads(text, lead):
        if block.kind != "heading" and not (_is_title(block) or _says_what(block, text, lead)):
            return None
        if _prices(text, hits, block):
            return None
        near = dated if dated is lead or (dated is not None and lead.form == "phase" and _is_own(text, lead, dated)) else None
        return _named(block, text, lead, near)
    if block.kind == "heading" and dated is not None and _closes(text, dated) and not _is_measured(text):
        is_stretch = dated.form in ("stretch", "opening") or listed("phases", "roadmap").search(
            folded(" ".join(block.heading_path))
        )
        return Naming(one_line(block.plain), dated.period, has_phase_word=False) if is_stretch else None
    return None


def _named(block: Block, text: str, lead: FoundPeriod, dated: FoundPeriod | None) -> Naming:
    pair = labelled(text)
    is_split = pair is not None and bool(pair[1]) and not _is_title(block) and block.kind != "heading"
    return Naming(
        name=pair[0] if pair and is_split else one_line(block.plain).rstrip(": "),
        period=dated.period if dated else None,
        has_phase_word=lead.form == "phase",
        goal=pair[1] if pair and is_split and not is_placeholder(pair[1]) else None,
    )


def _leads(text: str, hit: FoundPeriod) -> bool:
    """The stretch opens the statement and is all of it, or what follows is set apart from it."""
    return hit.start == 0 and _SEPARATOR.match(text[hit.end :]) is not None


def _closes(text: str, hit: FoundPeriod) -> bool:
    return text[: hit.start].rstrip().endswith(("(", "[")) and text[hit.end :].strip().startswith((")", "]"))


def _is_own(text: str, phase: FoundPeriod, dated: FoundPeriod) -> bool:
    """The dates of a phase stand in brackets, or right behind its number or name: not somewhere in what it does."""
    between = text[phase.end : dated.start].strip()
    return between.endswith(("(", "[", "-", "–", "—", ":", ",", "|")) or not between


def _prices(text: str, hits: list[FoundPeriod], block: Block) -> bool:
    """What follows is an amount or a measure: the statement gives a value for the stretch."""
    last = max((hit.end for hit in hits if not text[: hit.start].strip(" ()[]:-–—") or _closes(text, hit)), default=hits[0].end)
    rest = text[last:].lstrip(" )]:;,.–—-+")
    if _FIGURE_FIRST.match(rest) and not _scales(text, hits):
        return True
    if block.kind == "heading":
        return False
    if any(listed("phases", "case").search(folded(heading)) for heading in block.heading_path):
        return True
    measured = listed("phases", "measured")
    above = block.heading_path[-1] if block.heading_path else ""
    return (
        measured.match(folded(rest)) is not None or measured.search(folded(above)) is not None or _is_measured(block.label or "")
    )


def _scales(text: str, hits: list[FoundPeriod]) -> bool:
    """`Fase 2 (6-12 meses): 5x capacidad`: the multiple is the phase's goal."""
    return hits[0].form == "phase" and re.search(r"\b\d+x\b", text[hits[-1].end :][:8]) is not None


def _says_what(block: Block, text: str, lead: FoundPeriod) -> bool:
    """A bullet or line `**Semana 1**: Preparación`, which says what the stretch is for."""
    pair = labelled(text)
    if pair is None or not pair[1] or lead.end > len(pair[0]):
        return False
    return block.kind == "item" or block.text.startswith(("**", "__"))


def _is_title(block: Block) -> bool:
    """A bold line, or one that ends with a colon, that stands over what follows."""
    bold = re.fullmatch(r"[^\w*]{0,12}\*\*[^*]{1,200}\*\*[^\w]{0,4}", block.text.strip()) is not None
    return block.kind in ("paragraph", "item") and (bold or block.plain.endswith(":"))


def _takes_term(title: str) -> bool:
    """A lever may be about prices; any other title with such a word sums something up."""
    return listed("phases", "lever").match(folded(title)) is not None or not _is_measured(title)


def _is_measured(text: str) -> bool:
    return listed("phases", "measured").search(folded(text)) is not None


def _below(doc: ParsedDocument, index: int) -> _Below:
    """Term, goal and priority from the first lines of a section."""
    found: dict[str, str] = {}
    term: Period | None = None
    term_line: int | None = None
    for block in doc.blocks[index + 1 : index + 1 + _NEARBY]:
        pair = labelled(one_line(block.plain)) if block.kind in ("heading", "paragraph", "item") else None
        says = pair is not None and bool(pair[1])
        if block.kind not in ("heading", "paragraph", "item") or (block.kind == "heading" and not (says and _is_goal(pair))):
            break
        if pair is None or not says:
            continue
        word = folded(pair[0])
        for field in ("goal", "priority"):
            if listed("phases", field).fullmatch(word) and not is_placeholder(pair[1]):
                found.setdefault(field, pair[1])
        if term is None and listed("phases", "term").fullmatch(word):
            term = next(
                (hit.period for hit in find_periods(pair[1]) if hit.form in NUMBERED and not hit.period.raw[0].isdigit()), None
            )
            term_line = block.lines[0] if term else None
    return _Below(term, term_line, found.get("goal"), found.get("priority"))


def _is_goal(pair: tuple[str, str] | None) -> bool:
    return pair is not None and listed("phases", "goal").fullmatch(folded(pair[0])) is not None


def _overall(doc: ParsedDocument) -> PhaseFact | None:
    """The term of the whole plan, where the plan is introduced: `Timeline: Implementación en 90 días`."""
    for block in doc.blocks:
        pair = labelled(one_line(block.plain)) if block.kind in ("paragraph", "item") and block.checked is None else None
        if pair is None or not pair[1] or not listed("phases", "overall").fullmatch(folded(pair[0])):
            continue
        introduces = len(block.heading_path) <= 1 or listed("phases", "introduction").search(folded(block.heading_path[-1]))
        hits = [hit for hit in find_periods(pair[1]) if hit.form in ("duration", "opening", "stretch")]
        if not introduces or len(hits) != 1 or _is_measured(block.heading_path[-1] if block.heading_path else ""):
            continue
        period = hits[0].period
        return PhaseFact(
            document=doc.document,
            lines=block.lines,
            heading_path=block.heading_path,
            raw=raw_of(doc, block.lines[0], block.text),
            quote=doc.quote(block.lines),
            name=one_line(block.plain),
            level="overall",
            start=1 if period.start is None else period.start,
            end=period.end,
            unit=unit_of(period),
        )
    return None
