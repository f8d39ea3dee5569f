"""User settings (SM203010)."""
