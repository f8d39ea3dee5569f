"""Notification events (SM204010): by which template people are told of what."""
