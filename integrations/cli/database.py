"""`rumbo db`: check the workspace's database, back it up, and put a backup in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from integrations.cli.options import JsonOption
from integrations.cli.session import session

FAULTY = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="The workspace's database.", no_args_is_help=True)
    group.command("check")(db_check)
    group.command("backup")(db_backup)
    group.command("restore")(db_restore)
    app.add_typer(group, name="db")


def db_check(context: typer.Context, as_json: JsonOption = False) -> None:
    """Look whether the database holds together: schema, references, quotes, full-text index. Changes nothing."""
    from retrieval.store.check import check_database

    opened = session(context)
    checks = check_database(opened.workspace.database)
    if as_json:
        opened.screen.json([{"check": one.name, "ok": one.is_good, "faults": one.faults, "told": one.told} for one in checks])
    else:
        rows = [
            [one.name, opened.say("good" if one.is_good else "faulty", count=one.faults), ", ".join(one.told)] for one in checks
        ]
        opened.screen.table(opened.columns("name", "status", "note"), rows)
    if not all(one.is_good for one in checks):
        raise typer.Exit(FAULTY)


def db_backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")]
) -> None:
    """Write everything but the vectors into one file, also while others work; it fits SQLite and PostgreSQL."""
    from retrieval.store.backup import write_backup

    opened = session(context)
    kept = write_backup(opened.workspace.database, file, now=opened.workspace.clock.now())
    opened.screen.line(opened.say("backed_up", path=str(file), documents=kept.documents, rows=kept.rows))


def db_restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `rumbo db backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also where the workspace is not empty; what it holds is lost.")] = False,
) -> None:
    """Put a backup in the workspace, wholly or not at all, and write its vectors again."""
    from retrieval.store.backup import restore_backup

    opened = session(context)
    kept = restore_backup(opened.workspace.database, file, force=force)
    opened.screen.line(opened.say("restored", path=str(file), documents=kept.documents, rows=kept.rows))
    opened.workspace.write_vectors()
    pending = opened.workspace.plans.vectors_pending()
    if pending:
        opened.screen.notice(opened.say("pending_vectors", count=pending))
