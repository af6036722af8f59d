"""Inbox and outbox in SQL: rows that several processes take under a lease, each row by one at a time.

A take is a compare-and-swap: read a candidate, then update it only if it is still as read. Whoever loses tries the next.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from copilot.domain.work import InboxEvent, OutboxMessage
from retrieval.store.database import Database
from retrieval.store.state_schema import inbox, outbox

TAKE_TRIES = 20
"""Lost races before a worker reports that nothing is there; it will come again."""


class SqlInbox:
    """Events from outside, stored once and worked once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, event: InboxEvent) -> bool:
        """Store an event; False when its key is known already."""
        row = {
            "key": event.key,
            "kind": event.kind,
            "payload": json.dumps(event.payload, ensure_ascii=False),
            "state": event.state,
            "received_at": event.received_at,
            "attempts": 0,
        }
        return insert_once(self._database, inbox, row)

    def take_event(self, owner: str, *, now: datetime, lease_s: float) -> InboxEvent | None:
        """The oldest event that is received, or whose lease ran out; attempts grow by one."""
        free = (inbox.c.state == "received") | ((inbox.c.state == "working") & (inbox.c.lease_until < now))
        key = _take(
            self._database, inbox, free, inbox.c.received_at, state="working", owner=owner, until=now + timedelta(seconds=lease_s)
        )
        return None if key is None else self.event(key)

    def extend_lease(self, key: str, owner: str, *, until: datetime) -> bool:
        """Keep an event; False when it is no longer the owner's."""
        return self._own(key, owner, lease_until=until)

    def finish_event(self, key: str, owner: str, *, result: str, failed: bool = False) -> bool:
        """Mark an event answered, or failed for good; False when it is no longer the owner's."""
        return self._own(key, owner, state="failed" if failed else "answered", result=result, lease_until=None)

    def event(self, key: str) -> InboxEvent | None:
        """One event by key."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(inbox).where(inbox.c.key == key)).mappings().first()
        return None if row is None else InboxEvent.model_validate({**row, "payload": json.loads(row["payload"])})

    def _own(self, key: str, owner: str, **values: Any) -> bool:
        mine = (inbox.c.key == key) & (inbox.c.owner == owner) & (inbox.c.state == "working")
        return swap(self._database, inbox, mine, values)


class SqlOutbox:
    """Messages on their way out; `sending` is written before the network call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, message: OutboxMessage, *, at: datetime) -> bool:
        """Put a message on its way; False when its key is there already."""
        with self._database.write() as connection:
            return enqueue_on(connection, message, at=at)

    def take_message(self, owner: str, *, now: datetime, lease_s: float) -> OutboxMessage | None:
        """The oldest message that may go: queued and due, or `sending` with a lease that ran out."""
        due = outbox.c.not_before.is_(None) | (outbox.c.not_before <= now)
        stale = (outbox.c.state == "sending") & (outbox.c.lease_until < now)
        free = ((outbox.c.state == "queued") & due) | stale
        key = _take(
            self._database, outbox, free, outbox.c.queued_at, state="sending", owner=owner, until=now + timedelta(seconds=lease_s)
        )
        return None if key is None else self.message(key)

    def keep_message(self, key: str, owner: str, *, until: datetime) -> bool:
        """Lengthen the lease; False when the message is no longer the owner's."""
        return self._own(key, owner, lease_until=until)

    def finish_message(self, key: str, owner: str, *, receipt: str) -> bool:
        """Mark a message sent; False when it is no longer the owner's."""
        return self._own(key, owner, state="sent", receipt=receipt, lease_until=None, error=None)

    def return_message(self, key: str, owner: str, *, error: str, not_before: datetime | None, give_up: bool) -> bool:
        """Back into the queue, or to the operator."""
        state = "needs_operator" if give_up else "queued"
        wait = None if not_before is None else not_before
        return self._own(key, owner, state=state, error=error, not_before=wait, lease_until=None)

    def message(self, key: str) -> OutboxMessage | None:
        """One message by key."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(outbox).where(outbox.c.key == key)).mappings().first()
        if row is None:
            return None
        told = {name: row[name] for name in ("state", "attempts", "owner", "lease_until", "receipt", "error", "not_before")}
        return OutboxMessage.model_validate({**json.loads(row["body"]), **told})

    def _own(self, key: str, owner: str, **values: Any) -> bool:
        mine = (outbox.c.key == key) & (outbox.c.owner == owner) & (outbox.c.state == "sending")
        return swap(self._database, outbox, mine, values)


def enqueue_on(connection: sa.Connection, message: OutboxMessage, *, at: datetime) -> bool:
    """Insert a message inside the caller's transaction; False when its key is there already."""
    known = connection.execute(sa.select(outbox.c.key).where(outbox.c.key == message.key)).first()
    if known is not None:
        return False
    row = {
        "key": message.key,
        "draft_id": message.draft_id,
        "state": "queued",
        "queued_at": at,
        "attempts": 0,
        "not_before": None if message.not_before is None else message.not_before,
        "body": message.model_dump_json(),
    }
    connection.execute(outbox.insert().values(**row))
    return True


def insert_once(database: Database, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row; False when its key is taken."""
    try:
        with database.write() as connection:
            connection.execute(table.insert().values(**row))
    except IntegrityError:
        return False
    return True


def swap(database: Database, table: sa.Table, expected: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Update the one row that is still as expected; False when none is."""
    with database.write() as connection:
        return connection.execute(table.update().where(expected).values(**values)).rowcount == 1


def _take(
    database: Database,
    table: sa.Table,
    free: sa.ColumnElement[bool],
    order: sa.Column[Any],
    *,
    state: str,
    owner: str,
    until: datetime,
) -> str | None:
    for _ in range(TAKE_TRIES):
        with database.write() as connection:
            candidate = sa.select(table.c.key, table.c.attempts).where(free).order_by(order, table.c.key).limit(1)
            row = connection.execute(candidate).first()
            if row is None:
                return None
            unchanged = (table.c.key == row.key) & (table.c.attempts == row.attempts) & free
            values = {"state": state, "owner": owner, "lease_until": until, "attempts": row.attempts + 1}
            if connection.execute(table.update().where(unchanged).values(**values)).rowcount == 1:
                return str(row.key)
    return None
