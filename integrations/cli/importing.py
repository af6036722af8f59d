"""`rumbo kpi import`: readings of a table into the journal, shown before they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from copilot.domain.errors import UserCanFix
from copilot.domain.imports import OUTCOMES, DateOrder, DecimalMark, ImportLine, ImportReport
from integrations import translate
from integrations.cli.entries import document_of
from integrations.cli.options import DocumentOption, JsonOption
from integrations.cli.session import Session, session
from integrations.render import json_ready, quantity

SHOWN = 20
"""Lines of each outcome a person is shown; JSON has more."""
TOLD = {
    "recorded": "import_recorded",
    "corrected": "import_corrected",
    "skipped": "import_skipped",
    "refused": "import_refused_lines",
}


def kpi_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .csv, .tsv or .xlsx file with a header row.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and write nothing.")] = False,
    columns: Annotated[
        str, typer.Option("--map", help="Which column is what: name=KPI,value=Actual,date=Day; also unit, note, source ...")
    ] = "",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Of a workbook; the first one without it.")] = None,
    decimal: Annotated[
        str | None, typer.Option("--decimal", help="The decimal mark, comma or point, where the file leaves it open.")
    ] = None,
    dates: Annotated[str | None, typer.Option("--dates", help="dmy or mdy: what 03/04/2026 means.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the values come from; the file's name without it.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Write what is right although other lines are refused.")] = False,
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import readings: a value a row, days as columns, or metrics as columns. All lines or none; twice changes nothing."""
    from copilot.journal.columns import mapping
    from copilot.journal.importing import ImportOptions

    opened = session(context)
    options = ImportOptions(
        columns=mapping(columns),
        sheet=sheet,
        decimal=_mark(decimal),
        dates=_order(dates),
        source=source,
        document=document_of(opened, document),
        dry_run=dry_run,
        partial=partial,
    )
    report = opened.office.importer.run(opened.principal, file, options)
    if as_json:
        opened.screen.json(json_ready(report))
    else:
        _show(opened, report, dry_run)
    if report.counts["refused"] and not partial and not dry_run:
        raise UserCanFix("import_refused", path=file.name, count=report.counts["refused"])


def _show(opened: Session, report: ImportReport, dry_run: bool) -> None:
    told = ", ".join(f"{header} = {role}" for header, role in list(report.columns.items())[:SHOWN])
    opened.screen.line(opened.say("import_columns_taken", columns=told))
    for outcome in OUTCOMES:
        count = report.counts[outcome]
        if not count:
            continue
        opened.screen.line(f"{opened.say(TOLD[outcome])}: {count}")
        lines = [line for line in report.lines if line.outcome == outcome][:SHOWN]
        opened.screen.table(opened.columns("line", "metric", "date", "value", "reason"), [_row(opened, one) for one in lines])
        if count > len(lines):
            opened.screen.line(opened.say("import_more", count=count - len(lines)))
    if report.empty:
        opened.screen.line(opened.say("import_empty_cells", count=report.empty))
    key = "import_dry" if dry_run else "import_written" if report.written else "import_not_written"
    opened.screen.line(opened.say(key, count=report.counts["recorded"] + report.counts["corrected"]))


def _row(opened: Session, line: ImportLine) -> list[str]:
    if line.code is not None:
        place = f"{line.line} {line.column}" if line.column else str(line.line)
        return [place, line.name, "", "", translate.error_sentence(UserCanFix(line.code, **line.params), opened.language)]
    day = line.on.isoformat() if line.on else ""
    value = quantity(line.value, line.unit or "") if line.value is not None else ""
    before = "" if line.before is None else opened.say("import_was", value=quantity(line.before, line.unit or ""))
    return [str(line.line), line.name, day, value, before]


def _mark(given: str | None) -> DecimalMark | None:
    marks: dict[str, DecimalMark] = {"comma": ",", ",": ",", "point": ".", ".": ".", "dot": "."}
    if given is not None and given not in marks:
        raise UserCanFix("bad_decimal_mark", value=given)
    return marks[given] if given else None


def _order(given: str | None) -> DateOrder | None:
    found = next((order for order in get_args(DateOrder) if order == given), None)
    if given is not None and found is None:
        raise UserCanFix("bad_date_order", value=given)
    return found
