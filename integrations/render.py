"""Answers, quantities and tables as plain text: what any surface that shows text starts from.

Knows domain types only. Words of the surface come in as `label`; colour is the business of the command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel

from copilot.domain.answer import Answer, Calculation, CalculationInput
from copilot.domain.quantity import is_currency
from copilot.domain.source import Citation

Label = Callable[[str], str]
"""Key of a word to the word in the reader's language."""

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$"}
COMPARED = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "delta_up": "+", "delta_down": "-"}
BOLD = re.compile(r"\*\*(\S(?:.*?\S)?)\*\*")
LONGEST_QUOTE = 120
CENT = Decimal("0.01")
MOST_ROUNDED = Decimal(10) ** 18
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def answer_text(answer: Answer, label: Label) -> str:
    """The answer, its calculations, its gaps and its numbered sources as `file.md:12`."""
    parts = [clean(answer.answer)]
    if answer.calculations:
        lines = [line for made in answer.calculations for line in calculation_lines(made, label)]
        parts.append("\n".join([f"{label('calculations')}:", *lines]))
    if answer.gaps:
        parts.append("\n".join([f"{label('gaps')}:", *(f"  - {clean(gap)}" for gap in answer.gaps)]))
    if answer.citations:
        parts.append("\n".join([f"{label('sources')}:", *(source_line(citation) for citation in answer.citations)]))
    return "\n\n".join(parts)


def unmarked(text: str) -> str:
    """The text without Markdown's bold marks, for a surface that does not draw them."""
    return BOLD.sub(r"\1", text)


def json_ready(value: Any) -> Any:
    """Models, tuples, days and Decimals as what JSON has; a Decimal is a number, as in exports."""
    if isinstance(value, BaseModel):
        return json_ready(value.model_dump())
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: json_ready(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(part) for part in value]
    return value


def source_line(citation: Citation) -> str:
    """`[1] file.md:12  the line's beginning`, and what a person made of it: `→ NPS: 65 (local:ana)`."""
    corrected = f"  → {one_line(citation.correction)}" if citation.correction else ""
    quote = "" if citation.quote == citation.label else one_line(citation.quote)
    return f"  [{citation.n}] {clean(citation.label)}  {quote}{corrected}".rstrip()


def calculation_lines(made: Calculation, label: Label) -> list[str]:
    """The formula with its result, then each input with its source, or that the person gave it."""
    head = f"  {clean(made.name)}: " if made.name else "  "
    lines = [f"{head}{clean(made.formula)} = {quantity(_short(made.result), made.unit)}"]
    for given in made.inputs:
        source = clean(given.citation.label) if given.citation else label("given")
        lines.append(f"    {_named_input(given)}  ({source})")
    return lines


def quantity(value: Decimal, unit: str, *, high: Decimal | None = None, comparator: str = "=") -> str:
    """`$45,000/month`, `≥ 95%`, `$200,000 - $500,000`, `5:1`, `24 hours`."""
    before = COMPARED.get(comparator, "")
    head, slash, rate = unit.partition("/")
    if unit == "score/10":
        return f"{before}{_number(value, high)}/10"
    tail = f"{slash}{rate}"
    if head == "%":
        return f"{before}{_number(value, high, after='%')}{tail}"
    if head in SYMBOLS:
        return f"{before}{_number(value, high, before=SYMBOLS[head])}{tail}"
    if is_currency(unit):
        return f"{before}{_number(value, high)} {head}{tail}"
    if head == "ratio":
        return f"{before}{_number(value, high, after=':1')}{tail}"
    if head == "x":
        return f"{before}{_number(value, high, after='x')}{tail}"
    if head in ("count", "score", ""):
        return f"{before}{_number(value, high)}{tail}"
    return f"{before}{_number(value, high)} {unit}"


def number(value: Decimal) -> str:
    """Thousands by comma, no trailing zeros, nothing rounded: 1234567.50 is `1,234,567.5`."""
    told = f"{value:,f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def table_text(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned by spaces, without tabs, rules or colour; the last column is not padded."""
    table = [[one_line(cell, None) for cell in row] for row in (headers, *rows)]
    widths = [max(_width(row[column]) for row in table) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )


def one_line(text: str, longest: int | None = LONGEST_QUOTE) -> str:
    """White space, line ends included, as single spaces; cut to `longest` characters (None: not cut)."""
    told = " ".join(clean(text).split())
    return told if longest is None or len(told) <= longest else told[: longest - 1].rstrip() + "…"


def clean(text: str) -> str:
    """Without control characters: text of a document must not steer the reader's terminal."""
    return CONTROL.sub("", text)


def well_formed(text: str) -> str:
    """Halves of characters and bytes that are no text as the replacement mark: nothing could write them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _short(result: Decimal) -> Decimal:
    # Only what we calculated may be rounded, never what a document states.
    return result.quantize(CENT, ROUND_HALF_UP) if 1 <= abs(result) < MOST_ROUNDED else result


def _named_input(given: CalculationInput) -> str:
    told = quantity(given.value, given.unit)
    return f"{one_line(given.name)} = {told}" if given.name else told


def _number(value: Decimal, high: Decimal | None, *, before: str = "", after: str = "") -> str:
    return " - ".join(
        f"{'-' if end < 0 else ''}{before}{number(abs(end))}{after}" for end in ((value,) if high is None else (value, high))
    )


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
