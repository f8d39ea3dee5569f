"""Tests of one module at a time; the folders mirror `mailroom/`."""
