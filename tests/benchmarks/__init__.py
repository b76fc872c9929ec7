"""How fast the server is next to others; `python -m tests.benchmarks` (not part of pytest)."""
