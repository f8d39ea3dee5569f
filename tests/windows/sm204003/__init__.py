"""Notification templates (SM204003)."""
