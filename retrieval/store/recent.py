"""The readings that health looks at: of every metric the first one and the latest ones, in one query."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import TypeAdapter

from copilot.domain.journal import Reading
from retrieval.store.database import Database
from retrieval.store.state_schema import readings

MANY = TypeAdapter(list[Reading])
"""Reads all bodies at once: half the time of one by one."""


def recent_readings(database: Database, *, per_metric: int) -> Sequence[Reading]:
    """Of each metric the first reading that holds and the last `per_metric`; by day, then in the order they were recorded.

    One query however many metrics there are; bodies are read of the chosen rows only. Where several readings hold for the first
    day, all of them are given.
    """
    corrected = sa.select(readings.c.supersedes).where(readings.c.supersedes.is_not(None))
    holds = readings.c.id.not_in(corrected)
    order = (readings.c.on_day.desc(), readings.c.seq.desc())
    place = sa.func.row_number().over(partition_by=readings.c.metric_id, order_by=order).label("place")
    numbered = sa.select(readings.c.seq, place).where(holds).subquery()
    latest = sa.select(numbered.c.seq).where(numbered.c.place <= per_metric)
    # Another window or a count beside the first one sorts everything once more; a minimum does not.
    day = sa.func.min(readings.c.on_day).label("day")
    first_day = sa.select(readings.c.metric_id, day).where(holds).group_by(readings.c.metric_id).subquery()
    same = (readings.c.metric_id == first_day.c.metric_id) & (readings.c.on_day == first_day.c.day)
    first = sa.select(readings.c.seq).join(first_day, same).where(holds)
    chosen = readings.c.seq.in_(sa.union_all(latest, first))
    query = sa.select(readings.c.body).where(chosen).order_by(readings.c.on_day, readings.c.seq)
    with database.read() as connection:
        return MANY.validate_json(f"[{','.join(connection.execute(query).scalars())}]")


def last_reading(database: Database) -> int:
    """Number of the last reading recorded; grows with every one. 0 where there is none."""
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(readings.c.seq), 0))).scalar_one())
