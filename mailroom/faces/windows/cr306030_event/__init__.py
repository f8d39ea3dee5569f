"""Event (CR306030)."""
