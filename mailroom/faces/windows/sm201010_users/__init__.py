"""Users (SM201010)."""
