"""What the tests of this room start from: three ordered payments of one grant, made once a run on each engine and copied for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from tests import factories
from tests.agreements.world import World
from tests.payments import scene
from tests.support import databases


@pytest.fixture
def world(engine_kind: str, tmp_path: Path) -> Iterator[World]:
    files = databases.run_folder() / f"payments-{engine_kind}"
    facts = files / "facts.json"
    files.mkdir(exist_ok=True)

    def fill(url: str) -> None:
        databases.migrate(url)
        database = Database(url)
        made = scene.build(factories.around(database, clock=FixedClock(factories.NOON), data_dir=files))
        made.ids["payments"] = scene.make_ordered(made)  # type: ignore[assignment]
        facts.write_text(json.dumps({"ids": made.ids, "people": made.people}))
        database.dispose()

    url = databases.new(engine_kind, tmp_path, "payments_ordered", fill)
    database = Database(url)
    found = json.loads(facts.read_text())
    clock = FixedClock(factories.NOON)
    around = factories.around(database, clock=clock, data_dir=files)
    yield World(database, found["people"], clock, around, found["ids"])
    database.dispose()
    databases.drop(url)
