"""The number that grows with every change of what readers see; they cache by it."""

from __future__ import annotations

import sqlalchemy as sa

from retrieval.store import schema


def grow_revision(connection: sa.Connection) -> None:
    """Count a change, inside its transaction."""
    connection.execute(
        schema.counters.update().where(schema.counters.c.name == "revision").values(value=schema.counters.c.value + 1)
    )
