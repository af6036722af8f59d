"""Readings and task states in SQL; rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import Reading, TaskChange
from retrieval.store.database import Database
from retrieval.store.state_schema import readings, task_changes


class SqlJournalStore:
    """JournalStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, reading: Reading) -> None:
        """Add a reading; one reading is corrected at most once.

        Raises:
            UserCanFix: `reading_superseded`, the corrected reading has been corrected already.
        """
        row = {
            "id": reading.id,
            "metric_id": reading.metric_id,
            "on_day": reading.on.isoformat(),
            "at": reading.at,
            "supersedes": reading.supersedes,
            "body": reading.model_dump_json(),
        }
        try:
            self._append(readings, row)
        except IntegrityError as err:
            raise UserCanFix("reading_superseded", name=reading.name) from err

    def readings(self, *, metric_id: str | None = None, since: datetime | None = None) -> Sequence[Reading]:
        """Readings that hold: not superseded; by day, then in the order they were recorded."""
        later = readings.alias("later")
        superseded = sa.exists().where(later.c.supersedes == readings.c.id)
        query = sa.select(readings.c.body).where(~superseded).order_by(readings.c.on_day, readings.c.seq)
        if metric_id is not None:
            query = query.where(readings.c.metric_id == metric_id)
        if since is not None:
            query = query.where(readings.c.at >= since)
        return [Reading.model_validate_json(body) for body in self._bodies(query)]

    def history(self, metric_id: str) -> Sequence[Reading]:
        """Every reading of a metric, superseded ones too, in the order they were recorded."""
        query = sa.select(readings.c.body).where(readings.c.metric_id == metric_id).order_by(readings.c.seq)
        return [Reading.model_validate_json(body) for body in self._bodies(query)]

    def change_task(self, change: TaskChange) -> None:
        """Add a task's new state."""
        row = {"id": change.id, "task_id": change.task_id, "at": change.at, "body": change.model_dump_json()}
        self._append(task_changes, row)

    def task_states(self) -> dict[str, TaskChange]:
        """The last change of every task that has one, by task id."""
        last = sa.select(sa.func.max(task_changes.c.seq)).group_by(task_changes.c.task_id)
        query = sa.select(task_changes.c.body).where(task_changes.c.seq.in_(last))
        changes = (TaskChange.model_validate_json(body) for body in self._bodies(query))
        return {change.task_id: change for change in changes}

    def task_changes(self, *, task_id: str | None = None, since: datetime | None = None) -> Sequence[TaskChange]:
        """Changes in the order they were made."""
        query = sa.select(task_changes.c.body).order_by(task_changes.c.seq)
        if task_id is not None:
            query = query.where(task_changes.c.task_id == task_id)
        if since is not None:
            query = query.where(task_changes.c.at >= since)
        return [TaskChange.model_validate_json(body) for body in self._bodies(query)]

    def _append(self, table: sa.Table, row: Mapping[str, object]) -> None:
        # Two writers may compute the same number: the unique index lets one in, the other counts again.
        for left in range(9, -1, -1):
            try:
                with self._database.write() as connection:
                    last = sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0) + 1).scalar_subquery()
                    connection.execute(table.insert().values(**row, seq=last))
                return
            except IntegrityError:
                if not left or self._is_there(table, row):
                    raise

    def _is_there(self, table: sa.Table, row: Mapping[str, object]) -> bool:
        clash = table.c.id == row["id"]
        if row.get("supersedes") is not None:
            clash = clash | (table.c.supersedes == row["supersedes"])
        with self._database.read() as connection:
            return connection.execute(sa.select(table.c.id).where(clash)).first() is not None

    def _bodies(self, query: sa.Select[Any]) -> Sequence[str]:
        with self._database.read() as connection:
            return [str(body) for body in connection.execute(query).scalars()]
