"""Contacts that are told no more stay as long as something that was sent to them does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when they were removed."""
    op.add_column("contact", sa.Column("removed_at", sa.BigInteger(), nullable=True))
