"""Ratios of our speed to a reference measured in the same run: `python -m benchmarks`, see docs/speed.md."""
