"""The far end: the wire to the kiosks, ingest, store, alerts, API and console of a fleet."""
