"""What the fleet knows, in a database: SQLite by default, PostgreSQL by its URL."""
