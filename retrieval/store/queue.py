"""What the vectors still owe to the plan: passages without one, vectors without a passage, and which collection is whole.

A collection that is being filled is the target; searches ask the last one that was whole until it is. Every step is
written down, so that whoever comes after a crash goes on where it stopped.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from copilot.domain.source import Chunk, Collection
from retrieval.store import rows, schema
from retrieval.store.database import Database

TARGET: Final = "vector_collection"
"""Mark that names the collection vectors are written to."""
WHOLE: Final = "vector_whole"
"""Mark of the last collection that had a vector for every passage."""
RETIRED: Final = "vector_retired"
"""Mark of collections nobody asks any more, until they are dropped."""
WORKSPACE: Final = "workspace"
"""Mark that tells this workspace from others on one vector server."""
LOCAL: Final = (TARGET, WHOLE, RETIRED, WORKSPACE)
"""Marks that belong to this installation and not to what it holds."""


class SqlVectorQueue:
    """The part of the port PlanStore that is about vectors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def workspace_id(self) -> str:
        """A name no other workspace has; made on first use."""
        with self._database.write() as connection:
            found = _mark(connection, WORKSPACE)
            if found is None:
                found = uuid.uuid4().hex[:12]
                self._set(connection, WORKSPACE, found)
        return found

    def use_collection(self, name: str, *, empty: bool) -> None:
        """Vectors go to the collection `name` from now on; after a change, or when it is `empty`, all are pending again."""
        with self._database.write() as connection:
            before = _mark(connection, TARGET)
            if before == name and not empty:
                return
            whole = _mark(connection, WHOLE)
            if before not in (None, name) and (whole is None or json.loads(whole)["name"] != before):
                # Given up before it was whole.
                self._retire_collection(connection, str(before))
            retired = [one for one in _retired(connection) if one != name]
            self._set(connection, RETIRED, json.dumps(retired))
            self._set(connection, TARGET, name)
            again = self._database.dialect.insert(schema.pending_vectors).from_select(
                ["chunk_id"], sa.select(schema.chunks.c.id).where(sa.true())
            )
            connection.execute(again.on_conflict_do_nothing())

    def whole_collection(self) -> Collection | None:
        """The last collection that had a vector for every passage."""
        with self._database.read() as connection:
            found = _mark(connection, WHOLE)
        return None if found is None else Collection(**json.loads(found))

    def collection_filled(self, collection: Collection) -> None:
        """Searches ask this one from now on, where it is the target and nothing is pending; the one before is retired."""
        with self._database.write() as connection:
            told, before = json.dumps(collection.model_dump()), _mark(connection, WHOLE)
            if before == told or _mark(connection, TARGET) != collection.name:
                return
            if connection.execute(sa.select(schema.pending_vectors.c.chunk_id).limit(1)).first() is not None:
                return
            if before is not None and json.loads(before)["name"] != collection.name:
                self._retire_collection(connection, json.loads(before)["name"])
            self._set(connection, WHOLE, told)

    def retired_collections(self) -> Sequence[str]:
        """Collections to be dropped."""
        with self._database.read() as connection:
            return _retired(connection)

    def collection_dropped(self, name: str) -> None:
        """Forget a retired collection."""
        with self._database.write() as connection:
            self._set(connection, RETIRED, json.dumps([one for one in _retired(connection) if one != name]))

    def vectors_pending(self) -> int:
        """Number of chunks that have no vector yet."""
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(schema.pending_vectors)).scalar_one())

    def pending_vectors(self, limit: int) -> Sequence[Chunk]:
        """Chunks of active versions that have no vector yet."""
        query = sa.select(schema.chunks).join(schema.pending_vectors, schema.pending_vectors.c.chunk_id == schema.chunks.c.id)
        with self._database.read() as connection:
            return [rows.chunk(row) for row in connection.execute(query.order_by(schema.chunks.c.row).limit(limit)).all()]

    def vectors_written(self, ids: Sequence[str]) -> None:
        """Take these chunks off the pending list."""
        with self._database.write() as connection:
            connection.execute(schema.pending_vectors.delete().where(schema.pending_vectors.c.chunk_id.in_(list(ids))))

    def orphaned_vectors(self, limit: int) -> Sequence[str]:
        """Ids of chunks of replaced or removed versions that may still have a vector."""
        with self._database.read() as connection:
            return connection.execute(sa.select(schema.orphaned_vectors.c.chunk_id).limit(limit)).scalars().all()

    def vectors_deleted(self, ids: Sequence[str]) -> None:
        """Forget these orphans."""
        with self._database.write() as connection:
            connection.execute(schema.orphaned_vectors.delete().where(schema.orphaned_vectors.c.chunk_id.in_(list(ids))))

    def _retire_collection(self, connection: sa.Connection, name: str) -> None:
        self._set(connection, RETIRED, json.dumps(sorted({*_retired(connection), name})))

    def _set(self, connection: sa.Connection, mark: str, value: str) -> None:
        put = self._database.dialect.insert(schema.marks).values(name=mark, value=value)
        connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _mark(connection: sa.Connection, name: str) -> str | None:
    return connection.execute(sa.select(schema.marks.c.value).where(schema.marks.c.name == name)).scalar()


def _retired(connection: sa.Connection) -> list[str]:
    return list(json.loads(_mark(connection, RETIRED) or "[]"))
