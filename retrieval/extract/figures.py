"""Every figure of a document, read once: a value becomes a KPI or a money fact, never both."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.domain.fact import Dropped
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.headers import unmerged
from retrieval.extract.lines import read_line
from retrieval.extract.returns import Horizon, joined
from retrieval.extract.statements import Statement, statements
from retrieval.extract.tables import read_row
from retrieval.extract.terms import is_exactly
from retrieval.language.periods import find_periods
from retrieval.language.quantities import uses_decimal_comma


def read_figures(doc: ParsedDocument) -> Reading:
    """Figures in order of lines, with what was left out and why."""
    comma = uses_decimal_comma("\n".join(doc.lines))
    figures: list[Figure] = []
    dropped: list[Dropped] = []
    horizons: dict[int, Horizon] = {}
    for one in statements(doc):
        reading = read_line(doc.document, one, decimal_comma=comma)
        _add(reading, figures, dropped)
        period = None if reading.figures else _horizon(one)
        if period is not None:
            horizons[one.line] = Horizon(period, one.group)
    for table in _tables(doc):
        for block, segment in unmerged(table):
            reading = read_row(doc.document, block, decimal_comma=comma)
            if segment is not None:
                reading = replace(reading, figures=tuple(replace(figure, segment=segment) for figure in reading.figures))
            _add(reading, figures, dropped)
    figures.sort(key=lambda figure: figure.lines)
    placed = [_placed(doc, figure, dropped) for figure in joined(figures, horizons)]
    kept = [figure for figure in placed if figure is not None]
    return Reading(tuple(kept), tuple(sorted(dropped, key=lambda item: item.line)))


def _tables(doc: ParsedDocument) -> list[list[Block]]:
    grouped: dict[int | None, list[Block]] = {}
    for block in doc.blocks:
        if block.kind == "row":
            grouped.setdefault(block.table, []).append(block)
    return list(grouped.values())


def _add(reading: Reading, figures: list[Figure], dropped: list[Dropped]) -> None:
    figures.extend(reading.figures)
    dropped.extend(reading.dropped)


def _horizon(one: Statement) -> Period | None:
    """The period of a line such as `Timeline: 6-12 meses`."""
    if not is_exactly("horizon", one.label):
        return None
    found = [hit for hit in find_periods(one.body) if hit.form != "cadence"]
    return found[0].period if len(found) == 1 else None


def _placed(doc: ParsedDocument, figure: Figure, dropped: list[Dropped]) -> Figure | None:
    """The figure with its string as the line has it; inline marks inside a number would break the citation."""
    line = doc.lines[figure.lines[0] - 1]
    if figure.raw in line:
        return figure
    # Blocks tell one blank where the line may have several.
    spaced = re.search(r"\s+".join(re.escape(part) for part in figure.raw.split()), line) if " " in figure.raw else None
    if spaced is not None:
        return replace(figure, raw=spaced[0])
    dropped.append(Dropped(document=doc.document, line=figure.lines[0], text=figure.raw, reason="not_on_line"))
    return None
