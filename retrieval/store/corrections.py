"""People's corrections in SQL; rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from copilot.domain.correction import Correction
from retrieval.store.database import Database
from retrieval.store.revisions import grow_revision
from retrieval.store.state_schema import corrections


class SqlCorrections:
    """Corrections of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, correction: Correction) -> None:
        """Keep a correction; readers of the plan see it from now on."""
        row = {
            "id": correction.id,
            "document": correction.document,
            "at": correction.at,
            "body": correction.model_dump_json(),
        }
        with self._database.write() as connection:
            last = sa.select(sa.func.coalesce(sa.func.max(corrections.c.seq), 0) + 1).scalar_subquery()
            connection.execute(corrections.insert().values(**row, seq=last))
            grow_revision(connection)

    def of(self, documents: Sequence[str]) -> Sequence[Correction]:
        """Corrections of these documents, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(corrections.c.document, corrections.c.body).order_by(corrections.c.seq)).all()
        wanted = set(documents)
        return [Correction.model_validate_json(row.body) for row in rows if row.document in wanted]
