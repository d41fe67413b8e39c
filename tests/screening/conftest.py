"""What the tests of this room start from."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.kit.db import Database
from tests.applications.scenes import scene


@pytest.fixture
def here(database: Database) -> Any:
    return scene(database)
