"""The databases of the fleet."""

from __future__ import annotations

from fleet_databases import empty, engine, postgres

__all__ = ["empty", "engine", "postgres"]
