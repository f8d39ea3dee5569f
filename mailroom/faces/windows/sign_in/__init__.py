"""Signing in and out: password with throttling, and the one-time link."""
