"""Where a metric's readings come from, what people thought of answers, and what long conversations were about.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kpi_sources",
        sa.Column("metric_id", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_table(
        "conversation_summaries",
        sa.Column(
            "conversation_id",
            sa.Text,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("through", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.add_column("conversations", sa.Column("title", sa.Text, nullable=True))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("conversations") as table:
        table.drop_column("title")
    op.drop_table("conversation_summaries")
    op.drop_index("ix_feedback_at", table_name="feedback")
    op.drop_table("feedback")
    op.drop_table("kpi_sources")
