"""Real processes are killed, and nothing is lost or doubled."""
