"""Mass emails (CR308000)."""
