"""Where an import waits until all of it is known to be right: a file of the operating system that goes with the process.

Holds one value a metric and day, so that memory stays small however long the file is. Knows no reading and no journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

BATCH = 5_000


class Staged(NamedTuple):
    """A value of the file: the metric by its number in the import, the day by its ordinal."""

    metric: int
    day: int
    line: int
    column: str
    value: str
    unit: str
    note: str | None
    source: str | None
    confidence: str | None
    supersedes: str | None = None


class Stage:
    """Values of one import."""

    def __init__(self) -> None:
        # An empty name is a temporary file that SQLite deletes itself.
        self._connection = sqlite3.connect("")
        self._connection.execute(
            "CREATE TABLE staged (metric INTEGER, day INTEGER, line INTEGER, place TEXT, value TEXT, unit TEXT, note TEXT, "
            "source TEXT, confidence TEXT, supersedes TEXT, PRIMARY KEY (metric, day)) WITHOUT ROWID"
        )
        self._waiting: list[Staged] = []

    def add(self, value: Staged) -> None:
        """Keep a value; the caller has seen that its metric has none for the day."""
        self._waiting.append(value)
        if len(self._waiting) >= BATCH:
            self._flush()

    def take(self, metric: int, day: int) -> Staged | None:
        """Take a value out again."""
        self._flush()
        found = self._connection.execute("DELETE FROM staged WHERE metric = ? AND day = ? RETURNING *", (metric, day)).fetchone()
        return None if found is None else Staged(*found)

    def of(self, metric: int) -> list[Staged]:
        """Values of a metric, by day: at most one a day, so never many."""
        self._flush()
        rows = self._connection.execute("SELECT * FROM staged WHERE metric = ? ORDER BY day", (metric,))
        return [Staged(*row) for row in rows]

    def drop(self, metric: int, days: list[int]) -> None:
        """Forget values."""
        self._connection.executemany("DELETE FROM staged WHERE metric = ? AND day = ?", [(metric, day) for day in days])

    def correct(self, metric: int, replaced: dict[int, str]) -> None:
        """Note which reading each day's value takes the place of."""
        rows = [(reading_id, metric, day) for day, reading_id in replaced.items()]
        self._connection.executemany("UPDATE staged SET supersedes = ? WHERE metric = ? AND day = ?", rows)

    def all(self) -> Iterator[Staged]:
        """Every value, by metric and day."""
        self._flush()
        for row in self._connection.execute("SELECT * FROM staged ORDER BY metric, day"):
            yield Staged(*row)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def _flush(self) -> None:
        self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()
