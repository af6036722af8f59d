"""`rumbo conversation`: what was asked and answered, to be looked at, taken up again, or deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from integrations.cli.options import JsonOption
from integrations.cli.session import session
from integrations.render import one_line

MOST_TURNS = 10_000
SHOWN = 60
Id = Annotated[str, typer.Argument(help="Id of the conversation, as listed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Conversations: what was asked and answered before.", no_args_is_help=True)
    group.command("list")(listed)
    group.command("show")(show)
    group.command("delete")(delete)
    app.add_typer(group, name="conversation")


def listed(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most conversations.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Your conversations, the latest first."""
    opened = session(context)
    found = opened.workspace.conversations.listed(opened.principal, limit=limit)
    if as_json:
        opened.screen.json([{**row, "started_at": row["started_at"].isoformat()} for row in found])
        return
    if not found:
        opened.screen.line(opened.say("none"))
        return
    rows = [
        [
            str(row["id"]),
            f"{row['started_at']:%Y-%m-%d %H:%M}",
            str(row["turns"]),
            one_line(row["title"] or row["first_question"] or "", SHOWN),
        ]
        for row in found
    ]
    opened.screen.table(opened.columns("conversation", "start", "turns", "title"), rows, right=(2,))


def show(context: typer.Context, conversation: Id, as_json: JsonOption = False) -> None:
    """Questions and answers of a conversation, oldest first, with the notes kept of the older ones."""
    opened = session(context)
    store = opened.workspace.conversations
    turns = store.turns(opened.principal, conversation, limit=MOST_TURNS)
    if not turns:
        raise UserCanFix("unknown_conversation", conversation_id=conversation)
    title, notes = store.title(opened.principal, conversation), store.summary(opened.principal, conversation)
    if as_json:
        told = {"conversation_id": conversation, "title": title, "notes": notes.model_dump() if notes else None}
        opened.screen.json({**told, "turns": [turn.model_dump() for turn in turns]})
        return
    if title:
        opened.screen.line(title, style="bold")
    if notes:
        opened.screen.line(f"{opened.say('conversation_notes')}\n{notes.text}", style="dim")
    for turn in turns:
        opened.screen.line(f"> {turn.user}", style="bold")
        opened.screen.line(f"{turn.assistant}\n")


def delete(
    context: typer.Context,
    conversation: Id,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
) -> None:
    """Delete a conversation with its questions, answers and notes."""
    opened = session(context)
    if not yes:
        typer.confirm(opened.say("conversation_delete_sure", conversation=conversation), abort=True)
    opened.workspace.conversations.delete(opened.principal, conversation)
    opened.screen.line(opened.say("conversation_deleted", conversation=conversation))
