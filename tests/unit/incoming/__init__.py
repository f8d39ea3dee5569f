"""Incoming processing."""
