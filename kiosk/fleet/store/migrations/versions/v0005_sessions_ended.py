"""Sessions that somebody has signed out of are good for nothing from then on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add those that were ended."""
    op.create_table(
        "session_ended",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
