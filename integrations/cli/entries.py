"""What commands that list the plan share: entries of a kind, narrowed and shown as a table or JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Fact, KpiFact, PhaseFact, RiskFact, TaskFact
from copilot.domain.plan import Entry, Plan
from integrations.cli.options import chosen_document, named
from integrations.cli.session import Session
from integrations.render import quantity

Row = Callable[[Any, Session], list[str]]

PeriodOption = Annotated[str | None, typer.Option("--period", "-p", help="Only entries whose period holds these words.")]


def entries_of(opened: Session, kind: str, document: str | None, period: str | None) -> list[Entry]:
    """Entries of a kind, of one document or all, whose period holds the words."""
    plan = plan_of(opened, document)
    found = [entry for entry in plan.entries if entry.kind == kind]
    return found if period is None else named(found, lambda entry: entry.period or "", period)


def plan_of(opened: Session, document: str | None) -> Plan:
    """The plan as the person may see it. Raises UserCanFix(`nothing_ingested`)."""
    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    only = [] if document is None else [chosen_document(records, document).document]
    return opened.workspace.plan(opened.principal, only)


def document_of(opened: Session, wanted: str | None) -> str | None:
    """Name of the document a person means; None where none was named. Raises UserCanFix(`unknown_document`)."""
    return None if wanted is None else chosen_document(opened.workspace.plans.documents(opened.principal), wanted).document


def show_entries(opened: Session, entries: Sequence[Entry], as_json: bool) -> None:
    """As a table of first mentions, or as JSON with all sources."""
    if as_json:
        opened.screen.json([exported_entry(entry) for entry in entries])
    elif entries:
        opened.screen.table(*entry_table(entries[0].kind, [entry.mentions[0] for entry in entries], opened))
    else:
        opened.screen.line(opened.say("none"))


def exported_entry(entry: Entry) -> dict[str, Any]:
    """JSON-ready: the first mention and the sources of all."""
    sources = [{"document": mention.document, "lines": list(mention.lines)} for mention in entry.mentions]
    return {**entry.mentions[0].exported(), "sources": sources}


def entry_table(kind: str, facts: Sequence[Fact], opened: Session) -> tuple[list[str], list[list[str]]]:
    """Headers and rows for facts of a kind."""
    columns, row = TABLES[kind]
    return opened.columns(*columns), [row(fact, opened) for fact in facts]


def _kpi_row(fact: KpiFact, _: Session) -> list[str]:
    value = quantity(fact.value, fact.unit, high=fact.value_high, comparator=fact.comparator)
    baseline = "" if fact.baseline is None else quantity(fact.baseline, fact.baseline_unit or fact.unit)
    return [fact.name, fact.segment or "", fact.period or "", fact.role, value, baseline, fact.citation().label]


def _task_row(fact: TaskFact, _: Session) -> list[str]:
    box = {True: "[x]", False: "[ ]", None: "-"}[fact.done]
    section = fact.label or (fact.heading_path[-1] if fact.heading_path else "")
    return [box, fact.text, section, fact.weekday or fact.period or "", fact.citation().label]


def _risk_row(fact: RiskFact, _: Session) -> list[str]:
    return [fact.risk, fact.mitigation or "", fact.probability or "", fact.impact or "", fact.citation().label]


def _phase_row(fact: PhaseFact, _: Session) -> list[str]:
    ends = [str(end) for end in (fact.start, fact.end) if end is not None]
    span = f"{'-'.join(dict.fromkeys(ends))} {fact.unit or ''}".strip() if ends else fact.unit or ""
    return [fact.name, span, fact.goal or "", fact.priority or "", fact.citation().label]


TABLES: dict[str, tuple[tuple[str, ...], Row]] = {
    "kpi": (("metric", "segment", "period", "role", "value", "baseline", "source"), _kpi_row),
    "task": (("done", "task", "section", "period", "source"), _task_row),
    "risk": (("risk", "mitigation", "probability", "impact", "source"), _risk_row),
    "phase": (("phase", "span", "goal", "priority", "source"), _phase_row),
}
"""Kind of a fact to the columns of its table and the row of one fact."""
