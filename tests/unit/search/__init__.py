"""Search over emails."""
