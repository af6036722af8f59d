"""Readings of a table: every value recorded, corrected, skipped or refused with its line; all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from copilot.domain.errors import UserCanFix
from copilot.domain.imports import ImportReport
from copilot.journal.importing import Importer, ImportOptions
from retrieval.store.database import open_database
from retrieval.store.journal import SqlJournalStore
from tests.journal.material import ANA, Clock, plan

Run = Callable[..., ImportReport]


@pytest.fixture
def journal() -> Iterator[SqlJournalStore]:
    database = open_database("sqlite://")
    yield SqlJournalStore(database)
    database.close()


@pytest.fixture
def run(journal: SqlJournalStore, tmp_path: Path) -> Run:
    importer = Importer(plan=lambda _by: plan(), journal=journal, clock=Clock())

    def imported(content: str | bytes, name: str = "kpis.csv", **options: Any) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return importer.run(ANA, path, ImportOptions(**options))

    return imported


def told(journal: SqlJournalStore) -> list[tuple[str, str, str]]:
    return [(one.name, one.on.isoformat(), f"{one.value} {one.unit}") for one in journal.readings()]


def refused(report: ImportReport) -> list[tuple[int, str | None]]:
    return [(line.line, line.code) for line in report.lines if line.outcome == "refused"]


@pytest.mark.parametrize(
    "content",
    [
        "kpi,date,value\nMRR,2026-11-01,52000\nChurn,2026-11-01,4.5\n",
        "Indicador;Fecha;Valor\nMRR;01/11/2026;52.000,00\nchurn;01/11/2026;4,5 %\nMRR;;\nMRR;30/10/2026;\n",
        "name,2026-11-01\nMRR,52000\nChurn,4.5%\n",
        "date\tMRR\tChurn\n2026-11-01\t€52K\t4.5\n",
    ],
    ids=["long", "Spanish, semicolons", "wide", "matrix"],
)
def test_every_layout_gives_the_same_readings(run: Run, journal: SqlJournalStore, content: str) -> None:
    report = run(content)

    assert refused(report) == []
    assert sorted((name, on, Decimal(value.split()[0]), value.split()[1]) for name, on, value in told(journal)) == [
        ("Churn", "2026-11-01", Decimal("4.5"), "%"),
        ("MRR", "2026-11-01", Decimal(52000), "EUR"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_are_found_in_any_encoding(run: Run, journal: SqlJournalStore, encoding: str) -> None:
    run("métrica;fecha;valor\nTasa de retención;2026-11-01;95\n".encode(encoding))

    assert told(journal) == [("Tasa de retención", "2026-11-01", "95 %")]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["1.234", "2.345,5"], ["1234", "2345.5"]),
        (["1,234", "2,345.5"], ["1234", "2345.5"]),
        (["1.234", "7.5"], ["1.234", "7.5"]),
        (["1 234,5", "7"], ["1234.5", "7"]),
        (["-3", "1.234.567"], ["-3", "1234567"]),
    ],
)
def test_the_file_s_own_numbers_tell_what_a_lone_mark_means(
    run: Run, journal: SqlJournalStore, values: list[str], read: list[str]
) -> None:
    rows = [f"Usuarios activos;2026-11-0{n};{value}" for n, value in enumerate(values, start=1)]

    run("\n".join(["kpi;date;value", *rows]))

    assert [f"{one.value:f}" for one in journal.readings()] == read


def test_a_number_that_nothing_explains_is_refused_with_its_line_until_the_person_says(
    run: Run, journal: SqlJournalStore
) -> None:
    content = "kpi;date;value\nUsuarios activos;2026-11-01;7\nUsuarios activos;2026-11-02;1.234\n"

    assert refused(run(content)) == [(3, "ambiguous_number")]
    assert told(journal) == []
    assert refused(run(content, decimal=",")) == []
    assert told(journal)[1][2] == "1234 count"


def test_two_conventions_in_one_file_leave_the_doubtful_refused(run: Run) -> None:
    content = "kpi;date;value\nMRR;2026-11-01;1.234,5\nMRR;2026-11-02;1,234.5\nMRR;2026-11-03;1.234\n"

    assert refused(run(content, dry_run=True)) == [(4, "ambiguous_number")]


def test_a_day_that_can_be_read_in_two_ways_is_refused_until_the_person_says(run: Run) -> None:
    content = "kpi,date,value\nMRR,03/04/2026,5\n"

    assert refused(run(content, dry_run=True)) == [(2, "ambiguous_date")]
    assert run(content, dates="mdy", dry_run=True).lines[0].on == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Ventas,2026-11-01,5", "unknown_metric"),
        ("Chur,2026-11-01,5", "unknown_metric"),
        (",2026-11-01,5", "import_nameless"),
        ("Churn,2026-11-01,5 days", "wrong_unit"),
        ("Churn,2026-11-01,about five", "bad_number"),
        ("Churn,2026-11-01,5-6", "bad_number"),
        ("Churn,2026-11-21,5", "date_in_future"),
        ("Churn,2026-02-30,5", "bad_date"),
        ("Churn,yesterday,5", "bad_date"),
        ("Churn,1026-02-20,5", "date_too_early"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_then_nothing_is_written(
    run: Run, journal: SqlJournalStore, row: str, code: str
) -> None:
    content = f"kpi,date,value\nMRR,2026-11-01,5\n{row}\n"

    report = run(content)

    assert refused(report) == [(3, code)]
    assert (report.written, told(journal)) == (False, [])
    assert run(content, partial=True).written
    assert [name for name, _, _ in told(journal)] == ["MRR"]


def test_an_unknown_name_is_told_with_the_near_one_and_not_taken_for_it(run: Run) -> None:
    report = run("kpi,date,value\nTasa de retencio,2026-11-01,5\n", dry_run=True)

    assert report.lines[0].params["near"] == ["Tasa de retención"]


def test_a_day_told_twice_is_refused_on_both_lines(run: Run, journal: SqlJournalStore) -> None:
    content = "kpi,date,value\nMRR,2026-11-01,5\nChurn,2026-11-01,5\nmrr,2026-11-01,6\n"

    report = run(content, partial=True)

    assert refused(report) == [(2, "duplicate_day"), (4, "duplicate_day")]
    assert [name for name, _, _ in told(journal)] == ["Churn"]


def test_a_second_import_changes_nothing_and_a_new_value_corrects(run: Run, journal: SqlJournalStore) -> None:
    content = "kpi,date,value,note,confidence\nMRR,2026-11-01,5,cierre,verde\nMRR,2026-11-02,6,,\n"
    run(content)

    again = run(content)
    changed = run(content.replace(",6,", ",7,"))

    assert (again.counts["skipped"], again.counts["recorded"], again.counts["corrected"]) == (2, 0, 0)
    assert (changed.counts["skipped"], changed.counts["corrected"]) == (1, 1)
    assert [(str(one.value), one.confidence) for one in journal.readings()] == [("5", "green"), ("7", None)]
    assert len(journal.history(journal.readings()[0].metric_id)) == 3


def test_a_dry_run_tells_it_all_and_writes_nothing(run: Run, journal: SqlJournalStore) -> None:
    report = run("kpi,date,value\nMRR,2026-11-01,5\n", dry_run=True)

    assert (report.counts["recorded"], report.written, told(journal)) == (1, False, [])


def test_columns_that_tell_nothing_are_named_and_can_be_mapped(run: Run, journal: SqlJournalStore) -> None:
    content = "que,cuando,cuanto\nMRR,2026-11-01,5\n"

    with pytest.raises(UserCanFix) as refusal:
        run(content)
    run(content, columns={"name": "que", "date": "2", "value": "cuanto"})

    assert refusal.value.params == {"found": ["que", "cuando", "cuanto"], "missing": ["name", "value", "date"]}
    assert told(journal) == [("MRR", "2026-11-01", "5 EUR")]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ("", {}, "import_empty"),
        ("kpi,date,value\n", {"columns": {"name": "nothing"}}, "unknown_column"),
        ("kpi,date,value\n", {"columns": {"colour": "kpi"}}, "unknown_column_role"),
    ],
)
def test_what_cannot_be_read_as_a_table_is_told(run: Run, content: str, options: dict[str, Any], code: str) -> None:
    with pytest.raises(UserCanFix, match=code):
        run(content, **options)


def test_a_sheet_is_read_with_its_numbers_percentages_and_days(run: Run, journal: SqlJournalStore, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Datos")
    sheet.append(["KPI", "Fecha", "Valor"])
    sheet.append(["Churn", date(2026, 11, 1), 0.045])
    sheet["C2"].number_format = "0.0%"
    sheet.append(["MRR", date(2026, 11, 1), 1234.567])
    book.save(tmp_path / "made.xlsx")

    run((tmp_path / "made.xlsx").read_bytes(), "kpis.xlsx", sheet="Datos")

    assert sorted(told(journal)) == [("Churn", "2026-11-01", "4.5 %"), ("MRR", "2026-11-01", "1234.567 EUR")]
    with pytest.raises(UserCanFix, match="unknown_sheet"):
        run((tmp_path / "made.xlsx").read_bytes(), "kpis.xlsx", sheet="Otra")
