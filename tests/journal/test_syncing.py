"""Metrics read from databases: real ones, which are asked and never changed; one that fails leaves the others alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from copilot.domain.errors import RumboError, UserCanFix
from copilot.journal.syncing import SourceDesk, values_of
from retrieval.store.database import Database, open_database
from retrieval.store.foreign import ask_database, checked_query, masked
from retrieval.store.journal import SqlJournalStore
from retrieval.store.kpi_sources import SqlKpiSources
from tests.journal.material import ANA, Clock, plan
from tests.postgres_server import PostgresServer

FOREVER = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
    "postgresql": "SELECT 1 FROM pg_sleep(300)",
}


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_database("sqlite://")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of somebody's database with a table of numbers."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    else:
        url = f"sqlite:///{tmp_path / 'theirs.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE sales (day date, total numeric, label text)")
        connection.exec_driver_sql("INSERT INTO sales VALUES ('2026-11-01', 4.5, 'a'), ('2026-11-02', 5, 'b')")
    engine.dispose()
    return url


def desk(database: Database, environment: dict[str, str] | None = None) -> SourceDesk:
    return SourceDesk(
        plan=lambda _by: plan(),
        journal=SqlJournalStore(database),
        sources=SqlKpiSources(database),
        ask=ask_database,
        check=checked_query,
        environment=environment or {},
        clock=Clock(),
    )


def rows_left(url: str) -> int:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        found: int = connection.exec_driver_sql("SELECT count(*) FROM sales").scalar_one()
    engine.dispose()
    return found


def test_days_and_values_are_recorded_once_and_corrected_when_they_change(database: Database, foreign: str) -> None:
    source = desk(database, {"THEIRS": foreign})
    source.set_source(ANA, "Churn", "SELECT day, total FROM sales", url_env="THEIRS")

    first, again = source.sync(ANA), source.sync(ANA, "Churn")
    source.set_source(ANA, "Churn", "SELECT total + 1, day FROM sales -- a % and a : mean nothing", url_env="THEIRS")
    changed = source.sync(ANA)

    assert [(one.recorded, one.corrected, one.skipped) for one in (*first, *again, *changed)] == [(2, 0, 0), (0, 0, 2), (0, 2, 0)]
    assert [(one.on, one.value, one.unit) for one in SqlJournalStore(database).readings()] == [
        (date(2026, 11, 1), Decimal("5.5"), "%"),
        (date(2026, 11, 2), Decimal(6), "%"),
    ]


def test_one_value_without_a_day_is_today_s(database: Database, foreign: str) -> None:
    source = desk(database)
    source.set_source(ANA, "MRR", "SELECT sum(total) FROM sales", url=foreign)

    source.sync(ANA)

    assert [(one.on, one.value) for one in SqlJournalStore(database).readings()] == [(date(2026, 11, 20), Decimal("9.5"))]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM sales",
        "SELECT 1; DELETE FROM sales",
        "/* SELECT */ UPDATE sales SET total = 0",
        "WITH gone AS (DELETE FROM sales RETURNING total) SELECT total FROM gone",
        "SELECT total INTO copied FROM sales",
        "PRAGMA query_only = OFF",
        "ATTACH 'x' AS y",
        "SELECT 1 --\n; DROP TABLE sales",
        "COPY sales TO '/tmp/x'",
        "",
    ],
)
def test_what_is_not_one_select_is_not_even_kept(database: Database, query: str) -> None:
    source = desk(database)

    with pytest.raises(UserCanFix, match="source_not_a_select"):
        source.set_source(ANA, "Churn", query, url="sqlite:///x")
    assert list(source.sources(ANA)) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 'delete; drop', replace(label, 'a', 'b') FROM sales",
        'SELECT total AS "update" FROM sales;',
        "select total from sales -- insert later",
        "WITH last AS (SELECT max(total) AS t FROM sales) SELECT t FROM last",
    ],
)
def test_words_in_texts_names_and_remarks_do_no_harm(query: str) -> None:
    assert checked_query(query)


def test_the_database_itself_refuses_to_be_written_to(foreign: str, postgres: PostgresServer) -> None:
    engine = sa.create_engine(postgres.empty_database())
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE counted")
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()

    with pytest.raises(UserCanFix, match="source_writes"):
        ask_database(url, "SELECT nextval('counted')", timeout_s=30)
    assert rows_left(foreign) == 2


def test_a_file_is_opened_for_reading_only(tmp_path: Path) -> None:
    with pytest.raises(RumboError, match="source_unreachable"):
        ask_database(f"sqlite:///{tmp_path / 'none.db'}", "SELECT 1", timeout_s=30)
    assert not (tmp_path / "none.db").exists()


def test_a_query_that_takes_too_long_is_stopped(foreign: str) -> None:
    with pytest.raises(RumboError, match="source_slow"):
        ask_database(foreign, FOREVER[foreign.partition(":")[0].partition("+")[0]], timeout_s=0.3)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://ana:s3cret@127.0.0.1:1/x?connect_timeout=2", "source_unreachable"),
        ("nonsense s3cret", "source_url_invalid"),
        ("unheardof://ana:s3cret@host/x", "source_driver_missing"),
        ("sqlite:///no/such/place.db", "source_unreachable"),
    ],
)
def test_a_source_that_is_down_is_told_without_its_password_and_the_others_go_on(
    database: Database, tmp_path: Path, url: str, code: str
) -> None:
    theirs = sqlite3.connect(tmp_path / "theirs.db")
    theirs.execute("CREATE TABLE t (x)")
    theirs.execute("INSERT INTO t VALUES (7)")
    theirs.commit()
    theirs.close()
    source = desk(database, {"BAD": url})
    source.set_source(ANA, "Churn", "SELECT 1", url_env="BAD")
    source.set_source(ANA, "MRR", "SELECT x FROM t", url=f"sqlite:///{tmp_path / 'theirs.db'}")

    failed, synced = source.sync(ANA)

    assert (failed.outcome, failed.code, synced.recorded) == ("failed", code, 1)
    assert "s3cret" not in failed.model_dump_json()
    assert [one.name for one in SqlJournalStore(database).readings()] == ["MRR"]


def test_an_address_in_a_variable_is_never_stored_and_a_missing_one_is_told(database: Database) -> None:
    source = desk(database)
    source.set_source(ANA, "Churn", "SELECT 1", url_env="THEIRS")

    (failed,) = source.sync(ANA)

    assert (failed.code, failed.params) == ("source_variable_missing", {"variable": "THEIRS"})
    assert source.sources(ANA)[0].url is None


def test_an_address_given_as_a_variable_s_name_is_refused_unseen(database: Database) -> None:
    with pytest.raises(UserCanFix) as refusal:
        desk(database).set_source(ANA, "Churn", "SELECT 1", url_env="postgresql://ana:s3cret@host/x")
    assert "s3cret" not in str(refusal.value)


def test_an_address_is_shown_without_its_password() -> None:
    assert masked("postgresql://ana:s3cret@host/x?sslpassword=s3cret") == "postgresql://ana:***@host/x"


DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "source_empty"),
        ([(None,)], "source_empty"),
        ([("many",)], "source_not_a_number"),
        ([(float("nan"),)], "source_not_a_number"),
        ([(True,)], "source_not_a_number"),
        ([(1,), (2,)], "source_without_days"),
        ([(1, 2, 3)], "source_columns"),
        ([(1, 2)], "source_bad_day"),
        ([(DAY, "4,5")], "source_not_a_number"),
        ([(DAY, 1), (datetime(2026, 11, 1, 9), 2)], "source_duplicate_day"),
        ([("2026-02-30", 1)], "source_bad_day"),
        ([(DAY, 1), ("soon", 2)], "source_bad_day"),
    ],
)
def test_what_is_no_value_is_refused_as_what_it_is(rows: list[tuple[Any, ...]], code: str) -> None:
    with pytest.raises(UserCanFix, match=code):
        values_of(rows)


def test_a_row_without_a_value_is_counted_and_is_no_zero() -> None:
    values, empty = values_of([(DAY, None), (date(2026, 11, 2), 0.1)])

    assert ([(one.on, one.value) for one in values], empty) == ([(date(2026, 11, 2), Decimal("0.1"))], 1)


def test_a_source_that_was_removed_is_not_asked(database: Database) -> None:
    source = desk(database)
    source.set_source(ANA, "Churn", "SELECT 1", url_env="THEIRS")

    source.remove(ANA, "churn")

    assert source.sync(ANA) == []
    with pytest.raises(UserCanFix, match="source_unknown"):
        source.sync(ANA, "Churn")
