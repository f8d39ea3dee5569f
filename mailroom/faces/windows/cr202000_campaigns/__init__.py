"""Campaigns (CR202000)."""
