"""Makes what tests need, with sensible values for all the rest."""
