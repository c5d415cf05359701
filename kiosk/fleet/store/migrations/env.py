"""Alembic's entry: runs the versions on the connection it is given."""

from __future__ import annotations

from alembic import context

from kiosk.fleet.store.database import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=list(METADATA),
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
