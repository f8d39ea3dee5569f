"""The API from outside, by HTTP."""
