"""Commands of checklists: tasks with their states. The person's own word, under their name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from copilot.domain.journal import TaskStatus
from integrations.cli.entries import PeriodOption, document_of, entries_of, show_entries
from integrations.cli.options import DocumentOption, JsonOption, NameArgument, NoteOption
from integrations.cli.session import session
from integrations.render import json_ready

TASK_COMMANDS: dict[str, TaskStatus] = {"done": "done", "start": "doing", "block": "blocked", "drop": "dropped", "reopen": "open"}
TASK_HELP = {
    "done": "Say that a task is done.",
    "start": "Say that a task is being worked on.",
    "block": "Say that a task is blocked.",
    "drop": "Say that a task will not be done.",
    "reopen": "Say that a task is open again.",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Tasks and checklists.", no_args_is_help=True)
    group.command("list")(task_list)
    for name, status in TASK_COMMANDS.items():
        group.command(name)(task_command(status, TASK_HELP[name]))
    app.add_typer(group, name="task")


def task_list(
    context: typer.Context,
    document: DocumentOption = None,
    period: PeriodOption = None,
    done: Annotated[bool | None, typer.Option("--done/--open", help="Only ticked, or only not ticked.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List tasks in the order of their documents. An empty box means not ticked, not "not started"."""
    opened = session(context)
    found = entries_of(opened, "task", document, period)
    if done is not None:
        found = [entry for entry in found if getattr(entry.mentions[0], "done", None) is done]
    show_entries(opened, found, as_json)


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
        made = opened.office.recorder.change_task(
            opened.principal, name, status, note=note, document=document_of(opened, document)
        )
        if as_json:
            opened.screen.json(json_ready(made))
        else:
            opened.screen.line(opened.say("task_changed", name=made.name, state=opened.say(f"task_{made.status}")))

    change.__doc__ = told
    return change
