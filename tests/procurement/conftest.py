"""What the tests of this room start from."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.kit.db import Database
from tests.procurement import stage as s


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)
