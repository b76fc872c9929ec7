"""The fixtures that the tests of this folder share."""

from tests.neighbours import neighbours

__all__ = ["neighbours"]
