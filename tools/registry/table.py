"""What a model reads of a result: a table whose header is said once, each row with the id to cite it by.

    note: nearest lines; none has every word asked for
    e	text	role
    == operaciones.md "Plan de operaciones"
    -- Inversión en optimización
    e6	Procesos: Inversión: $100K, ROI: 500%, Payback: 2 meses	target
    c	name	formula	result	unit
    c1	ROI (net)	(500000 - 100000) / 100000 * 100	400	%

Rows stand below their document and what they stand under there. A third of the same as JSON. Scores and places are left out:
the order says what is best, and an id is what a draft cites. The typed result goes along as the artifact of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from copilot.domain.answer import Calculation, ToolResult

DOCUMENT, UNDER = "== ", "-- "
SAID_ABOVE = ("document", "title", "context")
INTERNAL = frozenset(
    {"sections", "kind", "line", "lines", "match", "own", "precision", "score", "matched", "missing", "period_fit", "group"}
    | {"facts", "fact_id", "entry_id", "id", "head", "e"}
)
"""How rows were found and what else is kept of them."""
WITHIN_TEXT = ("name", "value", "period", "risk", "of", "amount")
"""Left out where the row's text, or what it stands under, says it."""

Row = Mapping[str, Any]


def table_of(result: ToolResult) -> str:
    """The result as lines; empty fields and columns are left out."""
    lines = [f"{name}: {_cell(value)}" for name, value in (("note", result.note), ("value", _single(result))) if value]
    if result.rows:
        lines += _rows(result.rows)
    if result.calculations:
        lines += _calculations(result.calculations)
    return "\n".join(lines) or "nothing found"


def _single(result: ToolResult) -> str:
    return " ".join(part for part in (result.value, result.unit) if part)


def _rows(rows: Sequence[Row]) -> list[str]:
    told = [(row, _told(row)) for row in rows]
    columns = ["e", *dict.fromkeys(name for _, fields in told for name in fields)]
    lines = ["\t".join(columns)]
    under = ""
    for document in dict.fromkeys(str(row.get("document", "")) for row in rows):
        mine = [(row, fields) for row, fields in told if str(row.get("document", "")) == document]
        if document:
            title = next((str(row["title"]) for row, _ in mine if row.get("title")), "")
            lines.append(f"{DOCUMENT}{document}" + (f' "{_cell(title)}"' if title else ""))
            under = ""
        for row, fields in mine:
            above = _cell(row.get("context"))
            if above != under:
                under = above
                lines.append(f"{UNDER}{under}".rstrip())
            marks = ",".join(row.get("e", ()))
            lines.append("\t".join([marks, *(fields.get(name, "") for name in columns[1:])]).rstrip("\t"))
    return lines


def _told(row: Row) -> dict[str, str]:
    text = str(row.get("text", ""))
    said = f"{text} {row.get('context') or ''}"
    told = {}
    for name, value in row.items():
        if name in INTERNAL or name in SAID_ABOVE or name.endswith("_e") or value in (None, "", [], {}, ()):
            continue
        if name == "cells" and all(str(cell) in text for cell in value.values()):
            continue
        if name in WITHIN_TEXT and str(value) in said:
            continue
        told[name] = _cell(value)
    return told


def _calculations(steps: Iterable[Calculation]) -> list[str]:
    told = [(step.id, step.name, step.formula, _number(step.result), step.unit) for step in steps]
    return ["c\tname\tformula\tresult\tunit", *("\t".join(map(_cell, cells)).rstrip("\t") for cells in told)]


def _cell(value: object) -> str:
    """A value on one line without tabs; what lies deeper in short."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal() | float():
            return _number(value)
        case dict():
            return _nested(value)
        case list() | tuple():
            return " / ".join(_cell(one) for one in value)
        case _:
            return re.sub(r"\s+", " ", str(value)).strip()


def _nested(value: Mapping[str, Any]) -> str:
    marks = "".join(f"[{mark}]" for mark in value.get("e", ()))
    kept = {name: one for name, one in value.items() if name not in INTERNAL and one not in (None, "", [])}
    told = _cell(kept["text"]) if "text" in kept else ", ".join(f"{name}: {_cell(one)}" for name, one in kept.items())
    return f"{told} {marks}".strip()


def _number(value: Decimal | float) -> str:
    number = Decimal(str(value))
    if number == number.to_integral_value():
        return f"{number:.0f}"
    # As a model was always told: enough digits to show, and no page of them.
    return f"{float(number)}"
