"""Audit trail (SM205530)."""
