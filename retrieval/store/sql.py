"""The plan in SQL: documents and versions, facts, chunks, changes. SQL is the truth; vectors follow it by two lists.

Every read is filtered by what the principal may see. A new version replaces the old one in one transaction: facts,
chunks, full-text rows, events, and the lists of vectors to write and to delete.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Dropped, Fact
from copilot.domain.journal import TaskChange
from copilot.domain.plan import DocumentRecord, PlanEvent
from copilot.domain.source import Chunk, Place, Repair
from retrieval.store import rows, schema
from retrieval.store.journal import append_on
from retrieval.store.lexical import add_to_index
from retrieval.store.queue import SqlVectorQueue
from retrieval.store.renames import take_along
from retrieval.store.revisions import grow_revision


class SqlPlanStore(SqlVectorQueue):
    """Implements the port PlanStore."""

    def documents(self, principal: Principal) -> Sequence[DocumentRecord]:
        """Active versions, by name."""
        query = (
            sa.select(schema.documents, *_VERSION_FIELDS, schema.plan_starts.c.start.label("set_start"))
            .join(schema.document_versions, schema.document_versions.c.version_id == schema.documents.c.version_id)
            .outerjoin(schema.plan_starts, schema.plan_starts.c.document == schema.documents.c.document)
            .order_by(schema.documents.c.document)
        )
        with self._database.read() as connection:
            found = connection.execute(query.where(_readable(connection, principal))).mappings().all()
        return [rows.record(row) for row in found]

    def scope(self, principal: Principal, documents: Sequence[str] | None = None) -> Sequence[str] | None:
        """Which of the documents may be searched; None when that is every document."""
        names = sa.select(schema.documents.c.document).order_by(schema.documents.c.document)
        with self._database.read() as connection:
            allowed = _allowed(connection, principal)
            if documents is None and allowed.everything:
                return None
            readable = set(connection.execute(names.where(allowed.condition)).scalars())
        return sorted(readable if documents is None else readable.intersection(documents))

    def text(self, principal: Principal, document: str) -> str:
        """Repaired text of the active version. Raises UserCanFix(`unknown_document`)."""
        return str(self._of_version(principal, document, schema.document_versions.c.text))

    def places(self, principal: Principal, document: str) -> Sequence[Place]:
        """Where lines of the text stand in a file that is no text. Raises UserCanFix(`unknown_document`)."""
        return rows.places(self._of_version(principal, document, schema.document_versions.c.places))

    def original(self, principal: Principal, document: str) -> bytes:
        """Bytes as they arrived. Raises UserCanFix(`unknown_document`)."""
        return bytes(self._of_version(principal, document, schema.document_versions.c.content))

    def facts(self, principal: Principal, *, documents: Sequence[str] | None = None) -> Sequence[Fact]:
        """Facts of the active versions, by document and line."""
        query = sa.select(schema.facts.c.payload).order_by(schema.facts.c.document, schema.facts.c.first_line, schema.facts.c.row)
        if documents is not None:
            query = query.where(schema.facts.c.document.in_(list(documents)))
        with self._database.read() as connection:
            payloads = connection.execute(_of_readable(connection, query, schema.facts, principal)).scalars().all()
        return [rows.fact(payload) for payload in payloads]

    def dropped(self, principal: Principal, document: str) -> Sequence[Dropped]:
        """What extraction left out of the active version."""
        query = (
            sa.select(schema.dropped)
            .where(schema.dropped.c.document == document)
            .order_by(schema.dropped.c.line, schema.dropped.c.row)
        )
        with self._database.read() as connection:
            found = connection.execute(_of_readable(connection, query, schema.dropped, principal)).all()
        return [Dropped(document=row.document, line=row.line, text=row.text, reason=row.reason) for row in found]

    def replace(
        self,
        record: DocumentRecord,
        *,
        content: bytes,
        text: str,
        repairs: Sequence[Repair],
        facts: Sequence[Fact],
        dropped: Sequence[Dropped],
        chunks: Sequence[Chunk],
        events: Sequence[PlanEvent],
        places: Sequence[Place] = (),
        task_changes: Sequence[TaskChange] = (),
        former: str | None = None,
    ) -> None:
        """Make this version the active one, in one transaction."""
        with self._database.write() as connection:
            self._retire(connection, record.document)
            if former is not None:
                take_along(connection, former, record.document)
                self._take_away(connection, former)
            self._add_version(connection, record, content=content, text=text, repairs=repairs, places=places)
            _insert(connection, schema.facts, (rows.fact_row(fact, record.version_id) for fact in facts))
            _insert(connection, schema.dropped, ({**one.model_dump(), "version_id": record.version_id} for one in dropped))
            self._add_chunks(connection, record.version_id, chunks)
            past = schema.plan_events.update().where(schema.plan_events.c.document == record.document)
            connection.execute(past.values(access=record.access))
            _insert(connection, schema.plan_events, ({**event.model_dump(), "access": record.access} for event in events))
            for change in task_changes:
                append_on(connection, change)
            grow_revision(connection)

    def remove(self, document: str, *, at: datetime, events: Sequence[PlanEvent] = ()) -> bool:
        """Take a document, all its versions and its passages away; False when there is none of that name."""
        active = schema.documents.c.document == document
        with self._database.write() as connection:
            found = connection.execute(sa.select(schema.documents.c.access).where(active)).one_or_none()
            if found is None:
                return False
            self._take_away(connection, document)
            gone = PlanEvent(kind="removed", fact_kind="document", fact_id=document, document=document, name=document, at=at)
            _insert(connection, schema.plan_events, ({**event.model_dump(), "access": found.access} for event in (*events, gone)))
            grow_revision(connection)
        return True

    def chunks(self, principal: Principal, ids: Sequence[str]) -> Mapping[str, Chunk]:
        """Chunks of active versions by id; ids of replaced versions are absent."""
        query = sa.select(schema.chunks).where(schema.chunks.c.id.in_(list(ids)))
        with self._database.read() as connection:
            found = connection.execute(_of_readable(connection, query, schema.chunks, principal)).all()
        return {row.id: rows.chunk(row) for row in found}

    def events(self, principal: Principal, *, since: datetime | None = None) -> Sequence[PlanEvent]:
        """Changes of the plan, oldest first."""
        query = sa.select(schema.plan_events).order_by(schema.plan_events.c.at, schema.plan_events.c.row)
        if since is not None:
            query = query.where(schema.plan_events.c.at >= since)
        with self._database.read() as connection:
            found = connection.execute(query).mappings().all()
        return [
            PlanEvent(**{key: row[key] for key in PlanEvent.model_fields}) for row in found if principal.may_read(row["access"])
        ]

    def former_names(self) -> AbstractSet[str]:
        """Names documents had before their files were renamed."""
        events = schema.plan_events.c
        query = sa.select(events.before).where(events.fact_kind == "document", events.kind == "changed").distinct()
        with self._database.read() as connection:
            return {str(name) for name in connection.execute(query).scalars()}

    def set_start(self, document: str, start: date | None) -> None:
        """Set the plan's first day for a document. Raises UserCanFix(`unknown_document`)."""
        with self._database.write() as connection:
            known = connection.execute(sa.select(schema.documents.c.document)).scalars().all()
            if document not in known:
                raise _unknown(document, known)
            connection.execute(schema.plan_starts.delete().where(schema.plan_starts.c.document == document))
            if start is not None:
                connection.execute(schema.plan_starts.insert().values(document=document, start=start))
            grow_revision(connection)

    def revision(self) -> int:
        """Grows with every change; readers cache by it."""
        with self._database.read() as connection:
            return int(connection.execute(_REVISION).scalar_one())

    def _of_version(self, principal: Principal, document: str, column: sa.Column[Any]) -> Any:
        query = sa.select(schema.documents.c.document, column).join(
            schema.document_versions, schema.document_versions.c.version_id == schema.documents.c.version_id
        )
        with self._database.read() as connection:
            readable = _readable(connection, principal)
            row = connection.execute(query.where(readable, schema.documents.c.document == document)).one_or_none()
            if row is None:
                raise _unknown(
                    document, connection.execute(sa.select(schema.documents.c.document).where(readable)).scalars().all()
                )
        return row[1]

    def _take_away(self, connection: sa.Connection, document: str) -> None:
        self._retire(connection, document)
        connection.execute(schema.documents.delete().where(schema.documents.c.document == document))
        connection.execute(schema.document_versions.delete().where(schema.document_versions.c.document == document))

    def _retire(self, connection: sa.Connection, document: str) -> None:
        """Take what belongs to the active version away; its bytes stay until the document is removed."""
        # A chunk may have a vector even while it is pending: the process may have died between the two writes.
        mine = sa.select(schema.chunks.c.id).where(schema.chunks.c.document == document)
        orphan = self._database.dialect.insert(schema.orphaned_vectors).from_select(["chunk_id"], mine)
        connection.execute(orphan.on_conflict_do_nothing())
        self._database.dialect.delete_full_text(connection, document)
        for table in (schema.chunks, schema.facts, schema.dropped):
            connection.execute(table.delete().where(table.c.document == document))

    def _add_version(
        self,
        connection: sa.Connection,
        record: DocumentRecord,
        *,
        content: bytes,
        text: str,
        repairs: Sequence[Repair],
        places: Sequence[Place],
    ) -> None:
        versions, insert = schema.document_versions, self._database.dialect.insert
        connection.execute(
            versions.update()
            .where(versions.c.document == record.document, versions.c.replaced_at.is_(None))
            .values(replaced_at=record.ingested_at)
        )
        fields = record.model_dump(include=set(versions.c.keys()))
        fields |= {"content": content, "text": text, "replaced_at": None}
        fields["places"] = rows.places_text(places)
        fields["repairs"] = json.dumps([repair.model_dump() for repair in repairs], ensure_ascii=False)
        version = insert(versions).values(**fields)
        connection.execute(version.on_conflict_do_update(index_elements=["version_id"], set_=fields))
        active = record.model_dump(include=set(schema.documents.c.keys()))
        connection.execute(
            insert(schema.documents).values(**active).on_conflict_do_update(index_elements=["document"], set_=active)
        )

    def _add_chunks(self, connection: sa.Connection, version_id: str, new: Sequence[Chunk]) -> None:
        _insert(connection, schema.chunks, (rows.chunk_row(chunk, version_id) for chunk in new))
        add_to_index(self._database.dialect, connection, new)
        _insert(connection, schema.pending_vectors, ({"chunk_id": chunk.id} for chunk in new))
        # The same version may come back before its old vectors were swept.
        connection.execute(
            schema.orphaned_vectors.delete().where(
                schema.orphaned_vectors.c.chunk_id.in_(
                    sa.select(schema.chunks.c.id).where(schema.chunks.c.version_id == version_id)
                )
            )
        )


# Read with every question; a statement takes longer to build than to run.
_REVISION = sa.select(schema.counters.c.value).where(schema.counters.c.name == "revision")
_VERSION_FIELDS = [
    column
    for column in schema.document_versions.c
    if column.name in ("title", "language", "sha256", "line_count", "start", "compiled_by", "ingested_at")
]


@dataclass(frozen=True)
class _Allowed:
    """Which documents a principal may read, as a condition on the table `documents`."""

    everything: bool
    condition: sa.ColumnElement[bool]


def _allowed(connection: sa.Connection, principal: Principal) -> _Allowed:
    # The rule itself is the principal's; SQL only learns which of the groups in use it lets through.
    used = (
        connection.execute(sa.select(schema.documents.c.access).where(schema.documents.c.access.is_not(None)).distinct())
        .scalars()
        .all()
    )
    mine = [group for group in used if principal.may_read(group)]
    if len(mine) == len(used):
        return _Allowed(everything=True, condition=sa.true())
    return _Allowed(everything=False, condition=schema.documents.c.access.is_(None) | schema.documents.c.access.in_(mine))


def _readable(connection: sa.Connection, principal: Principal) -> sa.ColumnElement[bool]:
    return _allowed(connection, principal).condition


def _of_readable(connection: sa.Connection, query: sa.Select[Any], table: sa.Table, principal: Principal) -> sa.Select[Any]:
    joined = query.join(schema.documents, schema.documents.c.document == table.c.document)
    return joined.where(_readable(connection, principal))


def _unknown(document: str, known: Sequence[str]) -> UserCanFix:
    return UserCanFix("unknown_document", document=document, near=get_close_matches(document, known, n=3, cutoff=0.4))


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
    values = list(rows)
    if values:
        connection.execute(table.insert(), values)
