"""Tables whose header spans several columns: `| | Actual | | Objetivo | |` over `| Segmento | Churn | NPS | Churn | NPS |`.

Such a row states several metrics of one thing; it is given on as one row for each metric, under the groups of the first header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.domain.source import Block
from retrieval.extract.columns import columns

LEVELS = ("baseline", "target", "change", "benchmark", "threshold", "period")
METRIC = "KPI"
"""Head of the first column of the rows that are given on."""


def unmerged(rows: Sequence[Block]) -> Iterator[tuple[Block, str | None]]:
    """The table's rows as they are; of a table with a second header, one row for each metric, with what it is a metric of."""
    second = _second_header(rows)
    if second is None:
        yield from ((row, None) for row in rows)
        return
    groups = _groups(rows[0].header)
    names = [name for name in dict.fromkeys(second.cells[1:]) if name]
    for row in rows:
        if row is second or row.cells == row.header:
            continue
        for name in names:
            held = [at for at, other in enumerate(second.cells) if at and other == name and at < len(row.cells)]
            header = (METRIC, *(groups[at] for at in held))
            cells = (name, *(row.cells[at] for at in held))
            yield row.model_copy(update={"header": header, "cells": cells}), row.cells[0]


def _second_header(rows: Sequence[Block]) -> Block | None:
    """The first body row, where the header leaves columns unnamed and that row names every one, some of them again."""
    body = [row for row in rows if row.cells != row.header]
    if len(body) < 2 or len(rows[0].header) < 5 or all(rows[0].header[1:]):
        return None
    first = body[0]
    names = first.cells[1:]
    digits = any(character.isdigit() for name in names for character in name)
    if digits or not all(names) or len(set(names)) == len(names):
        return None
    kinds = {column.kind for column in columns(("", *(head for head in rows[0].header[1:] if head)))[1:]}
    return first if kinds <= set(LEVELS) else None


def _groups(header: Sequence[str]) -> list[str]:
    """Each column's group: the last head at or before it."""
    found: list[str] = []
    for at, head in enumerate(header):
        found.append(head if head or not at else found[-1])
    return found
