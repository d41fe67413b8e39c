"""The demo as the tests of its story read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session as Db

from portfolio.origin import Surroundings
from portfolio.work import Work
from tests import factories


@pytest.fixture
def db(demo: Surroundings) -> Iterator[Db]:
    session = demo.database.session(readonly=True)
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def work(demo: Surroundings) -> Iterator[Work]:
    made = Work(demo, readonly=True, actor=factories.actor("internal_auditor"))
    yield made
    made.undo()
    made.close()
