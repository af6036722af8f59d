"""`rumbo feedback`: thumbs on answers, their list, and the question file they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.domain.errors import UserCanFix
from integrations.cli.options import JsonOption, NoteOption
from integrations.cli.session import session
from integrations.render import json_ready, one_line

if TYPE_CHECKING:
    from copilot.domain.feedback import Feedback, Vote

VOTES = {"up": "vote_up", "down": "vote_down"}
"""Vote to its label."""
ConversationOption = Annotated[
    str | None, typer.Option("--conversation", "-c", help="Of this conversation; the last answer without one.")
]
TurnOption = Annotated[int | None, typer.Option("--turn", min=1, help="Number of the answer in the conversation; the last one.")]
AllOption = Annotated[bool, typer.Option("--all", help="Thumbs up as well.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Say whether an answer was good; bad ones become questions of an evaluation.", no_args_is_help=True)
    group.command("down")(down)
    group.command("up")(up)
    group.command("list")(show)
    group.command("export")(export)
    app.add_typer(group, name="feedback")


def down(
    context: typer.Context,
    note: NoteOption = None,
    conversation: ConversationOption = None,
    turn: TurnOption = None,
    as_json: JsonOption = False,
) -> None:
    """The answer was wrong, or not what was asked for."""
    _vote(context, "down", note, conversation, turn, as_json=as_json)


def up(
    context: typer.Context,
    note: NoteOption = None,
    conversation: ConversationOption = None,
    turn: TurnOption = None,
    as_json: JsonOption = False,
) -> None:
    """The answer was right."""
    _vote(context, "up", note, conversation, turn, as_json=as_json)


def show(context: typer.Context, everything: AllOption = False, as_json: JsonOption = False) -> None:
    """Thumbs down with their questions and notes, the latest first."""
    opened = session(context)
    found = opened.office.feedback.listed(vote=None if everything else "down")
    if as_json:
        opened.screen.json([json_ready(one) for one in found])
    elif found:
        columns = opened.columns("date", "by", "vote", "question", "note")
        rows = [_row(one, opened.say(VOTES[one.vote])) for one in found]
        opened.screen.table(columns, rows)
    else:
        opened.screen.line(opened.say("none"))


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="Question file to write, for `rumbo eval run`.")],
    everything: AllOption = False,
) -> None:
    """Write the questions of thumbs down to a file; fill in what a right answer must contain, and run it."""
    from copilot.evals.feedback import as_questions

    opened = session(context)
    rows = as_questions(opened.office.feedback.listed(vote=None if everything else "down"))
    try:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(out), reason=error.strerror or "") from None
    opened.screen.line(opened.say("written", path=out, count=len(rows)))


def _vote(
    context: typer.Context, vote: Vote, note: str | None, conversation: str | None, turn: int | None, *, as_json: bool
) -> None:
    opened = session(context)
    made = opened.office.feedback.vote(opened.principal, vote, note=note, conversation_id=conversation, turn=turn)
    if as_json:
        opened.screen.json(json_ready(made))
    else:
        told = opened.say(VOTES[vote])
        opened.screen.line(opened.say("feedback_kept", vote=told, question=one_line(made.said.question)))


def _row(one: Feedback, vote: str) -> list[str]:
    return [f"{one.at:%Y-%m-%d %H:%M}", one.by, vote, one_line(one.said.question), one_line(one.note or "")]
