"""Benchmarks, in ratios to yardsticks of the same run."""
