"""Commands that list the compiled plan: kpi, task, risk, phase, conflicts, and the plan's first day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Fact, KpiFact, PhaseFact, RiskFact, TaskFact
from copilot.domain.plan import Conflict, Entry, Plan
from integrations.cli.journaling import TASK_COMMANDS, TASK_HELP, kpi_history, kpi_record, task_command
from integrations.cli.options import DocumentOption, JsonOption, chosen_document, named
from integrations.cli.session import Session, session
from integrations.render import quantity

Row = Callable[[Any, Session], list[str]]

PeriodOption = Annotated[str | None, typer.Option("--period", "-p", help="Only entries whose period holds these words.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    groups = {
        "kpi": (
            "Metrics with their targets.",
            (("list", kpi_list), ("show", kpi_show), ("record", kpi_record), ("history", kpi_history)),
        ),
        "task": ("Tasks and checklists.", (("list", task_list), *_task_commands())),
        "risk": ("Risks and what stands against them.", (("list", risk_list),)),
        "phase": ("Phases and stages.", (("list", phase_list),)),
        "plan": ("The plan's calendar.", (("start", plan_start),)),
    }
    for name, (told, commands) in groups.items():
        group = typer.Typer(help=told, no_args_is_help=True)
        for command, function in commands:
            group.command(command)(function)
        app.add_typer(group, name=name)
    app.command("conflicts")(conflicts)


def _task_commands() -> list[tuple[str, Callable[..., None]]]:
    return [(name, task_command(status, TASK_HELP[name])) for name, status in TASK_COMMANDS.items()]


def kpi_list(
    context: typer.Context, document: DocumentOption = None, period: PeriodOption = None, as_json: JsonOption = False
) -> None:
    """List metrics with period, value, baseline and source."""
    opened = session(context)
    _show_entries(opened, _entries(opened, "kpi", document, period), as_json)


def kpi_show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the metric, or words of it.")],
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every value of a metric, each mention with its line."""
    opened = session(context)
    found = named(_entries(opened, "kpi", document, None), lambda entry: entry.name, name)
    if as_json:
        opened.screen.json([_exported(entry) for entry in found])
        return
    mentions = [mention for entry in found for mention in entry.mentions]
    opened.screen.table(*_table("kpi", mentions, opened))


def task_list(
    context: typer.Context,
    document: DocumentOption = None,
    period: PeriodOption = None,
    done: Annotated[bool | None, typer.Option("--done/--open", help="Only ticked, or only not ticked.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List tasks in the order of their documents. An empty box means not ticked, not "not started"."""
    opened = session(context)
    found = _entries(opened, "task", document, period)
    if done is not None:
        found = [entry for entry in found if getattr(entry.mentions[0], "done", None) is done]
    _show_entries(opened, found, as_json)


def risk_list(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """List risks with mitigation, probability and impact."""
    opened = session(context)
    _show_entries(opened, _entries(opened, "risk", document, None), as_json)


def phase_list(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """List phases with the time they span."""
    opened = session(context)
    _show_entries(opened, _entries(opened, "phase", document, None), as_json)


def conflicts(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """List what has two values that cannot both hold, each with its source."""
    opened = session(context)
    found = _conflicts(opened, document)
    if as_json:
        opened.screen.json([conflict.model_dump(mode="json") for conflict in found])
        return
    rows = [
        [conflict.name, conflict.period or "", value.value, value.citation.label]
        for conflict in found
        for value in conflict.values
    ]
    if rows:
        opened.screen.table(opened.columns("name", "period", "value", "source"), rows)
    else:
        opened.screen.line(opened.say("no_conflicts"))


def plan_start(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="The plan's document: its name or a part of it.")],
    start: Annotated[str, typer.Argument(help="Its first day, as 2026-03-31; `none` forgets it.")],
) -> None:
    """Set the first day of a plan, from which its months and weeks are counted."""
    opened = session(context)
    record = chosen_document(opened.workspace.plans.documents(opened.principal), document)
    try:
        day = None if start == "none" else date.fromisoformat(start)
    except ValueError:
        raise UserCanFix("bad_date", value=start) from None
    opened.workspace.plans.set_start(record.document, day)
    opened.screen.line(opened.say("start_set", document=record.document, start=day or "?"))


def _entries(opened: Session, kind: str, document: str | None, period: str | None) -> list[Entry]:
    plan = _plan(opened, document)
    found = [entry for entry in plan.entries if entry.kind == kind]
    return found if period is None else named(found, lambda entry: entry.period or "", period)


def _plan(opened: Session, document: str | None) -> Plan:
    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    only = [] if document is None else [chosen_document(records, document).document]
    return opened.workspace.plan(opened.principal, only)


def _conflicts(opened: Session, document: str | None) -> Sequence[Conflict]:
    # Conflicts stand between documents, so the whole plan is compiled and then narrowed.
    plan = _plan(opened, None)
    if document is None:
        return plan.conflicts
    name = chosen_document(plan.documents, document).document
    return [found for found in plan.conflicts if any(value.citation.document == name for value in found.values)]


def _show_entries(opened: Session, entries: Sequence[Entry], as_json: bool) -> None:
    if as_json:
        opened.screen.json([_exported(entry) for entry in entries])
    elif entries:
        opened.screen.table(*_table(entries[0].kind, [entry.mentions[0] for entry in entries], opened))
    else:
        opened.screen.line(opened.say("none"))


def _exported(entry: Entry) -> dict[str, Any]:
    sources = [{"document": mention.document, "lines": list(mention.lines)} for mention in entry.mentions]
    return {**entry.mentions[0].exported(), "sources": sources}


def _table(kind: str, facts: Sequence[Fact], opened: Session) -> tuple[list[str], list[list[str]]]:
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
