"""Business documents (CR309000)."""
