"""Contacts may be told nothing for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when they were paused."""
    op.add_column("contact", sa.Column("paused_at", sa.BigInteger(), nullable=True))
