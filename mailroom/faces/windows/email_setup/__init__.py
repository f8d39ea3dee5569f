"""Assisted set-up of email: from an address to a working account in three steps."""
