"""Counting what is asked of the database, as the tests of files do."""

from tests.applications.conftest import counted

__all__ = ["counted"]
