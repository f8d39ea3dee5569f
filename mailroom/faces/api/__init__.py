"""The API: one package a version."""
