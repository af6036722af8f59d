"""Applies people's corrections to extracted facts. Pure: facts and corrections in, facts and what lost its place out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from copilot.domain.correction import Correction
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Fact, FinanceFact, KpiFact
from copilot.domain.source import Lines
from retrieval.extract.telling import FIGURE, SIZES, is_range, reworded, told
from retrieval.language.periods import parse_period

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
FIXED = frozenset(
    {"id", "entry_id", "kind", "document", "lines", "heading_path", "raw", "quote", "when", "by", "place", "correction"}
)
"""Fields a person does not set: they say where a fact stands and which it is."""


@dataclass(frozen=True)
class Corrected:
    """Facts as people want them."""

    facts: tuple[Fact, ...]
    """By document and line; changed ones name who changed them."""
    orphans: tuple[Correction, ...]
    """Corrections whose fact or line is no longer in the document."""


def apply(facts: Sequence[Fact], corrections: Iterable[Correction], lines_of: Callable[[str], Sequence[str]]) -> Corrected:
    """The facts with every correction applied, in the order they were made.

    Args:
        facts: extracted facts with ids.
        corrections: of these documents, oldest first.
        lines_of: repaired lines of a document, for facts that were added by hand.
    """
    known = {fact.id: fact for fact in facts}
    orphans = []
    for correction in corrections:
        if correction.action == "add":
            place = _found(correction, lines_of(correction.document))
            if place is None:
                orphans.append(correction)
            else:
                known[correction.fact_id] = added(correction, place)
        elif correction.fact_id not in known:
            orphans.append(correction)
        elif correction.action == "withdraw":
            del known[correction.fact_id]
        else:
            known[correction.fact_id] = changed(known[correction.fact_id], correction.fields, by=correction.by)
    ordered = sorted(known.values(), key=lambda fact: (fact.document, fact.lines))
    return Corrected(tuple(ordered), tuple(orphans))


def changed(fact: Fact, fields: dict[str, Any], *, by: str) -> Fact:
    """A fact with other values. Raises UserCanFix(`bad_fact_field`)."""
    _check_fields(fact.kind, fields)
    # What it is called or dated may be another thing of the plan, so its entry is looked for anew.
    return _signed(_made({**fact.model_dump(), **_with_ends(fields), "entry_id": "", "by": by}, fields), fields)


def added(correction: Correction, place: Lines) -> Fact:
    """The fact a person added, at the place its line has now. Raises UserCanFix(`bad_fact_field`)."""
    given = {key: value for key, value in correction.fields.items() if key not in ("kind", "heading_path", "raw")}
    _check_fields(str(correction.fields.get("kind")), given)
    stands = {"id": correction.fact_id, "document": correction.document, "lines": place, "quote": correction.quote}
    return _signed(_made({"raw": correction.quote, **_with_ends(correction.fields), **stands, "by": correction.by}, given), given)


def _signed(fact: Fact, fields: dict[str, Any]) -> Fact:
    """With the person's words beside the file's; a figure they set is shown as they set it."""
    if isinstance(fact, KpiFact | FinanceFact) and FIGURE & set(fields):
        fact = fact.model_copy(update={"raw": reworded(fact.raw, fact, only_size=set(fields) <= SIZES and not is_range(fact))})
    return fact.model_copy(update={"correction": f"{told(fact)} ({fact.by})"})


def _with_ends(fields: dict[str, Any]) -> dict[str, Any]:
    """One amount given for a range of money is both its ends."""
    if "amount_low" in fields and "amount_high" not in fields:
        return {**fields, "amount_high": fields["amount_low"]}
    return fields


def _made(values: dict[str, Any], fields: dict[str, Any]) -> Fact:
    if "period" in fields:
        values["when"] = parse_period(str(fields["period"])) if fields["period"] else None
    try:
        return FACT.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][-1]) if first["loc"] else str(values.get("kind"))
        raise UserCanFix("bad_fact_field", field=field, value=str(first.get("input"))[:100], expected=first["msg"]) from error


def _check_fields(kind: str, fields: dict[str, Any]) -> None:
    for field in fields:
        if field in FIXED:
            raise UserCanFix("bad_fact_field", field=field, value=str(fields[field])[:100], expected=f"not a field of a {kind}")


def _found(correction: Correction, lines: Sequence[str]) -> Lines | None:
    """Where the quoted lines stand now: at their old place, else at the nearest equal one."""
    quoted = correction.quote.split("\n")
    starts = [n for n in range(len(lines) - len(quoted) + 1) if list(lines[n : n + len(quoted)]) == quoted]
    if not starts:
        return None
    first = min(starts, key=lambda n: abs(n + 1 - correction.lines[0])) + 1
    return first, first + len(quoted) - 1
