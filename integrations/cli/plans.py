"""Commands that list the compiled plan: risk, phase, conflicts, and the plan's first day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.plan import Conflict
from integrations.cli.entries import entries_of, plan_of, show_entries
from integrations.cli.options import DocumentOption, JsonOption, chosen_document
from integrations.cli.session import Session, session


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    groups: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
        "risk": ("Risks and what stands against them.", {"list": risk_list}),
        "phase": ("Phases and stages.", {"list": phase_list}),
        "plan": ("The plan's calendar.", {"start": plan_start}),
    }
    for name, (told, commands) in groups.items():
        group = typer.Typer(help=told, no_args_is_help=True)
        for command, function in commands.items():
            group.command(command)(function)
        app.add_typer(group, name=name)
    app.command("conflicts")(conflicts)


def risk_list(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """List risks with mitigation, probability and impact."""
    opened = session(context)
    show_entries(opened, entries_of(opened, "risk", document, None), as_json)


def phase_list(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """List phases with the time they span."""
    opened = session(context)
    show_entries(opened, entries_of(opened, "phase", document, None), as_json)


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


def _conflicts(opened: Session, document: str | None) -> Sequence[Conflict]:
    # Conflicts stand between documents, so the whole plan is compiled and then narrowed.
    plan = plan_of(opened, None)
    if document is None:
        return plan.conflicts
    name = chosen_document(plan.documents, document).document
    return [found for found in plan.conflicts if any(value.citation.document == name for value in found.values)]
