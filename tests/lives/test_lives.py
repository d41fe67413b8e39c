"""Any life of two grants, by whoever, in any order: the product allows what the institution allows and nothing else, and its books and guards
say what the acts add up to, after every single one (M04, M06, M08, M09, M13).

The suite plays a part of them, so that it stays short; the whole is `PORTFOLIO_WHOLE=1 pytest -s -n 2 tests/lives/test_lives.py`: 2,000 lives of up
to 50 acts on each engine, in forty shards, and the table of what each verb was allowed and refused. `PORTFOLIO_SEED` plays others.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lives import acts, tally
from tests.lives.machine import STEPS, Lives
from tests.lives.worlds import World, place

WHOLE = bool(os.environ.get("PORTFOLIO_WHOLE"))
SHARDS = 40 if WHOLE else 1
LIVES = int(os.environ.get("PORTFOLIO_LIVES", 2000 // SHARDS if WHOLE else 10))
"""Of each shard."""
SEED = int(os.environ.get("PORTFOLIO_SEED", 0))


@pytest.fixture
def world(engine_kind: str) -> Iterator[World]:
    with place() as folder:
        made = World(engine_kind, folder)
        yield made
        made.end()


@pytest.mark.slow
@pytest.mark.both_engines
@pytest.mark.parametrize("shard", range(SHARDS))
def test_any_life_of_two_grants(world: World, shard: int) -> None:
    machine = seed(SEED * SHARDS + shard)(type(f"Lives_{world.kind}_{shard}", (Lives,), {"world": world}))
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()  # the product itself is not garbage
    gc.set_threshold(50_000, 20, 20)
    with acts.papers_undrawn(world.words):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine, settings=settings(
                max_examples=LIVES, stateful_step_count=STEPS, deadline=None, database=None,
                suppress_health_check=list(HealthCheck), phases=(Phase.generate, *((Phase.shrink,) if WHOLE else ()))))
    gc.set_threshold(*before)
    found = tally.add(world)
    if found["shards"] == SHARDS:
        tally.say(tally.table(world.kind, found))
        if WHOLE:
            assert tally.missing(found) == []
