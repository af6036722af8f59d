"""Sources of metrics in SQL."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from copilot.domain.kpi_source import KpiSource
from retrieval.store.database import Database
from retrieval.store.state_schema import kpi_sources


class SqlKpiSources:
    """KpiSourceStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_source(self, source: KpiSource) -> None:
        """Keep it; the metric's former one goes."""
        row = {"metric_id": source.metric_id, "body": source.model_dump_json()}
        insert = self._database.dialect.insert(kpi_sources).values(**row)
        with self._database.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["metric_id"], set_={"body": row["body"]}))

    def sources(self) -> Sequence[KpiSource]:
        """All, by name of the metric."""
        with self._database.read() as connection:
            bodies = connection.execute(sa.select(kpi_sources.c.body)).scalars().all()
        found = [KpiSource.model_validate_json(body) for body in bodies]
        return sorted(found, key=lambda source: (source.name.lower(), source.document, source.metric_id))

    def remove_source(self, metric_id: str) -> bool:
        """False when the metric has none."""
        with self._database.write() as connection:
            return connection.execute(kpi_sources.delete().where(kpi_sources.c.metric_id == metric_id)).rowcount == 1
