"""My sent emails (CO409080)."""
