"""The durable record: what was meant, what became of it, and what others have yet to be told."""
