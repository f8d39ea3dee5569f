"""Contacts (CR302000)."""
