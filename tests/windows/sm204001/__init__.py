"""Email preferences (SM204001)."""
