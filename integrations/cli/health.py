"""Commands of health: how metrics stand against their targets, and a metric's chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.domain.errors import OperatorMustFix, UserCanFix
from integrations.cli.entries import document_of
from integrations.cli.options import DocumentOption, JsonOption, NameArgument
from integrations.cli.session import Session, session
from integrations.render import calculation_lines, json_ready, one_line, quantity

if TYPE_CHECKING:
    from copilot.health.state import MetricHealth, PlanHealth

BARS = "▁▂▃▄▅▆▇█"
MOST_BARS = 12
LONGEST_NAME = 40
SUFFIXES = (".png", ".svg")
GROUPS = ("plan", "document", "phase")
"""Groups shown under the table; sections are in the JSON."""


def kpi_health(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Only this metric, with its calculations; near matches are offered.")] = None,
    document: DocumentOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also metrics that nobody has reported yet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how metrics stand: colour with its rule, path, forecast; silence apart."""
    from copilot.health.export import exported
    from copilot.health.groups import furthest_behind

    opened = session(context)
    health = _health(opened, document)
    chosen = _named(health, name) if name else sorted(health.metrics, key=furthest_behind)
    shown = [one for one in chosen if name or every or one.readings or _is_awaited(one, health)]
    if as_json:
        opened.screen.json(json_ready(exported(health, shown)))
        return
    if name:
        _details(opened, health, shown[0])
        return
    if shown:
        _table(opened, health, shown)
    if hidden := len(chosen) - len(shown):
        opened.screen.line(opened.say("health_more", count=hidden))
    _groups(opened, health)


def kpi_chart(
    context: typer.Context,
    name: NameArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; its ending says which kind: .png or .svg.")],
    document: DocumentOption = None,
) -> None:
    """Draw a metric's readings, target, expected path and forecast."""
    form = out.suffix.lower()
    if form not in SUFFIXES:
        raise UserCanFix("chart_suffix", path=str(out), known=SUFFIXES)
    if find_spec("matplotlib") is None:
        raise OperatorMustFix("charts_missing", extra="rumbo[charts]")
    from integrations.charts import chart

    opened = session(context)
    health = _health(opened, document)
    drawn = chart(_named(health, name)[0], "svg" if form == ".svg" else "png", language=opened.language, today=health.today)
    try:
        out.write_bytes(drawn)
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(out), reason=error.strerror or "") from error
    opened.screen.line(opened.say("chart_written", path=str(out)))


def sparkline(values: Iterable[Decimal]) -> str:
    """The last values as bars between their least and their greatest; all on one level where they are equal."""
    last = list(values)[-MOST_BARS:]
    if not last:
        return ""
    low, high = min(last), max(last)
    top = len(BARS) - 1
    return "".join(BARS[round((value - low) / (high - low) * top)] if high > low else BARS[top // 2] for value in last)


def _health(opened: Session, document: str | None) -> PlanHealth:
    only = document_of(opened, document)
    view = opened.workspace.view(opened.principal, [] if only is None else [only])
    if not view.plan.documents:
        raise UserCanFix("nothing_ingested")
    return view.health()


def _named(health: PlanHealth, name: str) -> list[MetricHealth]:
    from copilot.health.choose import metric_health_named

    return [metric_health_named(name, health)]


def _is_awaited(one: MetricHealth, health: PlanHealth) -> bool:
    """Nobody has reported it although its period runs."""
    return one.reason == "no_reading" and one.first is not None and one.due is not None and one.first <= health.today <= one.due


def _table(opened: Session, health: PlanHealth, shown: Sequence[MetricHealth]) -> None:
    from copilot.health.wording import rule_told, status_told

    rows = [
        [
            one_line(one.name, LONGEST_NAME),
            status_told(one.status, opened.language),
            status_told(one.confidence, opened.language) if one.confidence else "",
            quantity(one.latest.value, one.latest.unit) if one.latest else "",
            one.latest.on.isoformat() if one.latest else "",
            one_line(one.target.raw, LONGEST_NAME) if one.target else "",
            one.due.isoformat() if one.due else "",
            quantity(one.attainment, "%") if one.attainment is not None else "",
            sparkline(reading.value for reading in one.readings),
            rule_told(one, opened.language, health.rules, health.today),
        ]
        for one in shown
    ]
    headers = opened.columns("metric", "health", "stated", "value", "date", "target", "due", "reached", "trend", "rule")
    opened.screen.table(headers, rows, right=(3, 7))


def _details(opened: Session, health: PlanHealth, one: MetricHealth) -> None:
    from copilot.health.wording import forecast_told

    _table(opened, health, [one])
    opened.screen.line()
    opened.screen.line(forecast_told(one, opened.language))
    for step in one.calculations:
        for line in calculation_lines(step, opened.say):
            opened.screen.line(line)
    if one.target is not None:
        opened.screen.line(f"{opened.say('sources')}: {one.target.citation().label}")


def _groups(opened: Session, health: PlanHealth) -> None:
    from copilot.health.wording import status_told

    names = {one.metric_id: one.name for one in health.metrics}
    rows = [
        [
            opened.say(f"group_{group.kind}"),
            one_line(group.name, LONGEST_NAME),
            status_told(group.status, opened.language),
            str(group.green),
            str(group.amber),
            str(group.red),
            str(group.grey),
            str(group.silent),
            one_line(names[group.weakest[0]], LONGEST_NAME) if group.weakest else "",
        ]
        for group in health.groups
        if group.kind in GROUPS
    ]
    if not rows:
        opened.screen.line(opened.say("none"))
        return
    opened.screen.line()
    headers = opened.columns("group", "name", "health", "green", "amber", "red", "grey", "silent", "weakest")
    opened.screen.table(headers, rows, right=(3, 4, 5, 6, 7))
