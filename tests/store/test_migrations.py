"""From every schema there ever was, with data in it, to today's: nothing is lost, and the stores work on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from retrieval.store.backup import TABLES
from retrieval.store.check import check_database
from retrieval.store.database import Database, open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.migrate import revisions, upgrade
from retrieval.store.schema import HEAD
from retrieval.store.sql import SqlPlanStore
from tests.postgres_server import PostgresServer
from tests.store.material import ANA, kpi, passages, put, record

ROWS = 3
MOMENT = datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["file", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'old.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.empty_database()


def tables(connection: sa.Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(("lexical", "sqlite_", "alembic")))
    return found.sorted_tables


def value(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return MOMENT
    if isinstance(kind, sa.Date):
        return date(2026, 2, number)
    if isinstance(kind, sa.LargeBinary):
        return bytes([0, 255, number])
    # The same number in every table, so that what refers to another row finds it.
    return number if isinstance(kind, sa.Integer) else str(number)


def fill(connection: sa.Connection) -> None:
    for table in tables(connection):
        rows = [{column.name: value(column, number) for column in table.c} for number in range(1, ROWS + 1)]
        connection.execute(table.insert(), rows)


def rows_of(connection: sa.Connection) -> Rows:
    found = {}
    for table in tables(connection):
        order = table.primary_key.columns.values()
        found[table.name] = [
            {name: bytes(one) if isinstance(one, memoryview) else one for name, one in row.items()}
            for row in connection.execute(sa.select(table).order_by(*order)).mappings()
        ]
    return found


def kept(after: Rows, before: Rows) -> Rows:
    """Of what is there now, the columns that were there then."""
    return {
        name: [{column: now[column] for column in then} for now, then in zip(after[name], rows, strict=True)]
        for name, rows in before.items()
    }


@pytest.mark.parametrize("revision", sorted(revisions()))
def test_every_row_of_an_older_schema_is_there_after_the_upgrade(old: str, revision: str) -> None:
    database = Database(old)
    upgrade(database, revision)
    with database.write() as connection:
        fill(connection)
    with database.read() as connection:
        before = rows_of(connection)
    database.close()

    newer = open_database(old)

    assert newer.schema_revision() == HEAD
    with newer.read() as connection:
        after = rows_of(connection)
    assert kept(after, before) == before
    assert all(len(rows) >= ROWS for rows in before.values())
    newer.close()


def test_documents_of_the_first_release_are_read_found_and_replaced_today(old: str) -> None:
    of, database = record("plan.md"), Database(old)
    upgrade(database, "0001")
    churn, [chunk] = kpi("plan.md", 1, "Churn", "5"), passages(of, ["Churn: 5%"])
    document = {
        "version_id": of.version_id,
        "document": "plan.md",
        "title": "Plan",
        "language": "es",
        "sha256": "s",
        "line_count": 1,
        "compiled_by": "0.1",
        "content": b"Churn: 5%",
        "text": "Churn: 5%",
        "repairs": "[]",
        "ingested_at": MOMENT,
    }
    place = {"document": "plan.md", "version_id": of.version_id, "first_line": 1, "last_line": 1}
    passage = chunk.model_dump(include={"id", "text", "indexed", "language", "tokens"})
    fact = {"id": churn.id, "entry_id": churn.entry_id, "kind": "kpi", "payload": churn.model_dump_json()}
    with database.write() as connection:
        then = {table.name: table for table in tables(connection)}
        connection.execute(then["document_versions"].insert(), [document])
        connection.execute(then["documents"].insert(), [{"document": "plan.md", "version_id": of.version_id, "source": ""}])
        connection.execute(then["facts"].insert(), [place | fact])
        connection.execute(then["chunks"].insert(), [place | passage | {"heading_path": '["Plan"]'}])
    database.close()

    newer = open_database(old)
    store = SqlPlanStore(newer)

    assert store.facts(ANA) == [churn]
    assert store.text(ANA, "plan.md") == "Churn: 5%"
    assert [found for found, _ in SqlLexicalIndex(newer).search("churn", documents=None, k=1)] == [chunk.id]
    put(store, record("plan.md", "v2"), ["Churn: 4%"])
    assert [check.name for check in check_database(newer) if not check.is_good] == []
    newer.close()


def test_every_table_of_today_is_in_a_backup_or_can_be_made_again(database: Database) -> None:
    with database.read() as connection:
        assert {table.name for table in tables(connection)} == {table.name for table in TABLES.sorted_tables}
