"""Assignment maps."""
