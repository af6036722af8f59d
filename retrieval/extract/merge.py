"""Mentions to plan: ids, entries, conflicts, and what changed between two versions of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from copilot.domain.fact import Fact
from copilot.domain.plan import DocumentRecord, Entry, Plan
from retrieval.extract.changes import changes
from retrieval.extract.conflicts import find_conflicts
from retrieval.extract.identity import fact_name, fact_period, identify

__all__ = ["changes", "compile_plan", "identify"]


def compile_plan(documents: Sequence[DocumentRecord], facts: Iterable[Fact]) -> Plan:
    """The plan of these documents: facts in document and line order, joined into entries, with their conflicts.

    Facts that were never identified get their ids here, and what people changed finds its entry.
    """
    order = {record.document: position for position, record in enumerate(documents)}
    listed = sorted(facts, key=lambda fact: (order.get(fact.document, len(order)), fact.document, fact.lines))
    known = _identified(listed)
    return Plan(documents=tuple(documents), facts=known, entries=_entries(known), conflicts=find_conflicts(known))


def _identified(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    if all(fact.id and fact.entry_id for fact in facts):
        return tuple(facts)
    found = identify(facts)
    return tuple(
        other.model_copy(update={"id": fact.id or other.id, "entry_id": fact.entry_id or other.entry_id})
        for fact, other in zip(facts, found, strict=True)
    )


def _entries(facts: Sequence[Fact]) -> tuple[Entry, ...]:
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.entry_id, []).append(fact)
    entries = []
    for entry_id, mentions in grouped.items():
        # A stable sort: among equally complete mentions the first one stands first.
        ranked = sorted(mentions, key=_completeness, reverse=True) if len(mentions) > 1 else mentions
        first = ranked[0]
        entries.append(
            Entry(entry_id=entry_id, kind=first.kind, name=fact_name(first), period=fact_period(first), mentions=tuple(ranked))
        )
    return tuple(entries)


def _completeness(fact: Fact) -> int:
    """How many of its fields a mention fills."""
    return sum(1 for name in type(fact).model_fields if getattr(fact, name) not in (None, "", ()))
