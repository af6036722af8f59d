from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.work import InboxEvent
from retrieval.store.backup import TABLES, restore_backup, write_backup
from retrieval.store.check import check_database
from retrieval.store.database import Database, open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.migrate import upgrade
from retrieval.store.schema import HEAD, pending_vectors
from retrieval.store.sql import SqlPlanStore
from retrieval.store.work import SqlInbox
from tests.postgres_server import PostgresServer
from tests.store.material import ANA, kpi, put, record

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
EVENT = InboxEvent(key="slack:1", kind="message", payload={"text": "¿ROI?\x00"}, received_at=NOW)


@pytest.fixture(params=["to a file", "to postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another workspace, empty."""
    if request.param == "to a file":
        url = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    opened = open_database(url)
    yield opened
    opened.close()


def fill(database: Database) -> None:
    store = SqlPlanStore(database)
    text = "Churn: 5%\nAño \x00 con \ue000"
    put(store, record("a.md"), ["Churn: 5%", "Año \x00"], facts=[kpi("a.md", 1, "Churn", "5")], text=text, content=b"\xff\x00raw")
    put(store, record("b.md"), ["uno"])
    put(store, record("b.md", "v2"), ["dos"])
    SqlInbox(database).receive(EVENT)
    store.use_collection("hashed-a1-1024", empty=False)
    store.vectors_written([chunk.id for chunk in store.pending_vectors(99)])


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in TABLES.sorted_tables
            if table.name not in ("pending_vectors", "orphaned_vectors", "counters", "marks")
        }


def test_a_backup_moves_a_workspace_to_another_database(database: Database, other: Database, tmp_path: Path) -> None:
    fill(database)

    written = write_backup(database, tmp_path / "w.backup", now=NOW)
    restored = restore_backup(other, tmp_path / "w.backup")

    assert contents(other) == contents(database)
    assert (written.documents, restored.documents) == (2, 2)
    assert all(check.is_good for check in check_database(other))


def test_what_was_restored_is_found_by_its_words_and_waits_for_its_vectors(
    database: Database, other: Database, tmp_path: Path
) -> None:
    fill(database)
    write_backup(database, tmp_path / "w.backup", now=NOW)

    restore_backup(other, tmp_path / "w.backup")

    assert [found for found, _ in SqlLexicalIndex(other).search("churn", documents=None, k=1)] == ["a.md@v1:0"]
    assert SqlPlanStore(other).vectors_pending() == 3


def test_work_goes_on_after_a_restore(database: Database, other: Database, tmp_path: Path) -> None:
    fill(database)
    write_backup(database, tmp_path / "w.backup", now=NOW)
    restore_backup(other, tmp_path / "w.backup")

    put(SqlPlanStore(other), record("c.md"), ["tres"], facts=[kpi("c.md", 1, "NPS", "40")])

    assert len(SqlPlanStore(other).facts(ANA)) == 2
    assert not SqlInbox(other).receive(EVENT)


def test_a_workspace_that_holds_something_is_not_overwritten_by_chance(database: Database, tmp_path: Path) -> None:
    fill(database)
    write_backup(database, tmp_path / "w.backup", now=NOW)
    put(SqlPlanStore(database), record("later.md"))
    before = contents(database)

    with pytest.raises(UserCanFix, match="workspace_not_empty"):
        restore_backup(database, tmp_path / "w.backup")

    assert contents(database) == before


def test_force_puts_the_backup_in_the_place_of_what_is_there(database: Database, tmp_path: Path) -> None:
    fill(database)
    write_backup(database, tmp_path / "w.backup", now=NOW)
    store = SqlPlanStore(database)
    put(store, record("later.md"), ["luego"])
    revision = store.revision()

    restore_backup(database, tmp_path / "w.backup", force=True)

    assert [one.document for one in store.documents(ANA)] == ["a.md", "b.md"]
    assert store.orphaned_vectors(9) == ["b.md@v1:0", "later.md@v1:0"] or set(store.orphaned_vectors(9)) >= {"later.md@v1:0"}
    assert store.revision() > revision


def test_a_backup_is_of_one_moment_while_others_write(shared_url: str, tmp_path: Path) -> None:
    database, target = open_database(shared_url), open_database("sqlite://")
    store, done = SqlPlanStore(database), threading.Event()

    def write_on() -> None:
        number = 0
        while not done.is_set():
            put(store, record("a.md", f"v{number}"), [str(number)] * 5, facts=[kpi("a.md", 1, "n", str(number))] * 3)
            number += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    for number in range(5):
        write_backup(database, tmp_path / f"{number}.backup", now=NOW)
    done.set()
    writer.join()

    for number in range(5):
        restore_backup(target, tmp_path / f"{number}.backup", force=True)
        counted = {table: len(rows) for table, rows in contents(target).items() if table in ("facts", "chunks")}
        assert counted in ({"facts": 3, "chunks": 5}, {"facts": 0, "chunks": 0})
    for one in (database, target):
        one.close()


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _one_bit(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _without_its_end(content: bytes) -> bytes:
    return gzip.compress(b"\n".join(gzip.decompress(content).split(b"\n")[:-2]) + b"\n")


def _a_row_less(content: bytes) -> bytes:
    lines = gzip.decompress(content).split(b"\n")
    return gzip.compress(b"\n".join(lines[:2] + lines[3:]))


def _other_rows(content: bytes) -> bytes:
    """As someone would write it who knows the format but not the tables."""
    lines = [gzip.decompress(content).split(b"\n")[0], b'{"table": "strangers", "columns": ["a"]}', b"[1]"]
    told = b"\n".join(lines) + b"\n"
    return gzip.compress(told + json.dumps({"sha256": hashlib.sha256(told).hexdigest()}).encode() + b"\n")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"a letter to a friend\n" * 50, id="a text"),
        pytest.param(lambda _: gzip.compress(b"a letter to a friend\n" * 50), id="a packed text"),
        pytest.param(lambda _: gzip.compress(b'{"some": "json"}\n'), id="packed JSON of someone else"),
        pytest.param(_cut, id="cut in half"),
        pytest.param(_one_bit, id="one bit wrong"),
        pytest.param(_without_its_end, id="without its last line"),
        pytest.param(_a_row_less, id="without a line"),
        pytest.param(_other_rows, id="with other tables"),
    ],
)
def test_a_damaged_or_foreign_file_changes_nothing(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    database = open_database("sqlite://")
    fill(database)
    path = tmp_path / "w.backup"
    write_backup(database, path, now=NOW)
    path.write_bytes(damage(path.read_bytes()))
    before = contents(database)

    with pytest.raises(UserCanFix, match="backup_damaged"):
        restore_backup(database, path, force=True)

    assert contents(database) == before
    database.close()


def test_a_backup_of_a_newer_version_is_named(tmp_path: Path) -> None:
    database = open_database("sqlite://")
    path = tmp_path / "w.backup"
    write_backup(database, path, now=NOW)
    lines = gzip.decompress(path.read_bytes()).split(b"\n")
    lines[0] = json.dumps({**json.loads(lines[0]), "schema": "9999"}).encode()
    path.write_bytes(gzip.compress(b"\n".join(lines)))

    with pytest.raises(OperatorMustFix, match="backup_newer"):
        restore_backup(database, path)

    database.close()


def test_a_backup_does_not_overwrite_a_file_and_leaves_no_half_of_one(tmp_path: Path) -> None:
    database = open_database("sqlite://")
    (tmp_path / "kept").write_text("kept")

    with pytest.raises(UserCanFix, match="file_exists"):
        write_backup(database, tmp_path / "kept", now=NOW)
    with pytest.raises(UserCanFix, match="file_not_writable"):
        write_backup(database, tmp_path / "no folder" / "w.backup", now=NOW)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    database.close()


def test_a_file_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UserCanFix, match="file_unreadable"):
        restore_backup(database, tmp_path / "nothing")


def test_a_whole_database_has_no_faults(database: Database) -> None:
    fill(database)

    assert {check.name: check.faults for check in check_database(database)} == dict.fromkeys(
        ["schema", "integrity", "references", "quotes", "full_text", "pending_vectors", "orphaned_vectors"], 0
    )


def test_a_quote_that_is_not_in_the_text_and_a_passage_that_is_not_indexed_are_found(database: Database) -> None:
    fill(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE document_versions SET text = 'Churn: 6' WHERE document = 'a.md'")
        connection.exec_driver_sql("DELETE FROM lexical")

    found = {check.name: check for check in check_database(database)}

    assert found["quotes"].told == ("a.md:1",)
    assert found["full_text"].faults == 3


def test_a_reference_to_nothing_is_found(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'w.db'}")
    fill(database)
    with database.read() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(pending_vectors.insert().values(chunk_id="nobody"))

    [found] = [check for check in check_database(database) if check.name == "references"]

    assert found.told == ("pending_vectors.chunk_id = nobody",)
    database.close()


def test_a_backup_of_an_older_version_is_brought_to_todays_schema(tmp_path: Path) -> None:
    database, old, target = open_database("sqlite://"), Database("sqlite://"), open_database("sqlite://")
    fill(database)
    path = tmp_path / "w.backup"
    write_backup(database, path, now=NOW)
    upgrade(old, "0002")
    with old.read() as connection:
        then = sa.inspect(connection)
        columns = {name: {column["name"] for column in then.get_columns(name)} for name in then.get_table_names()}
    path.write_bytes(_as_of("0002", columns, path.read_bytes()))

    restore_backup(target, path)

    assert SqlPlanStore(target).facts(ANA) == SqlPlanStore(database).facts(ANA)
    assert SqlPlanStore(target).places(ANA, "a.md") == ()
    assert target.schema_revision() == HEAD
    for one in (database, old, target):
        one.close()


def _as_of(revision: str, columns: dict[str, set[str]], content: bytes) -> bytes:
    """The backup as an older Rumbo would have written it."""
    header, *lines = [json.loads(line) for line in gzip.decompress(content).splitlines()[:-1]]
    kept: list[object] = [{**header, "schema": revision}]
    places: list[int] = []
    for line in lines:
        if isinstance(line, dict):
            known = columns.get(line["table"], set())
            places = [place for place, name in enumerate(line["columns"]) if name in known]
            kept += [{**line, "columns": [line["columns"][place] for place in places]}] if places else []
        elif places:
            kept.append([line[place] for place in places])
    told = b"".join(json.dumps(line).encode() + b"\n" for line in kept)
    return gzip.compress(told + json.dumps({"sha256": hashlib.sha256(told).hexdigest()}).encode() + b"\n")
