"""Leads (CR301000)."""
