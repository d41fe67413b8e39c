"""A migration that is killed leaves the old schema or the new one, with every row, never one between; run again, it ends (D10). Three deaths an
engine; `PORTFOLIO_WHOLE=1` dies twenty times."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import pytest
from sqlalchemy import text

from portfolio.kit import migrate
from portfolio.kit.db import Database
from tests import factories
from tests.house.test_schema import fingerprint

POINTS = 20 if os.environ.get("PORTFOLIO_WHOLE") == "1" else 3
OLD = "033"


class Death:
    """Kills its own process as the n-th statement, or commit, begins or ends."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, event: str, _arg: object) -> None:
        if event in ("call", "return") and frame.f_code.co_name in ("do_execute", "do_commit"):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def upgraded(url: str, die_at: int, said: int) -> bool:
    """Upgrade in a process of its own; whether it was killed. It says how many points it passed when it was not."""
    child = os.fork()
    if child == 0:
        try:
            sys.setprofile(death := Death(die_at))
            migrate.upgrade(url)
            sys.setprofile(None)
            os.write(said, f"{-death.left}\n".encode())
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def stands(url: str) -> tuple[str, object, int]:
    """The revision, the schema, and the people that are there."""
    database = Database(url)
    try:
        with database.read_engine.connect() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            people = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
            connection.rollback()
        return revision, fingerprint(database), people
    finally:
        database.dispose()


@pytest.mark.both_engines
def test_a_migration_killed_anywhere_is_all_or_nothing(database: Database) -> None:
    factories.people(database)
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    new = stands(url)
    migrate.downgrade(url, OLD)
    old = stands(url)
    assert old[0] == OLD and old[1] != new[1] and old[2] == new[2] > 0
    reading, writing = os.pipe()
    assert not upgraded(url, 0, writing), "the first one lives, and counts the points"
    total = int(os.read(reading, 100))
    assert total > 20 and stands(url) == new
    seen = set()
    for n in range(POINTS):
        migrate.downgrade(url, OLD)
        point = 1 + (total - 1) * n // (POINTS - 1)
        assert upgraded(url, point, writing)
        found = stands(url)
        assert found in (old, new), f"between, at point {point} of {total}"
        seen.add(found[0])
    assert seen == {OLD, new[0]}, "the last point is after the commit"
    migrate.upgrade(url)
    assert stands(url) == new, "run again, it ends"
