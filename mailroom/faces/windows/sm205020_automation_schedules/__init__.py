"""Automation schedules (SM205020)."""
