"""System locales (SM200550)."""
