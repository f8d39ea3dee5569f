"""The Overview: queues, failures and the health of every account on one page."""
