"""A workspace's tables in one file, the same for every database, and back again: wholly or not at all.

The file is gzipped JSON lines: a header with the schema's revision, for each table its columns and its rows, and a last
line with the checksum of all before. Vectors and the full-text index are not in it: both are made from the passages.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

import sqlalchemy as sa

from copilot.domain.errors import OperatorMustFix, UserCanFix
from retrieval.store import schema, state_schema
from retrieval.store.database import Database
from retrieval.store.lexical import rebuild_index
from retrieval.store.migrate import revisions, upgrade
from retrieval.store.queue import LOCAL
from retrieval.store.schema import HEAD

FORMAT: Final = "rumbo-backup"
VERSION: Final = 1
BATCH: Final = 500
DERIVED: Final = (schema.pending_vectors, schema.orphaned_vectors)
"""Lists about vectors, which a backup does not hold."""
BOOKKEEPING: Final = ("counters", "marks")
"""Have rows in a new workspace already."""
TABLES: Final = state_schema.inbox.metadata
"""All tables; the state's are made known by importing their module."""
BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, TypeError, binascii.Error)
"""What reading a damaged file raises; ValueError is also that of JSON and of UTF-8."""


@dataclass(frozen=True)
class Kept:
    """What went into a backup, or came out of it."""

    documents: int
    rows: int
    revision: str


def write_backup(database: Database, path: Path, *, now: datetime) -> Kept:
    """Write everything as it stands at this moment, also while others work; the file is there when it is whole.

    Raises:
        UserCanFix: `file_exists`, `file_not_writable`.
    """
    if path.exists():
        raise UserCanFix("file_exists", path=str(path))
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                kept = _write(database, packed, now)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    except OSError as error:
        raise UserCanFix("file_not_writable", path=str(path), reason=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return kept


def restore_backup(database: Database, path: Path, *, force: bool = False) -> Kept:
    """Put a backup in the place of what the workspace holds; its vectors have to be written again.

    Args:
        database: its schema is up to date.
        path: the backup, of this version or an older one, from any kind of database.
        force: also where the workspace is not empty; what it holds is lost.

    Raises:
        UserCanFix: `file_unreadable`, `backup_damaged`, `workspace_not_empty`.
        OperatorMustFix: `backup_newer`.
    """
    # Read to the end, checked and brought to our schema before anything of the workspace is touched.
    with tempfile.TemporaryDirectory(prefix="rumbo-restore-") as folder, closing(_staged(path, Path(folder))) as staged:
        with database.write() as target:
            if not force and not _is_empty(target):
                raise UserCanFix("workspace_not_empty", path=database.dialect.place)
            rows = _replace(database, target, staged)
            documents = target.execute(sa.select(sa.func.count()).select_from(schema.documents)).scalar_one()
    return Kept(documents=documents, rows=rows, revision=HEAD)


class Stream(Protocol):
    """As much of a binary file as is used."""

    def write(self, data: bytes, /) -> int:
        """Append."""

    def __iter__(self) -> Iterator[bytes]:
        """Lines."""


class _Checked:
    """A stream of lines and their checksum so far."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def put(self, value: Any) -> None:
        line = json.dumps(value, ensure_ascii=False, default=_told).encode() + b"\n"
        self._digest.update(line)
        self._stream.write(line)

    def lines(self) -> Iterator[Any]:
        """Every line but the last, which must fit them. Raises ValueError."""
        last: bytes | None = None
        for line in self._stream:
            if last is not None:
                self._digest.update(last)
                yield json.loads(last)
            last = line
        if last is None or json.loads(last) != {"sha256": self._digest.hexdigest()}:
            raise ValueError("the end is missing or does not fit")

    def close(self) -> None:
        self._stream.write(json.dumps({"sha256": self._digest.hexdigest()}).encode() + b"\n")


def _write(database: Database, stream: Stream, now: datetime) -> Kept:
    checked = _Checked(stream)
    checked.put({"format": FORMAT, "version": VERSION, "schema": HEAD, "made_at": now})
    counts = {}
    with database.read() as connection:
        for table in _tables():
            checked.put({"table": table.name, "columns": table.c.keys()})
            order = table.primary_key.columns.values()
            found = connection.execution_options(yield_per=BATCH).execute(sa.select(table).order_by(*order))
            counts[table.name] = 0
            for row in found:
                checked.put(list(row))
                counts[table.name] += 1
    checked.close()
    return Kept(documents=counts[schema.documents.name], rows=sum(counts.values()), revision=HEAD)


def _staged(path: Path, folder: Path) -> Database:
    """The backup as a database of its own, at our schema."""
    staging = Database(f"sqlite:///{folder / 'staged.db'}")
    try:
        with gzip.open(path, "rb") as packed:
            lines = _Checked(packed).lines()
            upgrade(staging, _header(next(lines, None), path))
            with staging.write() as connection:
                _fill(connection, lines)
        upgrade(staging)
    except (*BROKEN, sa.exc.StatementError) as error:
        staging.close()
        raise UserCanFix("backup_damaged", path=str(path), reason=str(error).partition("\n")[0][:200]) from error
    except OSError as error:
        staging.close()
        raise UserCanFix("file_unreadable", path=str(path), reason=error.strerror or str(error)) from error
    return staging


def _header(header: Any, path: Path) -> str:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("not a backup of Rumbo")
    revision = str(header["schema"])
    if header["version"] != VERSION or revision not in revisions():
        raise OperatorMustFix("backup_newer", path=str(path), revision=revision)
    return revision


def _fill(connection: sa.Connection, lines: Iterator[Any]) -> None:
    """Write the rows into tables as they were when the backup was made."""
    known = sa.MetaData()
    known.reflect(connection, only=lambda name, _: not name.startswith(("lexical", "sqlite_", "alembic")))
    table: sa.Table | None = None
    columns: list[sa.Column[Any]] = []
    batch: list[Mapping[str, Any]] = []
    for line in lines:
        if isinstance(line, dict):
            _insert(connection, table, batch)
            table = known.tables[line["table"]]
            columns = [table.c[name] for name in line["columns"]]
            connection.execute(table.delete())
            batch = []
        else:
            batch.append({column.name: _read(value, column) for column, value in zip(columns, line, strict=True)})
            if len(batch) == BATCH:
                _insert(connection, table, batch)
                batch = []
    _insert(connection, table, batch)


def _replace(database: Database, target: sa.Connection, staged: Database) -> int:
    """Everything out, everything in, in the caller's transaction; number of rows."""
    dialect = database.dialect
    stale = target.execute(sa.select(schema.chunks.c.id).union(sa.select(schema.orphaned_vectors.c.chunk_id))).scalars().all()
    before = target.execute(sa.select(schema.counters.c.value).where(schema.counters.c.name == "revision")).scalar_one()
    dialect.delete_full_text(target)
    for table in reversed(TABLES.sorted_tables):
        # Which vectors are where is no matter of the backup's.
        gone = table.delete() if table is not schema.marks else table.delete().where(table.c.name.not_in(LOCAL))
        target.execute(gone)
    rows = 0
    with staged.read() as source:
        for table in _tables():
            kept = sa.select(table) if table is not schema.marks else sa.select(table).where(table.c.name.not_in(LOCAL))
            found = source.execution_options(yield_per=BATCH).execute(kept).mappings()
            while batch := [dict(row) for row in islice(found, BATCH)]:
                target.execute(table.insert(), batch)
                rows += len(batch)
            dialect.number_on(target, table)
    # Whoever keeps a view of the plan sees that it is another one.
    newer = schema.counters.c.value + before + 1
    target.execute(schema.counters.update().where(schema.counters.c.name == "revision").values(value=newer))
    rebuild_index(dialect, target)
    all_chunks = sa.select(schema.chunks.c.id)
    target.execute(schema.pending_vectors.insert().from_select(["chunk_id"], all_chunks))
    for at in range(0, len(stale), BATCH):
        target.execute(schema.orphaned_vectors.insert(), [{"chunk_id": one} for one in stale[at : at + BATCH]])
    target.execute(schema.orphaned_vectors.delete().where(schema.orphaned_vectors.c.chunk_id.in_(all_chunks)))
    return rows


def _insert(connection: sa.Connection, table: sa.Table | None, batch: Sequence[Mapping[str, Any]]) -> None:
    if batch:
        if table is None:
            raise ValueError("rows without a table")
        connection.execute(table.insert(), list(batch))


def _is_empty(connection: sa.Connection) -> bool:
    return not any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in _tables()
        if table.name not in BOOKKEEPING
    )


def _tables() -> list[sa.Table]:
    """Those that hold more than can be made from the others, each after what it refers to."""
    return [table for table in TABLES.sorted_tables if table not in DERIVED]


def _told(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written to a backup")


def _read(value: Any, column: sa.Column[Any]) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    return value
