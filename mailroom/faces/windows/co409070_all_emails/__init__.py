"""All emails (CO409070)."""
