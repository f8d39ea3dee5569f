"""Unsubscribed addresses (CR204010)."""
