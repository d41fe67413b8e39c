"""What the tests of this room start from."""

from __future__ import annotations

import pytest

from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from tests.awards.scene import ready
from tests.factories import around
from tests.scoring import world as w


@pytest.fixture
def small(database: Database) -> w.World:
    return ready(around(database, clock=FixedClock(w.DAY)))
