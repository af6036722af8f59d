"""Where passages stand in files that are no text: pages, sheets, rows.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; documents taken in so far are text and have no such places."""
    op.add_column("document_versions", sa.Column("places", sa.Text, nullable=False, server_default="[]"))
    op.add_column("chunks", sa.Column("place", sa.Text))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("chunks", "place")
    op.drop_column("document_versions", "places")
