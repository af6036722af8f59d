"""Phases in tables: a row whose first columns name a phase and say what is done in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.domain.fact import PhaseFact
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.phase_levels import Levels, Naming
from retrieval.extract.wording import is_placeholder, one_line, raw_of
from retrieval.language.folding import folded
from retrieval.language.periods import NUMBERED, find_periods
from retrieval.language.wordlists import listed

_NUMBERS = re.compile(r"\d{1,3}(?:\s*[-–]\s*\d{1,3})?\+?")


def row_phases(doc: ParsedDocument, levels: Levels) -> Iterator[PhaseFact]:
    """Phases named by the rows of the document's plan tables."""
    for block in doc.blocks:
        if block.kind != "row" or not block.header or block.cells == block.header:
            continue
        column = _phase_column(block.header)
        if column is not None:
            fact = _row_phase(doc, block, column, levels)
            if fact is not None:
                yield fact


def _phase_column(header: tuple[str, ...]) -> int | None:
    """The column that names the phase, in a table that plans rather than measures."""
    heads = [folded(head).strip() for head in header]
    named = [at for at, head in enumerate(heads[:3]) if listed("phases", "phase_column").fullmatch(head)]
    if not named:
        return None
    worded = [at for at in named if listed("phases", "term_column").fullmatch(heads[at]) is None]
    column = (worded or named)[0]
    plans = any(listed("phases", "plan_column").fullmatch(head) for at, head in enumerate(heads) if at != column)
    return column if plans else None


def _row_phase(doc: ParsedDocument, block: Block, column: int, levels: Levels) -> PhaseFact | None:
    cell = one_line(block.cells[column])
    name = f"{block.header[column]} {cell}" if _NUMBERS.fullmatch(cell) else cell
    hits = [hit for hit in find_periods(name) if hit.form in NUMBERED or hit.form == "phase"]
    has_phase_word = any(hit.form == "phase" for hit in hits)
    if not name or is_placeholder(name) or not (hits or _has_term(block, column)):
        return None
    period = next((hit.period for hit in hits if hit.form != "phase"), None) or _term(block, column)
    goals = [
        at for at, head in enumerate(block.header) if at != column and listed("phases", "goal").fullmatch(folded(head).strip())
    ]
    named = Naming(name, period, has_phase_word, goal=block.cells[goals[0]] or None if goals else None)
    return PhaseFact(
        document=doc.document,
        lines=block.lines,
        heading_path=block.heading_path,
        raw=raw_of(doc, block.lines[0], cell),
        quote=doc.quote(block.lines),
        name=name,
        level=levels.of_block(block, named, period),
        start=period.start if period else None,
        end=period.end if period else None,
        unit=None if period is None else f"{period.unit} {period.year}" if period.year and period.unit != "year" else period.unit,
        goal=named.goal,
    )


def _has_term(block: Block, column: int) -> bool:
    return any(at != column and _is_term(head) for at, head in enumerate(block.header)) and _term(block, column) is not None


def _is_term(head: str) -> bool:
    return listed("phases", "term_column").fullmatch(folded(head).strip()) is not None


def _term(block: Block, column: int) -> Period | None:
    """`Meses 4-6` in a column of terms, or `4-6` under `Meses`; `12-18 meses` there is how long it takes, not when it is."""
    for at, head in enumerate(block.header):
        if at == column or not _is_term(head):
            continue
        cell = one_line(block.cells[at])
        text = f"{head} {cell}" if _NUMBERS.fullmatch(cell) else cell
        for hit in find_periods(text):
            if hit.form in NUMBERED and not hit.period.raw[0].isdigit():
                return hit.period
    return None
