"""Commands of checklists: where tasks stand, and changing it. The person's own word, under their name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import BY_DOCUMENT, TaskChange, TaskStatus
from copilot.journal.checklist import STATUSES
from integrations.cli.boxes import task_patch
from integrations.cli.entries import PeriodOption, document_of, plan_of
from integrations.cli.options import DocumentOption, JsonOption, NameArgument, NoteOption
from integrations.cli.session import Session, session
from integrations.render import json_ready
from tools.calc.checklist import Standing, progress_by_document, progress_by_phase
from tools.calc.choice import Choice, chosen, due_days, holds_words

TASK_COMMANDS: dict[str, TaskStatus] = {"done": "done", "start": "doing", "block": "blocked", "drop": "dropped", "reopen": "open"}
TASK_HELP = {
    "done": "Say that a task is done.",
    "start": "Say that a task is being worked on.",
    "block": "Say that a task is blocked.",
    "drop": "Say that a task will not be done.",
    "reopen": "Say that a task is open again.",
}
NOBODY = "none"

OwnerOption = Annotated[str | None, typer.Option("--owner", help="Only tasks of this person: any part of the name.")]
PhaseOption = Annotated[str | None, typer.Option("--phase", help="Only of this phase: words of its name, or of a heading.")]
DueOption = Annotated[
    str | None, typer.Option("--due", help="Only what is due: `today`, `week` (this one), or up to a date, 2026-03-31.")
]
OverdueOption = Annotated[bool, typer.Option("--overdue", help="Only what should have been done by now.")]
StatusOption = Annotated[
    list[str] | None, typer.Option("--status", help="Only in this state: open, doing, done, blocked, dropped; may be repeated.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Tasks and checklists.", no_args_is_help=True)
    group.command("list")(task_list)
    group.command("show")(task_show)
    for name, status in TASK_COMMANDS.items():
        group.command(name)(task_command(status, TASK_HELP[name]))
    group.command("assign")(task_assign)
    group.command("due")(task_due)
    group.command("progress")(task_progress)
    group.command("patch")(task_patch)
    app.add_typer(group, name="task")


def task_list(
    context: typer.Context,
    document: DocumentOption = None,
    period: PeriodOption = None,
    phase: PhaseOption = None,
    owner: OwnerOption = None,
    due: DueOption = None,
    overdue: OverdueOption = False,
    status: StatusOption = None,
    done: Annotated[bool | None, typer.Option("--done/--open", help="Only what is done, or only what is left to do.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List tasks with state, owner and due day. An empty box means not ticked, not "not started"."""
    opened = session(context)
    plan_of(opened, None)
    today = opened.office.clock.now().date()
    choice = Choice(
        document=document_of(opened, document),
        statuses=_statuses(status or [], done),
        owner=owner,
        phase=phase,
        due=None if due is None else due_days(due, today),
        is_overdue=overdue,
    )
    found = chosen(opened.office.checklist.standings(opened.principal), choice, today)
    found = [one for one in found if period is None or holds_words(one.task.period or "", period)]
    if as_json:
        opened.screen.json([_exported(one, today) for one in found])
    elif found:
        rows = [_row(one, opened, today) for one in found]
        opened.screen.table(opened.columns("state", "task", "owner", "due", "section", "source"), rows)
    else:
        opened.screen.line(opened.say("none"))


def task_show(context: typer.Context, name: NameArgument, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """Show where a task stands, why it is due when it is, and every change of it."""
    opened = session(context)
    checklist, only = opened.office.checklist, document_of(opened, document)
    one = checklist.standing(opened.principal, name, document=only)
    changes = checklist.history(opened.principal, one.task.id)
    today = opened.office.clock.now().date()
    if as_json:
        opened.screen.json({**_exported(one, today), "history": [json_ready(change) for change in changes]})
        return
    opened.screen.line(one.task.text, style="bold")
    facts = [
        (opened.say("col_state"), _state(one, opened, today)),
        (opened.say("col_owner"), one.owner or "-"),
        (opened.say("col_due"), _due(one, opened)),
        (opened.say("col_note"), one.note or "-"),
        (opened.say("col_phase"), "-" if one.phase is None else one.phase.name),
        (opened.say("col_source"), one.task.citation().label),
        (opened.say("col_id"), one.task.id),
    ]
    opened.screen.table(["", ""], [list(pair) for pair in facts])
    if changes:
        opened.screen.line()
        opened.screen.table(opened.columns("date", "state", "owner", "due", "by", "note"), [_told(c, opened) for c in changes])


def task_command(status: TaskStatus, told: str) -> Callable[..., None]:
    """The command that gives a task this state."""

    def change(
        context: typer.Context,
        name: NameArgument,
        note: NoteOption = None,
        document: DocumentOption = None,
        as_json: JsonOption = False,
    ) -> None:
        opened = session(context)
        only = document_of(opened, document)
        made = opened.office.checklist.change(opened.principal, name, status=status, note=note, document=only)
        if as_json:
            opened.screen.json(json_ready(made))
        else:
            opened.screen.line(opened.say("task_changed", name=made.name, state=opened.say(f"task_{made.status}")))

    change.__doc__ = told
    return change


def task_assign(
    context: typer.Context,
    name: NameArgument,
    owner: Annotated[str, typer.Argument(help="Who is to do it, as people call them; `none` for nobody.")],
    note: NoteOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who is to do a task."""
    opened = session(context)
    who = None if owner == NOBODY else owner
    made = opened.office.checklist.change(opened.principal, name, owner=who, note=note, document=document_of(opened, document))
    if as_json:
        opened.screen.json(json_ready(made))
    else:
        opened.screen.line(opened.say("task_assigned", name=made.name, owner=made.owner or "-"))


def task_due(
    context: typer.Context,
    name: NameArgument,
    day: Annotated[str, typer.Argument(help="The day it is to be done by, 2026-03-31; `none`: as its document says.")],
    note: NoteOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say by when a task is to be done; before that holds the time its document gives it, counted from the plan's start."""
    opened = session(context)
    due = None if day == NOBODY else _day(day)
    checklist = opened.office.checklist
    made = checklist.change(opened.principal, name, due=due, note=note, document=document_of(opened, document))
    if as_json:
        opened.screen.json(json_ready(made))
    else:
        now = checklist.standing(opened.principal, made.task_id)
        opened.screen.line(opened.say("task_due_set", name=made.name, due=_due(now, opened)))


def task_progress(
    context: typer.Context,
    document: DocumentOption = None,
    by_document: Annotated[bool, typer.Option("--by-document", help="One row a document, not one a phase.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how much is done, in progress, blocked and overdue, by phase. What was dropped does not count as to be done."""
    opened = session(context)
    only, today = document_of(opened, document), opened.office.clock.now().date()
    found = [one for one in opened.office.checklist.standings(opened.principal) if only in (None, one.task.document)]
    rows = (progress_by_document if by_document else progress_by_phase)(found, today)
    if as_json:
        opened.screen.json([asdict(row) for row in rows])
        return
    told = [
        [
            row.document,
            *([] if by_document else [row.phase or "-"]),
            f"{row.done}/{row.total}",
            *(str(count or "") for count in (row.doing, row.blocked, row.overdue, row.dropped)),
        ]
        for row in rows
    ]
    states = [opened.say(f"task_{key}") for key in ("doing", "blocked")]
    headers = [
        *opened.columns(*(("document",) if by_document else ("document", "phase")), "done"),
        *states,
        *opened.columns("overdue"),
        opened.say("task_dropped"),
    ]
    opened.screen.table(headers, told)


def _statuses(given: Sequence[str], done: bool | None) -> tuple[TaskStatus, ...]:
    known: dict[str, TaskStatus] = {status: status for status in STATUSES}
    for status in given:
        if status not in known:
            raise UserCanFix("unknown_task_status", status=status, known=list(STATUSES))
    wanted = {known[status] for status in given} or set(STATUSES)
    if done is not None:
        wanted &= {"done"} if done else {"open", "doing", "blocked"}
    return tuple(status for status in STATUSES if status in wanted)


def _exported(one: Standing, today: date) -> dict[str, object]:
    return {**one.exported(today), "sources": [{"document": one.task.document, "lines": list(one.task.lines)}]}


def _row(one: Standing, opened: Session, today: date) -> list[str]:
    section = one.task.label or (one.task.heading_path[-1] if one.task.heading_path else "")
    return [_state(one, opened, today), one.task.text, one.owner or "", _due(one, opened), section, one.task.citation().label]


def _state(one: Standing, opened: Session, today: date) -> str:
    told = opened.say(f"task_{one.status}")
    return f"{told}, {opened.say('task_overdue')}" if one.is_overdue(today) else told


def _due(one: Standing, opened: Session) -> str:
    """The day, and what says so."""
    if one.due is None:
        return "-" if one.task.period is None else one.task.period
    return f"{one.due.isoformat()} ({one.due_named or opened.say('due_set')})"


def _told(change: TaskChange, opened: Session) -> list[str]:
    due = "" if change.due is None else change.due.isoformat()
    who = opened.say("by_document") if change.by == BY_DOCUMENT else change.by
    return [f"{change.at:%Y-%m-%d %H:%M}", opened.say(f"task_{change.status}"), change.owner or "", due, who, change.note or ""]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserCanFix("bad_date", value=text) from error
