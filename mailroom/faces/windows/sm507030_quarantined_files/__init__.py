"""Quarantined files (SM507030)."""
