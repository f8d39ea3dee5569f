"""System email accounts (SM204002)."""
