"""One SQLite database: messages, documents, counters, and what changed last."""
