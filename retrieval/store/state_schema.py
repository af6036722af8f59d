"""Tables of the state beside the plan: journal, inbox, drafts, outbox, schedules, proposals, keys.

Each row keeps its domain object whole, as JSON in `body`; the other columns are what is filtered, ordered or compared and
swapped on. Moments are text in UTC with a fixed width, so that they sort as they happened in every database.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

state_metadata = sa.MetaData()
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_text(moment: datetime) -> str:
    """A moment as stored, `2026-11-20T10:05:00.000000Z`."""
    return moment.astimezone(UTC).strftime(MOMENT)


readings = sa.Table(
    "readings",
    state_metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("metric_id", sa.String(64), nullable=False, index=True),
    sa.Column("on_day", sa.String(10), nullable=False),
    sa.Column("at", sa.String(32), nullable=False, index=True),
    sa.Column("supersedes", sa.String(40), unique=True),
    sa.Column("body", sa.Text, nullable=False),
)

task_changes = sa.Table(
    "task_changes",
    state_metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("task_id", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.String(32), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

inbox = sa.Table(
    "inbox",
    state_metadata,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("received_at", sa.String(32), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", sa.String(100)),
    sa.Column("lease_until", sa.String(32)),
    sa.Column("result", sa.Text),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

drafts = sa.Table(
    "drafts",
    state_metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(300), nullable=False, unique=True),
    sa.Column("state", sa.String(24), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    state_metadata,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("draft_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(24), nullable=False, index=True),
    sa.Column("queued_at", sa.String(32), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", sa.String(100)),
    sa.Column("lease_until", sa.String(32)),
    sa.Column("not_before", sa.String(32)),
    sa.Column("receipt", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
)

schedules = sa.Table(
    "schedules",
    state_metadata,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

proposals = sa.Table(
    "proposals",
    state_metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("expires_at", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

idempotency = sa.Table(
    "idempotency_keys",
    state_metadata,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("response", sa.Text, nullable=False, server_default=""),
    sa.Column("at", sa.String(32), nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    state_metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("revoked_at", sa.String(32)),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

person_roles = sa.Table(
    "person_roles",
    state_metadata,
    sa.Column("principal_id", sa.String(200), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
)

request_counts = sa.Table(
    "request_counts",
    state_metadata,
    sa.Column("bucket", sa.String(200), primary_key=True),
    sa.Column("window", sa.String(32), primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
)
