"""Documents and their versions, facts, passages, changes, conversations, and who may read what.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from retrieval.store.dialects import dialect_of

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first release."""
    _documents()
    _facts()
    _passages()
    _people()
    _bookkeeping()
    dialect_of(op.get_bind()).create_full_text(op.get_bind())


def downgrade() -> None:
    """Drop them again, dependents first."""
    dialect_of(op.get_bind()).drop_full_text(op.get_bind())
    for table in (
        *("turns", "conversations", "principals", "marks", "counters", "orphaned_vectors", "pending_vectors", "chunks"),
        *("plan_events", "dropped", "facts", "plan_starts", "documents", "document_versions"),
    ):
        op.drop_table(table)


def _documents() -> None:
    op.create_table(
        "document_versions",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("line_count", sa.Integer, nullable=False),
        sa.Column("start", sa.Date),
        sa.Column("compiled_by", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("repairs", sa.Text, nullable=False),
        sa.Column("ingested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_document_versions_document", "document_versions", ["document"])
    op.create_table(
        "documents",
        sa.Column("document", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, sa.ForeignKey("document_versions.version_id"), nullable=False, unique=True),
        sa.Column("access", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_index("ix_documents_access", "documents", ["access"])
    op.create_table(
        "plan_starts",
        sa.Column("document", sa.Text, primary_key=True),
        sa.Column("start", sa.Date, nullable=False),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, sa.ForeignKey("document_versions.version_id"), nullable=False),
        sa.Column("first_line", sa.Integer, nullable=False),
        sa.Column("last_line", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("ix_facts_id", "facts", ["id"])
    op.create_index("ix_facts_version_id", "facts", ["version_id"])
    op.create_index("ix_facts_document", "facts", ["document", "first_line"])
    op.create_table(
        "dropped",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, sa.ForeignKey("document_versions.version_id"), nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_dropped_document", "dropped", ["document"])
    op.create_index("ix_dropped_version_id", "dropped", ["version_id"])
    op.create_table(
        "plan_events",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fact_kind", sa.Text, nullable=False),
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("access", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
    op.create_index("ix_plan_events_at", "plan_events", ["at"])


def _passages() -> None:
    op.create_table(
        "chunks",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, sa.ForeignKey("document_versions.version_id"), nullable=False),
        sa.Column("first_line", sa.Integer, nullable=False),
        sa.Column("last_line", sa.Integer, nullable=False),
        sa.Column("heading_path", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("indexed", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
    )
    op.create_index("ix_chunks_document", "chunks", ["document"])
    op.create_index("ix_chunks_version_id", "chunks", ["version_id"])
    op.create_table(
        "pending_vectors",
        sa.Column("chunk_id", sa.Text, sa.ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_table(
        "orphaned_vectors",
        sa.Column("chunk_id", sa.Text, primary_key=True),
    )


def _people() -> None:
    op.create_table(
        "principals",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("role", sa.Integer, nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("principal_id", sa.Text, sa.ForeignKey("principals.id"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_conversations_principal_id", "conversations", ["principal_id"])
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("assistant", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _bookkeeping() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.bulk_insert(
        sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.Integer)),
        [{"name": "revision", "value": 0}],
    )
