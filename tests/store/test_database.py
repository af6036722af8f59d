from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from copilot.domain.errors import OperatorMustFix
from retrieval.store import state_schema
from retrieval.store.database import Database, open_database
from retrieval.store.migrate import scripts, upgrade
from retrieval.store.schema import HEAD, metadata
from retrieval.store.sql import SqlPlanStore
from retrieval.store.sqlite import Sqlite
from tests.postgres_server import PostgresServer
from tests.store.material import ANA, put, record


def test_the_migrations_make_the_tables_the_code_works_with(database: Database) -> None:
    assert state_schema.readings.name in metadata.tables

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_the_code_names_the_newest_migration() -> None:
    assert scripts().get_current_head() == HEAD


def test_a_second_opening_finds_what_the_first_one_wrote(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'rumbo.db'}"
    first = open_database(url)
    put(SqlPlanStore(first), record("a.md"))
    first.close()

    second = open_database(url)

    assert [one.document for one in SqlPlanStore(second).documents(ANA)] == ["a.md"]
    second.close()


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'rumbo.db'}")

    with database.read() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]

    assert told == ["wal", 5000, 1, 1]
    database.close()


def test_a_file_that_is_no_database_is_named_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "rumbo.db"
    path.write_bytes(b"this is not a database, it is a letter to a friend" * 100)

    with pytest.raises(OperatorMustFix) as caught:
        open_database(f"sqlite:///{path}")

    assert (caught.value.code, caught.value.params["path"]) == ("database_damaged", str(path))


def test_a_database_with_a_torn_page_is_named_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "rumbo.db"
    database = open_database(f"sqlite:///{path}")
    store = SqlPlanStore(database)
    for number in range(40):
        put(store, record(f"{number}.md"), ["texto " * 200], text="texto " * 2000)
    database.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    with pytest.raises(OperatorMustFix, match="database_damaged"):
        SqlPlanStore(open_database(f"sqlite:///{path}")).documents(ANA)


def test_a_database_someone_else_holds_is_named_as_locked(tmp_path: Path) -> None:
    path = tmp_path / "rumbo.db"
    database = open_database(f"sqlite:///{path}", busy_timeout_ms=20)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperatorMustFix, match="database_locked"):
        put(SqlPlanStore(database), record("a.md"))

    other.close()
    database.close()


def test_an_sqlite_without_full_text_search_is_named() -> None:
    told = Sqlite(sa.make_url("sqlite://")).translate(sqlite3.OperationalError("no such module: fts5"))

    assert told is not None
    assert told.code == "sqlite_without_fts5"


def test_a_mistake_of_ours_is_not_dressed_up_as_the_operators(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="nowhere"), database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rumbo.db'}"
    database = open_database(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    with pytest.raises(OperatorMustFix) as caught:
        open_database(url)

    assert (caught.value.code, caught.value.params["revision"]) == ("database_newer", "9999")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(OperatorMustFix, match="database_not_writable"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'rumbo.db'}")


@pytest.mark.parametrize(("url", "code"), [("mysql://h/db", "database_unsupported"), ("nonsense", "database_url_invalid")])
def test_an_address_we_cannot_use_is_named_without_its_password(url: str, code: str) -> None:
    with pytest.raises(OperatorMustFix) as caught:
        open_database(url)

    assert caught.value.code == code


@pytest.fixture(params=["file", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables, which several connections share."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'rumbo.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.empty_database()


def test_a_writer_waits_for_the_one_before_it_and_then_says_that_the_database_is_busy(empty_url: str) -> None:
    first, second = open_database(empty_url), open_database(empty_url, busy_timeout_ms=20)

    with first.write(), pytest.raises(OperatorMustFix, match="database_locked"), second.write():
        pass

    for database in (first, second):
        database.close()


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(OperatorMustFix) as caught:
        open_database("postgresql://ana:secret@127.0.0.1:9/plans?connect_timeout=2")

    assert caught.value.code == "database_unavailable"
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_on_the_server_is_named(postgres: PostgresServer) -> None:
    url = postgres.empty_database().replace("/rumbo_", "/nowhere_")

    with pytest.raises(OperatorMustFix, match="database_unavailable"):
        open_database(url)


def test_a_reader_sees_one_state_throughout(empty_url: str) -> None:
    database = open_database(empty_url)
    store = SqlPlanStore(database)
    put(store, record("a.md"))

    with database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM documents").scalar()
        put(store, record("b.md"))
        after = connection.exec_driver_sql("SELECT count(*) FROM documents").scalar()

    assert (before, after) == (1, 1)
    database.close()


def test_two_processes_may_make_the_schema_at_once(empty_url: str) -> None:
    url = empty_url
    databases = [Database(url) for _ in range(4)]
    threads = [threading.Thread(target=upgrade, args=(database,)) for database in databases]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [database.schema_revision() for database in databases] == [HEAD] * 4
    for database in databases:
        database.close()


def test_threads_share_a_database_in_memory() -> None:
    database = open_database("sqlite://")
    store = SqlPlanStore(database)
    threads = [threading.Thread(target=put, args=(store, record(f"{number}.md"), ["uno"])) for number in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.documents(ANA)) == 8
    database.close()


def _is_ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:
    # The full-text index is a virtual table with tables of its own.
    return not (kind == "table" and reflected and (name or "").startswith("lexical"))
