"""An office with its money, as the tests of justifications have it."""

from tests.justifications.conftest import place

__all__ = ["place"]
