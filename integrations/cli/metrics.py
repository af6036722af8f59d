"""Commands of metrics: their targets, and the readings people record. The person's own word, under their name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast

import typer

from copilot.domain.fact import KpiFact
from copilot.domain.journal import Confidence, Reading
from copilot.domain.plan import Entry
from integrations.cli import sourcing
from integrations.cli.entries import PeriodOption, document_of, entries_of, entry_table, exported_entry, show_entries
from integrations.cli.health import kpi_chart, kpi_health
from integrations.cli.importing import kpi_import
from integrations.cli.options import ConfidenceOption, DocumentOption, JsonOption, NameArgument, NoteOption, given_day, named
from integrations.cli.session import Session, session
from integrations.render import json_ready, quantity
from retrieval.language.identity import series_of

CONFIDENCES = {"green": "confidence_green", "amber": "confidence_amber", "red": "confidence_red"}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Metrics with their targets.", no_args_is_help=True)
    for name, function in (
        ("list", kpi_list),
        ("show", kpi_show),
        ("record", kpi_record),
        ("history", kpi_history),
        ("import", kpi_import),
    ):
        group.command(name)(function)
    group.command("health")(kpi_health)
    group.command("chart")(kpi_chart)
    sourcing.register(group)
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
    """Show every value of a metric, each mention with its line, and the last reading."""
    opened = session(context)
    found = named(entries_of(opened, "kpi", document, None), lambda entry: entry.name, name)
    latest = {reading.metric_id: reading for reading in opened.office.journal.readings()}
    if as_json:
        told = [(entry, latest.get(_metric(entry))) for entry in found]
        opened.screen.json([{**exported_entry(entry), "latest": json_ready(reading)} for entry, reading in told])
        return
    mentions = [mention for entry in found for mention in entry.mentions]
    opened.screen.table(*entry_table("kpi", mentions, opened))
    recorded = [latest[key] for key in dict.fromkeys(_metric(entry) for entry in found) if key in latest]
    if recorded:
        opened.screen.line()
        opened.screen.table(*_readings(opened, recorded, named=True), right=(2,))


def kpi_record(
    context: typer.Context,
    name: NameArgument,
    value: Annotated[str, typer.Argument(help="With its unit, or a bare number in the metric's unit: 4.2%, $12K, 3 days.")],
    on: Annotated[str | None, typer.Option("--date", help="The day it holds for, 2026-03-31; today without it.")] = None,
    note: NoteOption = None,
    source: Annotated[str | None, typer.Option("--source", help="Where the value comes from.")] = None,
    confidence: ConfidenceOption = None,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a metric's value on a day; a second value for the day corrects the first, and both are kept."""
    opened = session(context)
    reading = opened.office.recorder.record(
        opened.principal,
        name,
        value,
        on=None if on is None else given_day(on),
        note=note,
        source=source,
        confidence=cast(Confidence | None, confidence),  # the recorder refuses what is none
        document=document_of(opened, document),
    )
    if as_json:
        opened.screen.json(json_ready(reading))
        return
    told = quantity(reading.value, reading.unit)
    key = "reading_corrected" if reading.supersedes else "reading_recorded"
    opened.screen.line(opened.say(key, name=reading.name, value=told, date=reading.on.isoformat(), document=reading.document))


def kpi_history(context: typer.Context, name: NameArgument, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """Show a metric's readings, corrected ones too, in the order they were recorded: what was said, by whom and when."""
    opened = session(context)
    metric = opened.office.recorder.metric(opened.principal, name, document=document_of(opened, document))
    readings = opened.office.journal.history(metric.id)
    if as_json:
        replaced = {reading.supersedes: reading for reading in readings}
        opened.screen.json([{**json_ready(one), "superseded_by": _id(replaced.get(one.id))} for one in readings])
        return
    opened.screen.table(*_readings(opened, readings), right=(1,))


def _readings(opened: Session, readings: Sequence[Reading], *, named: bool = False) -> tuple[list[str], list[list[str]]]:
    by_corrected = {reading.supersedes: reading for reading in readings if reading.supersedes}
    columns = [*(("metric",) if named else ()), "date", "value", "confidence", "by", "recorded", "source", "note", "state"]
    rows = [[*((one.name,) if named else ()), *_row(opened, one, by_corrected.get(one.id))] for one in readings]
    return opened.columns(*columns), rows


def _row(opened: Session, reading: Reading, correction: Reading | None) -> list[str]:
    corrected = "" if correction is None else opened.say("reading_was_corrected", by=correction.by, at=_moment(correction))
    return [
        reading.on.isoformat(),
        quantity(reading.value, reading.unit),
        opened.say(CONFIDENCES[reading.confidence]) if reading.confidence else "",
        reading.by,
        _moment(reading),
        reading.source or "",
        reading.note or "",
        corrected,
    ]


def _moment(reading: Reading) -> str:
    return reading.at.strftime("%Y-%m-%d %H:%M")


def _id(reading: Reading | None) -> str | None:
    return reading.id if reading else None


def _metric(entry: Entry) -> str:
    first = entry.mentions[0]
    return series_of(first) if isinstance(first, KpiFact) else ""
