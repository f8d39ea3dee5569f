"""Expense receipt (EP301020)."""
