"""The command `rumbo`: assembles the groups of commands and turns what goes wrong into one line."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.answer import Language
from copilot.domain.errors import RumboError
from copilot.version import __version__
from integrations import translate
from integrations.cli import (
    asking,
    auditing,
    checklists,
    conversations,
    database,
    diagnosis,
    documents,
    evaluation,
    exporting,
    feedback,
    finances,
    ingestion,
    metrics,
    plans,
    proposals,
    repairing,
    returns,
    reviewing,
    serving,
    updates,
)
from integrations.cli.screen import Screen
from integrations.cli.session import Session, locale_language
from integrations.render import well_formed

INTERRUPTED = 130
BUG = 70

app = typer.Typer(
    name="rumbo",
    help="A copilot for plan execution: strategy documents in, cited answers out.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    ingestion,
    asking,
    conversations,
    auditing,
    metrics,
    checklists,
    proposals,
    plans,
    returns,
    finances,
    documents,
    reviewing,
    updates,
    serving,
    exporting,
    repairing,
    evaluation,
    feedback,
    database,
    diagnosis,
):
    module.register(app)


def show_version(wanted: bool) -> None:
    """`rumbo --version`."""
    if wanted:
        Screen().line(f"rumbo {__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", help="Folder of the workspace; RUMBO_HOME or .rumbo without it.")] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Open a session for the command."""
    context.obj = opened = Session(home=home)
    context.call_on_close(opened.close)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; nobody but a developer ever sees a trace."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show an emoji shows `?`; machines get UTF-8 whatever the locale.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    # Without a handler Python itself prints warnings; a person asks for log lines by RUMBO_LOG_LEVEL.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app(args=[_typed(one) for one in (sys.argv[1:] if arguments is None else arguments)], prog_name="rumbo")
    except RumboError as error:
        Screen().error(translate.error_sentence(error, _language()))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has left; Python would complain once more while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as bug:  # noqa: BLE001 - the outer edge: a person gets one line, a developer the trace
        if os.environ.get("RUMBO_DEBUG", "").lower() in ("1", "true", "yes", "on"):
            traceback.print_exc()
        Screen().error(translate.label("bug", _language(), kind=type(bug).__name__, text=str(bug)))
        sys.exit(BUG)


def _typed(argument: str) -> str:
    """The argument as text; bytes that are none would break the first thing that writes them. A file keeps its name."""
    return argument if os.path.lexists(argument.partition("\0")[0]) else well_formed(argument)


def _language() -> Language:
    # Settings may be what is wrong, so the variable is looked at by itself.
    wanted = os.environ.get("RUMBO_LANGUAGE", "").lower()
    return translate.language_of_locale(wanted) if wanted in translate.LANGUAGES else locale_language()
