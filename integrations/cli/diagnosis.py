"""`rumbo doctor`: what is set, what is stored, and what is missing."""

from __future__ import annotations

import importlib.util
import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.errors import RumboError
from copilot.version import __version__
from integrations import translate
from integrations.cli.options import JsonOption
from integrations.cli.session import Session, session

PACKAGES = ("copilot", "integrations", "prompts", "retrieval", "tools")
NOT_READY = 3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    told: str


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    model: Annotated[
        bool, typer.Option("--model", help="Send the model a question, a tool and its result, and say what works.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the installation and the workspace. Without --model nothing is sent anywhere; secrets are masked."""
    from copilot import settings

    opened = session(context)
    checks = [*_checks(opened), *(_round_trip(opened) if model else ())]
    shown = settings.shown(opened.settings)
    if as_json:
        opened.screen.json({"checks": [vars(check) for check in checks], "settings": shown})
    else:
        rows = [["✓" if check.ok else "✗", check.name, check.told] for check in checks]
        opened.screen.table(["", *opened.columns("check", "result")], rows)
        opened.screen.line()
        opened.screen.table(opened.columns("setting", "value"), [[name, value] for name, value in shown.items()])
    if not all(check.ok for check in checks):
        raise typer.Exit(NOT_READY)


def _checks(opened: Session) -> Iterator[Check]:
    from copilot import settings

    yield Check("rumbo", True, f"{__version__}, Python {platform.python_version()}, {platform.system()}")
    yield _packages()
    yield _full_text()
    for name, near in settings.unknown_variables().items():
        yield Check(name, False, opened.say("unknown_variable", near=near))
    yield _store(opened)
    yield _model(opened)


def _packages() -> Check:
    # The names are generic: another distribution could have put a folder `tools` before ours.
    ours = Path(__file__).resolve().parents[2]
    strangers = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).resolve().parent.parent != ours:
            strangers.append(f"{name}: {spec.origin if spec else '-'}")
    return Check("packages", not strangers, "; ".join(strangers) or str(ours))


def _full_text() -> Check:
    try:
        with sqlite3.connect(":memory:") as connection:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError as error:
        return Check("sqlite", False, f"{sqlite3.sqlite_version}, {error}")
    return Check("sqlite", True, f"{sqlite3.sqlite_version}, FTS5")


def _store(opened: Session) -> Check:
    try:
        plans = opened.workspace.plans
        documents = plans.documents(opened.principal)
        facts = plans.facts(opened.principal)
        pending = plans.vectors_pending()
    except RumboError as error:
        return Check("store", False, translate.error_sentence(error, opened.language))
    return Check("store", True, opened.say("stored", documents=len(documents), facts=len(facts), pending=pending))


def _model(opened: Session) -> Check:
    from copilot import settings

    known = opened.settings
    if known.model == settings.OFFLINE:
        return Check("model", True, settings.OFFLINE)
    if known.model_api_key is None:
        return Check("model", False, f"{known.model}: RUMBO_MODEL_API_KEY")
    return Check("model", True, f"{known.model} {settings.masked_url(known.model_url or '')}".strip())


def _round_trip(opened: Session) -> Iterator[Check]:
    import asyncio

    from copilot import settings
    from copilot.llm.probe import probe

    name = opened.settings.model
    if name == settings.OFFLINE:
        yield Check("model", True, opened.say("model_offline"))
        return
    try:
        steps = asyncio.run(probe(opened.workspace.chat_model(name)))
    except RumboError as error:
        yield Check("model", False, translate.error_sentence(error, opened.language))
        return
    for step in steps:
        told = opened.say("model_ok", ms=f"{step.ms:.0f}", tokens=step.tokens)
        if step.error is not None:
            code, params = step.error
            told = translate.error_sentence(RumboError(code, **params), opened.language)
        elif step.remark:
            told = opened.say(step.remark)
        yield Check(opened.say(step.step), step.ok, told)
