"""Cases (CR306000)."""
