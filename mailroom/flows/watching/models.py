"""Alerts: one row a trouble, withdrawn when it is over."""
