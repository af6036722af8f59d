"""What differs between databases: connection set-up, locking, upserts, full-text search, and the words of their errors.

Everything else in this room is plain SQLAlchemy. Another database is another class with the methods of `Dialect`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from copilot.domain.errors import OperatorMustFix, RumboError

WRITES: Final = "rumbo_writes"
"""Execution option of connections whose transaction is going to write."""
BUSY_TIMEOUT_MS: Final = 5000
SUPPORTED: Final = ("sqlite", "postgresql")


class Dialect(Protocol):
    """One kind of database."""

    @property
    def name(self) -> str:
        """As SQLAlchemy calls it."""

    @property
    def place(self) -> str:
        """Where the database is, fit to be shown."""

    def engine(self, url: sa.URL) -> sa.Engine:
        """An engine set up for us; nothing is opened yet. Raises OperatorMustFix(`postgres_driver_missing`)."""

    def prepare_place(self) -> None:
        """Make room for a new database. Raises OperatorMustFix(`database_not_writable`)."""

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""

    def translate(self, error: BaseException) -> RumboError | None:
        """Our error for one of the driver's; None for what is a bug here."""

    def faults(self, connection: sa.Connection) -> Sequence[str]:
        """What the database itself finds broken, in its words."""

    def number_on(self, connection: sa.Connection, table: sa.Table) -> None:
        """Rows were inserted with their numbers: the next one gets a number above them."""

    def create_full_text(self, connection: sa.Connection) -> None:
        """Make the index of stems and 4-grams."""

    def drop_full_text(self, connection: sa.Connection) -> None:
        """Forget the index."""

    def add_full_text(self, connection: sa.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
        """Index chunks that are in `chunks`: their id, stems and grams, blank between terms."""

    def delete_full_text(self, connection: sa.Connection, document: str | None = None) -> None:
        """Forget the chunks of a document, before they leave `chunks`; None: all."""

    def search_full_text(
        self, connection: sa.Connection, stems: Sequence[str], grams: Sequence[str], *, documents: Sequence[str] | None, k: int
    ) -> list[tuple[str, float]]:
        """Chunk ids and scores (higher is better) of chunks with any of the terms, best first."""


def dialect_for(url: sa.URL, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Dialect:
    """What to use for a database address. Raises OperatorMustFix(`database_unsupported`)."""
    # Each is imported where it is used: both need this module's names.
    if url.get_backend_name() == "sqlite":
        from retrieval.store.sqlite import Sqlite  # noqa: PLC0415 - see above

        return Sqlite(url, busy_timeout_ms=busy_timeout_ms)
    if url.get_backend_name() == "postgresql":
        from retrieval.store.postgres import Postgres  # noqa: PLC0415 - see above

        return Postgres(url, busy_timeout_ms=busy_timeout_ms)
    raise OperatorMustFix("database_unsupported", database=url.get_backend_name(), supported=list(SUPPORTED))


def dialect_of(connection: sa.Connection) -> Dialect:
    """What to use on a connection that is open, as migrations have it."""
    return dialect_for(connection.engine.url)
