"""Pending emails (SM507000)."""
