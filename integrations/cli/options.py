"""Options that several commands share, and the reading of what people type into them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.plan import DocumentRecord
from retrieval.language.folding import folded
from retrieval.language.quantities import find_quantities
from tools.calc.amounts import Amount

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
NameArgument = Annotated[str, typer.Argument(help="Name or id; near matches are offered.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why, or how it is known.")]
ConfidenceOption = Annotated[
    str | None, typer.Option("--confidence", help="How sure you are of reaching the target: green, amber or red.")
]
DocumentOption = Annotated[str | None, typer.Option("--document", "-d", help="Only this document: its name or a part of it.")]
NEAR = 3
LONGEST_AMOUNT = 60
WORD = re.compile(r"\w+")

T = TypeVar("T")


def chosen_document(documents: Sequence[DocumentRecord], wanted: str) -> DocumentRecord:
    """The document of that name, else the only one whose name or title holds the words.

    Raises:
        UserCanFix: `unknown_document` with the nearest names; `nothing_ingested` where there are none.
    """
    if not documents:
        raise UserCanFix("nothing_ingested")
    by_name = {record.document: record for record in documents}
    if wanted in by_name:
        return by_name[wanted]
    words = folded(wanted)
    found = [record for record in documents if words in folded(f"{record.document} {record.title}")]
    if len(found) == 1:
        return found[0]
    near = [record.document for record in found[:NEAR]] or difflib.get_close_matches(wanted, by_name, n=NEAR, cutoff=0.4)
    raise UserCanFix("unknown_document", document=wanted, near=near)


def named(items: Iterable[T], name_of: Callable[[T], str], wanted: str) -> list[T]:
    """Items whose name is `wanted`, else those whose name holds its words; case and accents do not count.

    Raises:
        UserCanFix: `nothing_found` with the nearest names.
    """
    listed = list(items)
    words = folded(wanted)
    same = [item for item in listed if folded(name_of(item)) == words]
    found = same or [item for item in listed if _holds(folded(name_of(item)), words.split())]
    if found:
        return found
    names = {folded(name_of(item)): name_of(item) for item in listed}
    near = [names[key] for key in difflib.get_close_matches(words, names, n=NEAR, cutoff=0.4)]
    raise UserCanFix("nothing_found", name=wanted, near=near)


def number(text: str) -> Decimal:
    """A number from the command line: `200000`, `1,234.5`, `200K`, `$1.5M`."""
    digits = text.strip().lstrip("$€").replace(",", "").replace("_", "").upper()
    factor = {"K": Decimal(1000), "M": Decimal(1_000_000), "B": Decimal(1_000_000_000)}.get(digits[-1:])
    try:
        value = Decimal(digits[:-1] if factor else digits) * (factor or 1)
    except InvalidOperation:
        raise UserCanFix("bad_number", value=text) from None
    if not value.is_finite():
        raise UserCanFix("bad_number", value=text)
    return value


def amount(text: str, *, name: str, bare: str) -> Amount:
    """An amount from the command line, with its unit or, where it has none, in the unit `bare`: `-20K`, `1.5M`, `50 EUR/month`.

    Raises:
        UserCanFix: `bad_amount`; `ambiguous_number` for a lone `1.234`.
    """
    given = text.strip()
    found = find_quantities(given) if len(given) <= LONGEST_AMOUNT else []
    if len(found) != 1 or len(found[0].raw.strip()) < len(given) - 1 or found[0].quantity.comparator not in ("=", "range"):
        raise UserCanFix("bad_amount", value=given[:LONGEST_AMOUNT])
    if found[0].ambiguous:
        raise UserCanFix("ambiguous_number", value=given)
    read = found[0].quantity
    unit = bare if read.unit == "count" else read.unit
    per = f"/{found[0].per}" if found[0].per and "/" not in unit else ""
    factor = -1 if found[0].sign == "-" else 1
    return Amount(value=read.value * factor, high=None if read.high is None else read.high * factor, unit=unit + per, name=name)


def given_day(text: str) -> date:
    """A day from the command line. Raises UserCanFix(`bad_date`)."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserCanFix("bad_date", value=text) from error


def _holds(name: str, words: Sequence[str]) -> bool:
    # A number is a word of its own: "mes 1" is not "mes 12".
    parts = WORD.findall(name)
    return all(word in parts if word.isdigit() else word in name for word in words)
