"""What the tests of this room start from; and counting what is asked of the database, as the tests of files do."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.kit.db import Database
from tests.applications.conftest import counted
from tests.applications.scenes import scene

__all__ = ["counted"]


@pytest.fixture
def here(database: Database) -> Any:
    return scene(database)
