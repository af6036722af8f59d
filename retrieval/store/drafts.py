"""Drafts, schedules and idempotency keys in SQL; every change of state is a compare-and-swap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from copilot.domain.errors import UserCanFix
from copilot.domain.schedule import Schedule
from copilot.domain.work import DRAFT_EDITABLE, DRAFT_MOVES, Draft, DraftState, OutboxMessage
from retrieval.store.database import Database
from retrieval.store.state_schema import drafts, idempotency, schedules
from retrieval.store.work import enqueue_on, insert_once, swap

KEPT = timedelta(days=7)
"""How long the response of a write is given again."""
ABANDONED = timedelta(hours=2)
"""Over the longest time a request may take."""


class SqlDrafts:
    """Status drafts on their way from a slot to a channel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_draft(self, draft: Draft) -> bool:
        """Insert a draft; False when its key is taken already."""
        row = {
            "id": draft.id,
            "key": draft.key,
            "state": draft.state,
            "version": draft.version,
            "created_at": draft.created_at,
            "body": draft.model_dump_json(),
        }
        return insert_once(self._database, drafts, row)

    def draft(self, draft_id: str) -> Draft:
        """One draft by id. Raises UserCanFix(`unknown_draft`)."""
        found = self._first(drafts.c.id == draft_id)
        if found is None:
            raise UserCanFix("unknown_draft", draft=draft_id)
        return found

    def draft_by_key(self, key: str) -> Draft | None:
        """The draft of a slot."""
        return self._first(drafts.c.key == key)

    def drafts(self, *, states: Sequence[DraftState] = (), limit: int = 50) -> Sequence[Draft]:
        """Newest first; no states: all."""
        query = sa.select(drafts.c.body).order_by(drafts.c.created_at.desc(), drafts.c.id).limit(limit)
        if states:
            query = query.where(drafts.c.state.in_(states))
        with self._database.read() as connection:
            return [Draft.model_validate_json(body) for body in connection.execute(query).scalars()]

    def move_draft(
        self, draft_id: str, *, version: int, to: DraftState, at: datetime, message: OutboxMessage | None = None, **changes: Any
    ) -> Draft:
        """Compare-and-swap a draft to another state, or edit it in place (`to` its own state).

        Args:
            draft_id: the draft.
            version: the version the caller has seen; an approval is for one version.
            to: the new state.
            at: the moment, stored as `decided_at` where a person decided.
            message: put on its way in the same transaction, for an approval.
            changes: fields of Draft to replace; a new text makes a new version.

        Raises:
            UserCanFix: `unknown_draft`; `draft_moved_on` when it is at another version or may not go there.
        """
        seen = self.draft(draft_id)
        may_go = to in DRAFT_MOVES[seen.state] or (to == seen.state and to in DRAFT_EDITABLE)
        if seen.version != version or not may_go:
            raise UserCanFix("draft_moved_on", draft=draft_id, state=seen.state, version=seen.version)
        if "decided_by" in changes:
            changes["decided_at"] = at
        edited = "text" in changes and changes["text"] != seen.text and seen.text != ""
        moved = seen.model_copy(update={**changes, "state": to, "version": version + 1 if edited else version})
        as_seen = (drafts.c.id == draft_id) & (drafts.c.version == version) & (drafts.c.state == seen.state)
        values = {"state": moved.state, "version": moved.version, "body": moved.model_dump_json()}
        with self._database.write() as connection:
            if connection.execute(drafts.update().where(as_seen).values(**values)).rowcount != 1:
                raise UserCanFix("draft_moved_on", draft=draft_id, state=seen.state, version=seen.version)
            if message is not None:
                enqueue_on(connection, message, at=at)
        return moved

    def _first(self, which: sa.ColumnElement[bool]) -> Draft | None:
        with self._database.read() as connection:
            body = connection.execute(sa.select(drafts.c.body).where(which)).scalar()
        return None if body is None else Draft.model_validate_json(body)


class SqlSchedules:
    """Weekly schedules."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_schedule(self, schedule: Schedule) -> None:
        """Insert a schedule. Raises UserCanFix(`schedule_exists`)."""
        row = {"id": schedule.id, "active": True, "body": schedule.model_dump_json()}
        if not insert_once(self._database, schedules, row):
            raise UserCanFix("schedule_exists", schedule=schedule.id)

    def schedules(self) -> Sequence[Schedule]:
        """Active ones, by id."""
        query = sa.select(schedules.c.body).where(schedules.c.active).order_by(schedules.c.id)
        with self._database.read() as connection:
            return [Schedule.model_validate_json(body) for body in connection.execute(query).scalars()]

    def remove_schedule(self, schedule_id: str) -> bool:
        """Deactivate; False when there is none."""
        return swap(self._database, schedules, (schedules.c.id == schedule_id) & schedules.c.active, {"active": False})


class SqlIdempotency:
    """Responses of writes by their Idempotency-Key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember_request(self, key: str, *, digest: str, now: datetime) -> str | None:
        """First use: None, and the key is taken. Later: the stored response, "" while the first is still running.

        Raises:
            UserCanFix: `idempotency_key_reused`, the key was used for another request.
        """
        self._clear(now)
        if insert_once(self._database, idempotency, {"key": key, "digest": digest, "at": now}):
            return None
        with self._database.read() as connection:
            row = connection.execute(sa.select(idempotency).where(idempotency.c.key == key)).first()
        if row is None:  # freed in between: the caller may try again
            return ""
        if row.digest != digest:
            raise UserCanFix("idempotency_key_reused")
        return str(row.response)

    def _clear(self, now: datetime) -> None:
        """Old responses, and requests whose process must have died: their key may be used again."""
        old = idempotency.c.at < now - KEPT
        abandoned = (idempotency.c.response == "") & (idempotency.c.at < now - ABANDONED)
        with self._database.write() as connection:
            connection.execute(idempotency.delete().where(old | abandoned))

    def remember_response(self, key: str, response: str) -> None:
        """Store the response of the request that took the key."""
        swap(self._database, idempotency, idempotency.c.key == key, {"response": response})

    def forget_request(self, key: str) -> None:
        """Free a key whose request failed without an effect."""
        with self._database.write() as connection:
            connection.execute(idempotency.delete().where((idempotency.c.key == key) & (idempotency.c.response == "")))
