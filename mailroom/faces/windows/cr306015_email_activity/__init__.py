"""Email activity (CR306015)."""
