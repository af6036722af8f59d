"""SQLite behind the port Dialect: pragmas, writers that queue up, FTS5."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import QueuePool

from copilot.domain.errors import OperatorMustFix, RumboError
from retrieval.store.dialects import BUSY_TIMEOUT_MS, WRITES

DAMAGED: Final = ("file is not a database", "malformed", "disk i/o error")
NOT_WRITABLE: Final = ("unable to open database file", "readonly database", "database or disk is full")
"""Parts of SQLite's messages."""
WRITE_FAILED: Final = ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE")
"""SQLite calls a limit on the size of files, and some full disks, an I/O error; the file is as it was."""


class Sqlite:
    """SQLite 3.35 or newer, in a file or in memory. Implements the port Dialect."""

    name: Final = "sqlite"

    def __init__(self, url: sa.URL, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.path = url.database if url.database not in (None, "", ":memory:") else None
        self.place = self.path or ":memory:"
        self._busy_timeout_ms = busy_timeout_ms

    def engine(self, url: sa.URL) -> sa.Engine:
        """An engine with our pragmas; nothing is opened yet."""
        engine = sa.create_engine(url, **({} if self.path else self._memory_pool()))
        sa.event.listen(engine, "connect", self._set_up)
        sa.event.listen(engine, "begin", self._begin)
        return engine

    def prepare_place(self) -> None:
        """Make the folder of a new database. Raises OperatorMustFix(`database_not_writable`)."""
        if self.path is None:
            return
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OperatorMustFix("database_not_writable", path=self.path, reason=error.strerror or str(error)) from error

    def insert(self, table: sa.Table) -> sqlite.Insert:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table)

    def translate(self, error: BaseException) -> RumboError | None:
        """Our error for one of the driver's; None for what is a bug here."""
        told, path = str(error).lower(), self.place
        if "no such module: fts5" in told:
            return OperatorMustFix("sqlite_without_fts5", version=sqlite3.sqlite_version)
        if "database is locked" in told:
            return OperatorMustFix("database_locked", path=path)
        if getattr(error, "sqlite_errorname", None) in WRITE_FAILED:
            return OperatorMustFix("database_not_writable", path=path, reason=str(error))
        if any(part in told for part in DAMAGED):
            return OperatorMustFix("database_damaged", path=path, reason=str(error))
        if any(part in told for part in NOT_WRITABLE):
            return OperatorMustFix("database_not_writable", path=path, reason=str(error))
        return None

    def faults(self, connection: sa.Connection) -> Sequence[str]:
        """What SQLite finds broken in its file."""
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [str(line) for line in found if line != "ok"]

    def number_on(self, connection: sa.Connection, table: sa.Table) -> None:
        """Nothing to do: SQLite counts on from the highest number there is."""

    def create_full_text(self, connection: sa.Connection) -> None:
        """The two analysed columns; terms come analysed, so the tokeniser only splits at blanks."""
        # detail=full and stored content: without the first bm25() is 0, without the second a deletion needs the old terms.
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE lexical USING fts5(s, g, tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\")"
        )

    def drop_full_text(self, connection: sa.Connection) -> None:
        """Forget the index."""
        connection.exec_driver_sql("DROP TABLE lexical")

    def add_full_text(self, connection: sa.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
        """Index chunks that are in `chunks`: their id, stems and grams, blank between terms."""
        values = [(stems, grams, chunk_id) for chunk_id, stems, grams in rows]
        if values:
            connection.exec_driver_sql("INSERT INTO lexical (rowid, s, g) SELECT row, ?, ? FROM chunks WHERE id = ?", values)

    def delete_full_text(self, connection: sa.Connection, document: str | None = None) -> None:
        """Forget the chunks of a document, before they leave `chunks`; None: all."""
        if document is None:
            connection.exec_driver_sql("DELETE FROM lexical")
            return
        connection.exec_driver_sql("DELETE FROM lexical WHERE rowid IN (SELECT row FROM chunks WHERE document = ?)", (document,))

    def search_full_text(
        self, connection: sa.Connection, stems: Sequence[str], grams: Sequence[str], *, documents: Sequence[str] | None, k: int
    ) -> list[tuple[str, float]]:
        """Chunk ids and scores (higher is better) of chunks with any of the terms, best first."""
        match = " OR ".join(f"{column} : ({self._any_of(terms)})" for column, terms in (("s", stems), ("g", grams)) if terms)
        if not match:
            return []
        only = "" if documents is None else "AND chunks.document IN (SELECT value FROM json_each(?))"
        rows = connection.exec_driver_sql(
            "SELECT chunks.id, -bm25(lexical, 1.0, 1.0) AS score FROM lexical JOIN chunks ON chunks.row = lexical.rowid "
            f"WHERE lexical MATCH ? {only} ORDER BY score DESC, chunks.row LIMIT ?",
            (match, *(() if documents is None else (json.dumps(list(documents)),)), k),
        )
        return [(row[0], row[1]) for row in rows]

    def _any_of(self, terms: Sequence[str]) -> str:
        # Every term is quoted: bare ones may be operators, and a blank between them means AND.
        return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)

    def _memory_pool(self) -> dict[str, Any]:
        # A database in memory lives in its one connection, which threads take in turn.
        return {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "connect_args": {"check_same_thread": False}}

    def _set_up(self, connection: sqlite3.Connection, _: object) -> None:
        # The driver's own BEGIN comes too late and without IMMEDIATE; see _begin.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")
        self._write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        # Two that switch a new file at once would deadlock, so SQLite fails one of them without waiting.
        deadline = time.monotonic() + self._busy_timeout_ms / 1000
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def _begin(self, connection: sa.Connection) -> None:
        # A transaction that reads first and writes later can fail at once instead of waiting; writers queue up here.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
