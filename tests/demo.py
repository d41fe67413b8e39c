"""The demo portfolio as a template database, copied for each test that asks for it. Played once a run, on SQLite; PostgreSQL gets its rows
(tests/seed/test_fill.py: played there, it is the same)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from tests import factories
from tests.support import databases
from tests.support.carried import carry

PASSWORD = factories.PASSWORD


def files() -> Path:
    """Where the demo's papers lie; named by their hash and never changed, so that copies of the database share them."""
    folder = databases.run_folder() / "demo-files"
    folder.mkdir(exist_ok=True)
    return folder


def fill(url: str) -> None:
    """The demo's story on a migrated database, J being the tests' noon: played, or carried over from where it was played."""
    if url.startswith("postgresql"):
        with TemporaryDirectory() as passing:
            databases.new("sqlite", Path(passing), "demo", play)
            return carry(Path(passing) / "demo.sqlite", url)
    return play(url)


def play(url: str, until: int | None = None) -> None:
    """Play the demo's story on a migrated database, to its end or up to a day."""
    from portfolio.seed import fill_database

    database = Database(url)
    try:
        around = factories.around(
            database, clock=FixedClock(factories.NOON), data_dir=files(), demo=True
        )
        fill_database(around, PASSWORD, until)
    finally:
        database.dispose()


@pytest.fixture
def demo(engine_kind: str, tmp_path: Path) -> Iterator[Surroundings]:
    """The demo portfolio at noon of J, in a copy that belongs to this test."""
    url = databases.new(engine_kind, tmp_path, "demo", fill)
    database = Database(url)
    yield factories.around(
        database, clock=FixedClock(factories.NOON), data_dir=files(), demo=True
    )
    database.dispose()
    databases.drop(url)
