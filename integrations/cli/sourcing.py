"""`rumbo kpi source` and `rumbo kpi sync`: metrics whose readings are asked of a database."""

from __future__ import annotations

from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.kpi_source import KpiSource, Synced
from integrations import translate
from integrations.cli.entries import document_of
from integrations.cli.options import DocumentOption, JsonOption, NameArgument
from integrations.cli.session import Session, session
from integrations.render import json_ready


def register(group: typer.Typer) -> None:
    """Add the commands of this module to those of metrics."""
    sources = typer.Typer(help="Databases that metrics are read from; they are only ever read.", no_args_is_help=True)
    for name, function in (("set", source_set), ("list", source_list), ("remove", source_remove)):
        sources.command(name)(function)
    group.add_typer(sources, name="source")
    group.command("sync")(kpi_sync)


def source_set(
    context: typer.Context,
    name: NameArgument,
    query: Annotated[str, typer.Option("--query", help="One SELECT: a value, a value and its day, or many days with values.")],
    url_env: Annotated[
        str | None,
        typer.Option("--url-env", help="Environment variable that holds the database's address; the address is not stored."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="SQLAlchemy address, stored as it is; use --url-env for one with a password.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds the database may take.")] = 30,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which query gives a metric's values; `rumbo kpi sync` asks it."""
    opened = session(context)
    made = opened.office.source_desk.set_source(
        opened.principal, name, query, url=url, url_env=url_env, timeout_s=timeout, document=document_of(opened, document)
    )
    _told(opened, made, "source_set", as_json)


def source_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the sources; passwords are never shown."""
    opened = session(context)
    found = opened.office.source_desk.sources(opened.principal)
    if as_json:
        opened.screen.json([_exported(source) for source in found])
    elif not found:
        opened.screen.line(opened.say("none"))
    else:
        rows = [[one.name, one.document, _address(one), one.query, one.by] for one in found]
        opened.screen.table(opened.columns("metric", "document", "source", "query", "by"), rows)


def source_remove(
    context: typer.Context, name: NameArgument, document: DocumentOption = None, as_json: JsonOption = False
) -> None:
    """Forget a metric's source; its readings stay."""
    opened = session(context)
    gone = opened.office.source_desk.remove(opened.principal, name, document=document_of(opened, document))
    _told(opened, gone, "source_removed", as_json)


def kpi_sync(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name or id of one metric; all that have a source without it.")] = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the sources and record what is new. One that fails is told; the others go on."""
    opened = session(context)
    done = opened.office.source_desk.sync(opened.principal, name, document=document_of(opened, document))
    if as_json:
        opened.screen.json([json_ready(one) for one in done])
    elif not done:
        opened.screen.line(opened.say("none"))
    for one in done if not as_json else ():
        opened.screen.line(_line(opened, one))
    failed = [one for one in done if one.outcome == "failed"]
    if failed:
        raise UserCanFix("source_sync_failed", count=len(failed), total=len(done), names=[one.name for one in failed])


def _line(opened: Session, one: Synced) -> str:
    if one.code is None:
        counts = {"recorded": one.recorded, "corrected": one.corrected, "skipped": one.skipped}
        return opened.say("source_synced", name=one.name, **counts)
    reason = translate.error_sentence(UserCanFix(one.code, **one.params), opened.language)
    return opened.say("source_failed", name=one.name, reason=reason)


def _told(opened: Session, source: KpiSource, key: str, as_json: bool) -> None:
    if as_json:
        opened.screen.json(_exported(source))
    else:
        opened.screen.line(opened.say(key, name=source.name, document=source.document, address=_address(source)))


def _exported(source: KpiSource) -> dict[str, object]:
    told: dict[str, object] = json_ready(source)
    return {**told, "url": None if source.url is None else _address(source)}


def _address(source: KpiSource) -> str:
    from retrieval.store.foreign import masked

    return f"${source.url_env}" if source.url is None else masked(source.url)
