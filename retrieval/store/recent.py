"""The readings that health looks at: of every metric the first one and the latest ones, in one query."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from copilot.domain.journal import Reading
from retrieval.store.database import Database
from retrieval.store.state_schema import readings


def recent_readings(database: Database, *, per_metric: int) -> Sequence[Reading]:
    """Of each metric the first reading that holds and the last `per_metric`; by day, then in the order they were recorded.

    One query however many metrics there are; bodies are read of the chosen rows only.
    """
    corrected = sa.select(readings.c.supersedes).where(readings.c.supersedes.is_not(None))
    latest = (readings.c.on_day.desc(), readings.c.seq.desc())
    numbered = (
        sa.select(
            readings.c.seq,
            sa.func.row_number().over(partition_by=readings.c.metric_id, order_by=latest).label("place"),
            sa.func.count().over(partition_by=readings.c.metric_id).label("last_place"),
        )
        .where(readings.c.id.not_in(corrected))
        .subquery()
    )
    chosen = sa.select(numbered.c.seq).where((numbered.c.place <= per_metric) | (numbered.c.place == numbered.c.last_place))
    query = sa.select(readings.c.body).where(readings.c.seq.in_(chosen)).order_by(readings.c.on_day, readings.c.seq)
    with database.read() as connection:
        return [Reading.model_validate_json(body) for body in connection.execute(query).scalars()]
