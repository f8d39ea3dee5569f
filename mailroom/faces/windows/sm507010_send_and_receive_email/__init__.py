"""Send and receive email (SM507010)."""
