"""Commands about the documents themselves: list, show, remove."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from integrations.cli.options import JsonOption, chosen_document
from integrations.cli.session import session

DocumentArgument = Annotated[str, typer.Argument(help="The document: its name or a part of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Ingested documents.", no_args_is_help=True)
    group.command("list")(documents_list)
    group.command("show")(documents_show)
    group.command("remove")(documents_remove)
    app.add_typer(group, name="documents")


def documents_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List documents with title, language, length and start."""
    opened = session(context)
    records = opened.workspace.plans.documents(opened.principal)
    if as_json:
        opened.screen.json([record.model_dump(mode="json") for record in records])
        return
    rows = [
        [
            record.document,
            record.title,
            record.language,
            str(record.line_count),
            str(record.start or ""),
            f"{record.ingested_at:%Y-%m-%d}",
        ]
        for record in records
    ]
    if rows:
        opened.screen.table(opened.columns("document", "title", "language", "lines", "start", "ingested"), rows, right=(3,))
    else:
        opened.screen.line(opened.say("none"))


def documents_show(
    context: typer.Context,
    document: DocumentArgument,
    text: Annotated[bool, typer.Option("--text", help="Print the repaired text, every line with its number.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a document holds: facts by kind and what was left out, with the reasons."""
    opened = session(context)
    plans = opened.workspace.plans
    record = chosen_document(plans.documents(opened.principal), document)
    if text:
        for number, line in enumerate(plans.text(opened.principal, record.document).split("\n"), start=1):
            opened.screen.line(f"{number:>5}  {line}")
        return
    facts = Counter(fact.kind for fact in plans.facts(opened.principal, documents=[record.document]))
    dropped = plans.dropped(opened.principal, record.document)
    if as_json:
        held = {"facts": facts, "dropped": [item.model_dump(mode="json") for item in dropped]}
        opened.screen.json({**record.model_dump(mode="json"), **held})
        return
    opened.screen.line(f"{record.document}  {record.title}", style="bold")
    opened.screen.table(opened.columns("name", "facts"), [[kind, str(count)] for kind, count in facts.most_common()], right=(1,))
    if dropped:
        opened.screen.line()
        rows = [[f"{item.document}:{item.line}", item.reason, item.text] for item in dropped]
        opened.screen.table(opened.columns("dropped", "reason", "passage"), rows)


def documents_remove(
    context: typer.Context,
    document: DocumentArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take a document out of the workspace; its file stays where it is."""
    opened = session(context)
    record = chosen_document(opened.workspace.plans.documents(opened.principal), document)
    if not yes and not typer.confirm(opened.say("confirm_remove", document=record.document)):
        opened.screen.notice(opened.say("not_removed"))
        raise typer.Exit(1)
    opened.workspace.remove(record.document)
    opened.screen.line(opened.say("removed", document=record.document))
