"""Readings and task states in SQL; rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import Reading, TaskChange
from retrieval.store.database import Database
from retrieval.store.state_schema import readings, task_changes

BATCH = 2_000
"""Rows of one insert."""


class SqlJournalStore:
    """JournalStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, reading: Reading) -> None:
        """Add a reading; one reading is corrected at most once.

        Raises:
            UserCanFix: `reading_superseded`, the corrected reading has been corrected already.
        """
        try:
            self._append(readings, _reading_row(reading))
        except IntegrityError as err:
            raise UserCanFix("reading_superseded", name=reading.name) from err

    def record_all(self, many: Iterable[Reading]) -> int:
        """Add many readings in one transaction; how many.

        Raises:
            UserCanFix: `reading_superseded`, one of them corrects a reading that has been corrected already; none is kept.
        """
        added = 0
        waiting = iter(many)
        with self._database.write() as connection:
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(readings.c.seq), 0))).scalar_one()
            while batch := list(islice(waiting, BATCH)):
                rows = [{**_reading_row(one), "seq": last + added + number} for number, one in enumerate(batch, start=1)]
                try:
                    connection.execute(readings.insert(), rows)
                except IntegrityError as err:
                    raise UserCanFix("reading_superseded", name=batch[0].name) from err
                added += len(batch)
        return added

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
        self._append(task_changes, _change_row(change))

    def task_states(self) -> dict[str, TaskChange]:
        """The newest change of every task that has one, by task id; of equally old ones the one recorded last."""
        order = (task_changes.c.at.desc(), task_changes.c.seq.desc())
        place = sa.func.row_number().over(partition_by=task_changes.c.task_id, order_by=order).label("place")
        ranked = sa.select(task_changes.c.body, place).subquery()
        query = sa.select(ranked.c.body).where(ranked.c.place == 1)
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
                    _insert(connection, table, row)
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


def append_on(connection: sa.Connection, change: Reading | TaskChange) -> None:
    """Add a reading or a task's new state inside the caller's transaction.

    Raises:
        UserCanFix: `reading_superseded`, the day has another value than the reading knows of; the transaction is of no more use.
    """
    try:
        if isinstance(change, Reading):
            _check_current(connection, change)
            _insert(connection, readings, _reading_row(change))
        else:
            _insert(connection, task_changes, _change_row(change))
    except IntegrityError as err:
        raise UserCanFix("reading_superseded", name=change.name) from err


def _check_current(connection: sa.Connection, reading: Reading) -> None:
    later = readings.alias("later")
    held = ~sa.exists().where(later.c.supersedes == readings.c.id)
    same_day = (readings.c.metric_id == reading.metric_id) & (readings.c.on_day == reading.on.isoformat())
    found = set(connection.execute(sa.select(readings.c.id).where(same_day & held)).scalars())
    if found - {reading.supersedes}:
        raise UserCanFix("reading_superseded", name=reading.name)


def _insert(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> None:
    last = sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0) + 1).scalar_subquery()
    connection.execute(table.insert().values(**row, seq=last))


def _reading_row(reading: Reading) -> dict[str, object]:
    return {
        "id": reading.id,
        "metric_id": reading.metric_id,
        "on_day": reading.on.isoformat(),
        "at": reading.at,
        "supersedes": reading.supersedes,
        "body": reading.model_dump_json(),
    }


def _change_row(change: TaskChange) -> dict[str, object]:
    return {"id": change.id, "task_id": change.task_id, "at": change.at, "body": change.model_dump_json()}
