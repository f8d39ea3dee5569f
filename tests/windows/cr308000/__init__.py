"""Tests of the window of mass emails."""
