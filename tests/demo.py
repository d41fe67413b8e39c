"""The demo portfolio as a template database, filled once a run on each engine and copied for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portfolio.kit import migrate
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from tests import factories
from tests.support import databases

PASSWORD = factories.PASSWORD


def files_of(kind: str) -> Path:
    """Where the demo's papers lie; named by their hash and never changed, so that copies of the database share them."""
    folder = databases.run_folder() / f"demo-files-{kind}"
    folder.mkdir(exist_ok=True)
    return folder


def fill(url: str) -> None:
    """Migrate an empty database and play the demo's story on it, J being the tests' noon."""
    from portfolio.seed import fill_database

    migrate.upgrade(url)
    database = Database(url)
    try:
        around = factories.around(
            database, clock=FixedClock(factories.NOON), data_dir=files_of(database.kind), demo=True
        )
        fill_database(around, PASSWORD)
    finally:
        database.dispose()


@pytest.fixture
def demo(engine_kind: str, tmp_path: Path) -> Iterator[Surroundings]:
    """The demo portfolio at noon of J, in a copy that belongs to this test."""
    url = databases.new(engine_kind, tmp_path, "demo", fill)
    database = Database(url)
    yield factories.around(
        database, clock=FixedClock(factories.NOON), data_dir=files_of(engine_kind), demo=True
    )
    database.dispose()
    databases.drop(url)
