"""Commands of metrics: their targets, and the readings people record. The person's own word, under their name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from copilot.domain.errors import UserCanFix
from integrations.cli.entries import PeriodOption, document_of, entries_of, entry_table, exported_entry, show_entries
from integrations.cli.options import DocumentOption, JsonOption, NameArgument, NoteOption, named
from integrations.cli.session import session
from integrations.render import json_ready, quantity


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Metrics with their targets.", no_args_is_help=True)
    for name, function in (("list", kpi_list), ("show", kpi_show), ("record", kpi_record), ("history", kpi_history)):
        group.command(name)(function)
    app.add_typer(group, name="kpi")


def kpi_list(
    context: typer.Context, document: DocumentOption = None, period: PeriodOption = None, as_json: JsonOption = False
) -> None:
    """List metrics with period, value, baseline and source."""
    opened = session(context)
    show_entries(opened, entries_of(opened, "kpi", document, period), as_json)


def kpi_show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the metric, or words of it.")],
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every value of a metric, each mention with its line."""
    opened = session(context)
    found = named(entries_of(opened, "kpi", document, None), lambda entry: entry.name, name)
    if as_json:
        opened.screen.json([exported_entry(entry) for entry in found])
        return
    mentions = [mention for entry in found for mention in entry.mentions]
    opened.screen.table(*entry_table("kpi", mentions, opened))


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
        opened.principal, name, value, on=day, note=note, source=source, document=document_of(opened, document)
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
    metric = opened.office.recorder.metric(opened.principal, name, document=document_of(opened, document))
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserCanFix("bad_date", value=text) from error
