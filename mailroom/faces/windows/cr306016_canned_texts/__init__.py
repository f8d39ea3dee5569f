"""Canned texts (CR306016): answers that are written once and used often."""
