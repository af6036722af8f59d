"""The one engine of a workspace: transactions, and driver errors in our words. Knows no table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from copilot.domain.errors import OperatorMustFix
from retrieval.store.dialects import BUSY_TIMEOUT_MS, WRITES, dialect_for
from retrieval.store.schema import HEAD


class Database:
    """A workspace's database. Transactions must not be nested: in memory there is a single connection."""

    def __init__(self, url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        parsed = _parsed(url)
        self.dialect = dialect_for(parsed, busy_timeout_ms=busy_timeout_ms)
        self._engine = self.dialect.engine(parsed)
        self._writing = self._engine.execution_options(**{WRITES: True})

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state throughout."""
        with self._told_in_our_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that happens wholly or not at all."""
        with self._told_in_our_words(), self._writing.begin() as connection:
            yield connection

    def schema_revision(self) -> str | None:
        """The migration the database is at; None when it is new."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return found

    def close(self) -> None:
        """Give the connections back to the operating system."""
        self._engine.dispose()

    @contextmanager
    def _told_in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
            told = self.dialect.translate(original)
            if told is None:
                raise
            raise told from error


def open_database(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Database:
    """The database at `url`, its schema brought up to date.

    Raises:
        OperatorMustFix: `database_damaged`, `database_locked`, `database_newer`, `database_not_writable`,
            `database_unsupported` or `sqlite_without_fts5`.
    """
    database = Database(url, busy_timeout_ms=busy_timeout_ms)
    database.dialect.prepare_place()
    if database.schema_revision() != HEAD:
        # Alembic takes most of a second to load, and only a new or an old database needs it.
        from retrieval.store.migrate import upgrade  # noqa: PLC0415 - see above

        upgrade(database)
    return database


def _parsed(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError as error:
        # The address may hold a password: it is not repeated.
        raise OperatorMustFix("database_url_invalid") from error
