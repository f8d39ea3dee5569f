"""Every test of Mailroom; `python -m tests.run` runs them all, on SQLite and on PostgreSQL."""
