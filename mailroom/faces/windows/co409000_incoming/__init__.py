"""Incoming (CO409000)."""
