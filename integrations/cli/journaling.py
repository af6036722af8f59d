"""Commands that record: readings of metrics, states of tasks. The person's own word, under their name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import TaskStatus
from integrations.cli.options import DocumentOption, JsonOption, chosen_document
from integrations.cli.session import Session, session
from integrations.render import json_ready, quantity

NameArgument = Annotated[str, typer.Argument(help="Name or id; near matches are offered.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why, or how it is known.")]
TASK_COMMANDS: dict[str, TaskStatus] = {"done": "done", "start": "doing", "block": "blocked", "drop": "dropped", "reopen": "open"}
TASK_HELP = {
    "done": "Say that a task is done.",
    "start": "Say that a task is being worked on.",
    "block": "Say that a task is blocked.",
    "drop": "Say that a task will not be done.",
    "reopen": "Say that a task is open again.",
}


def kpi_record(
    context: typer.Context,
    name: NameArgument,
    value: Annotated[str, typer.Argument(help="With its unit, or a bare number in the metric's unit: 4.2%, $12K, 3 days.")],
    on: Annotated[str | None, typer.Option("--date", help="The day it holds for, 2026-03-31; today without it.")] = None,
    note: NoteOption = None,
    source: Annotated[str | None, typer.Option("--source", help="Where the value comes from.")] = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a metric's value on a day; a second value for the day corrects the first, and both are kept."""
    opened = session(context)
    day = None if on is None else _day(on)
    reading = opened.office.recorder.record(
        opened.principal, name, value, on=day, note=note, source=source, document=_document(opened, document)
    )
    if as_json:
        opened.screen.json(json_ready(reading))
        return
    told = quantity(reading.value, reading.unit)
    key = "reading_corrected" if reading.supersedes else "reading_recorded"
    opened.screen.line(opened.say(key, name=reading.name, value=told, date=reading.on.isoformat(), document=reading.document))


def kpi_history(context: typer.Context, name: NameArgument, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """Show a metric's readings, corrected ones too, in the order they were recorded."""
    opened = session(context)
    metric = opened.office.recorder.metric(opened.principal, name, document=_document(opened, document))
    readings = opened.office.journal.history(metric.id)
    if as_json:
        opened.screen.json([json_ready(reading) for reading in readings])
        return
    corrected = {reading.supersedes for reading in readings}
    rows = [
        [
            reading.on.isoformat(),
            quantity(reading.value, reading.unit),
            reading.by,
            reading.note or "",
            opened.say("reading_was_corrected") if reading.id in corrected else "",
        ]
        for reading in readings
    ]
    opened.screen.table(opened.columns("date", "value", "by", "note", "state"), rows, right=(1,))


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
        made = opened.office.recorder.change_task(opened.principal, name, status, note=note, document=_document(opened, document))
        if as_json:
            opened.screen.json(json_ready(made))
        else:
            opened.screen.line(opened.say("task_changed", name=made.name, state=opened.say(f"task_{made.status}")))

    change.__doc__ = told
    return change


def _document(opened: Session, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    return chosen_document(opened.workspace.plans.documents(opened.principal), wanted).document


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserCanFix("bad_date", value=text) from error
