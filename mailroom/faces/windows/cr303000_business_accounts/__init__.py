"""Business accounts (CR303000)."""
