"""Fixtures of these tests that are kept elsewhere."""

from tests.neighbours import neighbours

__all__ = ["neighbours"]
