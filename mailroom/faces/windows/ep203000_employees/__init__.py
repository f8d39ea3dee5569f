"""Employees (EP203000)."""
