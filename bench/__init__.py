"""Benchmarks of the sidecar, run as `python -m bench NAME`. Imports index and assist; nothing imports bench."""
