"""Asks somebody else's database one question, without any means to change it.

Two walls: the words (one SELECT, nothing behind it), and the database itself (a read-only transaction; a SQLite file opened
for reading). What is asked is stopped when its time is over. Addresses are never repeated in an error.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from copilot.domain.errors import OperatorMustFix, RumboError, UserCanFix

MOST_ROWS: Final = 20_000
CONNECT_TIMEOUT_S: Final = 10
LONGEST_REASON: Final = 160
_SKIPPED = re.compile(
    r"'(?:[^']|'')*'" r'|"(?:[^"]|"")*"' r"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|(?P<tag>\$\w*\$).*?(?P=tag)", re.DOTALL
)
_WORD = re.compile(r"[a-z_]+")
_WRITES: Final = frozenset(
    "insert update delete merge replace into create alter drop truncate grant revoke attach detach pragma vacuum reindex copy "
    "call execute exec do set lock begin commit rollback savepoint".split()
)
_FUNCTIONS: Final = re.compile(r"\breplace\s*\(")
"""A word of _WRITES that is also a harmless function."""
_LATE: Final = ("57014", "55P03")
"""Stopped by its time limit; SQLSTATE codes."""
_NO_WRITING: Final = ("25006",)


def ask_database(url: str, query: str, *, timeout_s: float) -> Sequence[Sequence[Any]]:
    """The rows of a query.

    Args:
        url: SQLAlchemy address.
        query: one SELECT, or WITH that ends in one.
        timeout_s: seconds the database may take.

    Raises:
        UserCanFix: `source_not_a_select`, `source_query_failed`, `source_writes`, `source_too_many_rows`.
        OperatorMustFix: `source_url_invalid`, `source_driver_missing`, `source_unreachable`, `source_slow`.
    """
    checked = checked_query(query)
    try:
        parsed = sa.make_url(url)
        engine = _engine(parsed, timeout_s)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        # Whatever does not look like an address may be the secret itself.
        database = url.partition("://")[0][:40] if "://" in url else "?"
        missing = isinstance(error, NoSuchModuleError | ImportError)
        raise OperatorMustFix("source_driver_missing" if missing else "source_url_invalid", database=database) from None
    try:
        return _within(timeout_s, lambda: _rows(engine, checked, timeout_s))
    except SQLAlchemyError as error:
        raise _told(error, parsed, timeout_s) from None
    except sqlite3.Error as error:
        raise _told_by_sqlite(error, parsed, timeout_s) from None
    finally:
        engine.dispose(close=False)


def checked_query(query: str) -> str:
    """The query, when it is one SELECT and nothing else. Raises UserCanFix(`source_not_a_select`)."""
    told = query.strip().rstrip(";").rstrip()
    bare = _FUNCTIONS.sub(" ", _SKIPPED.sub(" ", told).lower())
    words = _WORD.findall(bare)
    if not words or words[0] not in ("select", "with") or ";" in bare:
        raise UserCanFix("source_not_a_select", query=told[:LONGEST_REASON])
    if forbidden := next((word for word in words if word in _WRITES), None):
        raise UserCanFix("source_not_a_select", query=told[:LONGEST_REASON], word=forbidden)
    return told


def masked(url: str) -> str:
    """An address fit to be shown: without password and query."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        return "***"
    return parsed.set(query={}).render_as_string(hide_password=True)


def _engine(url: sa.URL, timeout_s: float) -> sa.Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return sa.create_engine("sqlite://", creator=lambda: _read_only_file(url, timeout_s), poolclass=sa.NullPool)
    if backend == "postgresql":
        limits = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "rumbo", **dict(url.query)}
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=limits,
            poolclass=sa.NullPool,
            isolation_level="REPEATABLE READ",
        )
    return sa.create_engine(url, poolclass=sa.NullPool)


def _rows(engine: sa.Engine, query: str, timeout_s: float) -> Sequence[Sequence[Any]]:
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(timeout_s * 1000))}")
        elif connection.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("START TRANSACTION READ ONLY")
        # As text of the driver a colon or a percent sign would be a parameter.
        result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
        rows = [tuple(row) for row in result.fetchmany(MOST_ROWS + 1)]
        connection.rollback()
    if len(rows) > MOST_ROWS:
        raise UserCanFix("source_too_many_rows", limit=MOST_ROWS)
    return rows


def _read_only_file(url: sa.URL, timeout_s: float) -> sqlite3.Connection:
    if not url.database or url.database == ":memory:":
        raise sqlite3.OperationalError("unable to open database file")
    path = Path(url.database.removeprefix("file:").partition("?")[0]).absolute()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=timeout_s, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    deadline = time.monotonic() + timeout_s
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    return connection


def _within(timeout_s: float, ask: Callable[[], Sequence[Sequence[Any]]]) -> Sequence[Sequence[Any]]:
    """Ask in a thread of its own, and wait no longer than that: not every driver has a clock."""
    found: list[Sequence[Sequence[Any]]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(ask())
        except (SQLAlchemyError, sqlite3.Error, RumboError, OSError) as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="source", daemon=True)
    thread.start()
    thread.join(timeout_s + CONNECT_TIMEOUT_S)
    if failed:
        raise failed[0]
    if not found:
        raise OperatorMustFix("source_slow", seconds=timeout_s)
    return found[0]


def _told(error: SQLAlchemyError, url: sa.URL, timeout_s: float) -> RumboError:
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(original, sqlite3.Error):
        return _told_by_sqlite(original, url, timeout_s)
    state = str(getattr(original, "sqlstate", None) or "")
    if state in _LATE:
        return OperatorMustFix("source_slow", seconds=timeout_s)
    if state in _NO_WRITING:
        return UserCanFix("source_writes")
    reason = _reason(original, url)
    if not state or state.startswith(("08", "28", "3D", "53", "57P", "58")):
        return OperatorMustFix("source_unreachable", database=masked(url.render_as_string(hide_password=False)), reason=reason)
    return UserCanFix("source_query_failed", reason=reason)


def _told_by_sqlite(error: sqlite3.Error, url: sa.URL, timeout_s: float) -> RumboError:
    told = str(error).lower()
    if "interrupted" in told or "locked" in told:
        return OperatorMustFix("source_slow", seconds=timeout_s)
    if "readonly" in told or "read-only" in told:
        return UserCanFix("source_writes")
    if "unable to open" in told or "not a database" in told:
        return OperatorMustFix(
            "source_unreachable", database=url.set(query={}).render_as_string(hide_password=True), reason=str(error)
        )
    return UserCanFix("source_query_failed", reason=_reason(error, url))


def _reason(error: BaseException, url: sa.URL) -> str:
    told = " ".join((str(error).strip().partition("\n")[0] or type(error).__name__).split())
    return (told.replace(str(url.password), "***") if url.password else told)[:LONGEST_REASON]
