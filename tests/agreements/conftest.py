"""What the tests of this room start from."""

from __future__ import annotations

import pytest

from portfolio.kit.db import Database
from tests.agreements import world as make
from tests.agreements.world import World


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)
