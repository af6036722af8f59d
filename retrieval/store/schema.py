"""The tables, as SQLAlchemy sees them. Migrations make them; a test holds both against each other.

Times are UTC. A document is its active version; facts, chunks and what was dropped belong to a version and go with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

HEAD = "0006"
"""Revision of the newest migration; a database at it is opened without loading Alembic."""

NUL: Final = "\x00"
ESCAPE: Final = "\ue000"
"""A character for private use, which no font shows; where a text has it, it is marked as itself."""


class Moment(sa.TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no zone of its own."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """With its zone again."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(sa.TypeDecorator[str]):
    """Text with any characters; PostgreSQL refuses U+0000, which damaged files hold, so there it is written otherwise."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Without U+0000 where the database cannot take it."""
        if value is None or dialect.name != "postgresql" or not (NUL in value or ESCAPE in value):
            return value
        return value.replace(ESCAPE, f"{ESCAPE}e").replace(NUL, f"{ESCAPE}0")

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """As it was."""
        if value is None or dialect.name != "postgresql" or ESCAPE not in value:
            return value
        return value.replace(f"{ESCAPE}0", NUL).replace(f"{ESCAPE}e", ESCAPE)


metadata = sa.MetaData()

principals = sa.Table(
    "principals",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("role", sa.Integer, nullable=False),
    sa.Column("groups", Text, nullable=False),
    sa.Column("first_seen_at", Moment, nullable=False),
)

document_versions = sa.Table(
    "document_versions",
    metadata,
    sa.Column("version_id", Text, primary_key=True),
    sa.Column("document", Text, nullable=False, index=True),
    sa.Column("title", Text, nullable=False),
    sa.Column("language", Text, nullable=False),
    sa.Column("sha256", Text, nullable=False),
    sa.Column("line_count", sa.Integer, nullable=False),
    sa.Column("start", sa.Date),
    sa.Column("compiled_by", Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("repairs", Text, nullable=False),
    sa.Column("ingested_at", Moment, nullable=False),
    sa.Column("replaced_at", Moment),
    sa.Column("places", Text, nullable=False, server_default="[]"),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("document", Text, primary_key=True),
    sa.Column("version_id", Text, sa.ForeignKey("document_versions.version_id"), nullable=False, unique=True),
    sa.Column("access", Text, index=True),
    sa.Column("source", Text, nullable=False),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("id", Text, nullable=False, index=True),
    sa.Column("entry_id", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("document", Text, nullable=False),
    sa.Column("version_id", Text, sa.ForeignKey("document_versions.version_id"), nullable=False, index=True),
    sa.Column("first_line", sa.Integer, nullable=False),
    sa.Column("last_line", sa.Integer, nullable=False),
    sa.Column("payload", Text, nullable=False),
    sa.Index("ix_facts_document", "document", "first_line"),
)

dropped = sa.Table(
    "dropped",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("document", Text, nullable=False, index=True),
    sa.Column("version_id", Text, sa.ForeignKey("document_versions.version_id"), nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
)

chunks = sa.Table(
    "chunks",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("id", Text, nullable=False, unique=True),
    sa.Column("document", Text, nullable=False, index=True),
    sa.Column("version_id", Text, sa.ForeignKey("document_versions.version_id"), nullable=False, index=True),
    sa.Column("first_line", sa.Integer, nullable=False),
    sa.Column("last_line", sa.Integer, nullable=False),
    sa.Column("heading_path", Text, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("indexed", Text, nullable=False),
    sa.Column("language", Text, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
    sa.Column("place", Text),
)

pending_vectors = sa.Table(
    "pending_vectors",
    metadata,
    sa.Column("chunk_id", Text, sa.ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
)

orphaned_vectors = sa.Table("orphaned_vectors", metadata, sa.Column("chunk_id", Text, primary_key=True))

plan_events = sa.Table(
    "plan_events",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("fact_kind", Text, nullable=False),
    sa.Column("fact_id", Text, nullable=False),
    sa.Column("document", Text, nullable=False),
    sa.Column("access", Text),
    sa.Column("name", Text, nullable=False),
    sa.Column("before", Text),
    sa.Column("after", Text),
)

plan_starts = sa.Table(
    "plan_starts",
    metadata,
    sa.Column("document", Text, primary_key=True),
    sa.Column("start", sa.Date, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("value", Text, nullable=False),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("principal_id", Text, sa.ForeignKey("principals.id"), nullable=False, index=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("title", Text),
)

conversation_summaries = sa.Table(
    "conversation_summaries",
    metadata,
    sa.Column("conversation_id", Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("through", sa.Integer, nullable=False),
    sa.Column("text", Text, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("conversation_id", Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("user", Text, nullable=False),
    sa.Column("assistant", Text, nullable=False),
    sa.Column("answer", Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
