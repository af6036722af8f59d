"""Whether a workspace's database holds together: schema, file, references, quotes, indexes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from retrieval.store import schema
from retrieval.store.backup import TABLES
from retrieval.store.database import Database

SHOWN: Final = 5
"""Faults of a kind that are named; the others are counted."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    faults: int
    told: tuple[str, ...] = ()
    """The first of the faults, or a value where nothing can be wrong."""

    @property
    def is_good(self) -> bool:
        """Nothing was found."""
        return self.faults == 0


def check_database(database: Database) -> tuple[Check, ...]:
    """Look at everything; a database at another schema is looked at no further. Changes nothing."""
    revision = database.schema_revision()
    at_head = Check("schema", int(revision != schema.HEAD), (revision or "-",))
    if not at_head.is_good:
        return (at_head,)
    with database.read() as connection:
        return (
            at_head,
            _check("integrity", database.dialect.faults(connection)),
            _check("references", list(_loose_references(connection))),
            _check("quotes", list(_wrong_quotes(connection))),
            _check("full_text", list(_unindexed(connection))),
            Check("pending_vectors", 0, (str(_size(connection, schema.pending_vectors)),)),
            Check("orphaned_vectors", 0, (str(_size(connection, schema.orphaned_vectors)),)),
        )


def _check(name: str, faults: Sequence[str]) -> Check:
    return Check(name, len(faults), tuple(faults[:SHOWN]))


def _loose_references(connection: sa.Connection) -> Iterator[str]:
    for table in TABLES.sorted_tables:
        for key in table.foreign_keys:
            other = key.column.table.alias("other")
            there = sa.exists().where(other.c[key.column.name] == key.parent)
            loose = sa.select(key.parent).where(key.parent.is_not(None), ~there)
            for value in connection.execute(loose).scalars():
                yield f"{table.name}.{key.parent.name} = {value}"


def _wrong_quotes(connection: sa.Connection) -> Iterator[str]:
    versions = schema.document_versions
    active = sa.select(versions.c.document, versions.c.version_id).join(
        schema.documents, schema.documents.c.version_id == versions.c.version_id
    )
    for document, version_id in connection.execute(active.order_by(versions.c.document)).all():
        text = connection.execute(sa.select(versions.c.text).where(versions.c.version_id == version_id)).scalar_one()
        lines = text.split("\n")
        payloads = sa.select(schema.facts.c.payload).where(schema.facts.c.version_id == version_id)
        for payload in connection.execute(payloads.order_by(schema.facts.c.row)).scalars():
            fact = json.loads(payload)
            first, last = fact["lines"]
            if fact["quote"] != "\n".join(lines[first - 1 : last]):
                yield f"{document}:{first}"


def _unindexed(connection: sa.Connection) -> Iterator[str]:
    indexed = sa.table("lexical", sa.column("rowid" if connection.dialect.name == "sqlite" else "row"))
    [number] = indexed.c
    for chunk_id in connection.execute(
        sa.select(schema.chunks.c.id).where(schema.chunks.c.row.not_in(sa.select(number)))
    ).scalars():
        yield str(chunk_id)


def _size(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
