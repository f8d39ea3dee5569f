"""Marketing lists (CR204000)."""
