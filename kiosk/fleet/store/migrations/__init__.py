"""Versions of the fleet's tables, applied by :func:`kiosk.fleet.store.database.migrate`."""
