"""Tables of the state beside the plan: journal, sources, inbox, drafts, outbox, schedules, proposals, keys, feedback.

Each row keeps its domain object whole, as JSON in `body`; the other columns are what is filtered, ordered or compared and
swapped on.
"""

from __future__ import annotations

import sqlalchemy as sa

from retrieval.store.schema import Moment, Text, metadata

readings = sa.Table(
    "readings",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("metric_id", Text, nullable=False, index=True),
    sa.Column("on_day", Text, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("supersedes", Text, unique=True),
    sa.Column("body", Text, nullable=False),
)

task_changes = sa.Table(
    "task_changes",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("task_id", Text, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("body", Text, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", Text),
    sa.Column("lease_until", Moment),
    sa.Column("result", Text),
    sa.Column("kind", Text, nullable=False),
    sa.Column("payload", Text, nullable=False),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("key", Text, nullable=False, unique=True),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
    sa.Column("body", Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("draft_id", Text, nullable=False),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("queued_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", Text),
    sa.Column("lease_until", Moment),
    sa.Column("not_before", Moment),
    sa.Column("receipt", Text),
    sa.Column("error", Text),
    sa.Column("body", Text, nullable=False),
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("body", Text, nullable=False),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("state", Text, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("body", Text, nullable=False),
)

idempotency = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("digest", Text, nullable=False),
    sa.Column("response", Text, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("sha256", Text, nullable=False, unique=True),
    sa.Column("revoked_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("body", Text, nullable=False),
)

person_roles = sa.Table(
    "person_roles",
    metadata,
    sa.Column("principal_id", Text, primary_key=True),
    sa.Column("role", Text, nullable=False),
)

request_counts = sa.Table(
    "request_counts",
    metadata,
    sa.Column("bucket", Text, primary_key=True),
    sa.Column("window", Text, primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
)

acknowledgements = sa.Table(
    "acknowledgements",
    metadata,
    sa.Column("finding_id", Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", Text, nullable=False),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("document", Text, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", Text, nullable=False),
)

kpi_sources = sa.Table(
    "kpi_sources",
    metadata,
    sa.Column("metric_id", Text, primary_key=True),
    sa.Column("body", Text, nullable=False),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("body", Text, nullable=False),
)
