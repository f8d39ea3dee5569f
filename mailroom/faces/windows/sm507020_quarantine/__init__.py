"""Quarantine (SM507020)."""
