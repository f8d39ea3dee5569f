"""The command line from outside, as a process."""
