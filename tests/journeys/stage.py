"""Where the journey is walked: an institution that has its people, frameworks and money but no call yet, a server, and a clock to move.

The only thing made without the pages is what stands before the first call (people, roles, frameworks, committees, funds, money received, table of methods).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from portfolio.app import create_app
from portfolio.kit import i18n, migrate, passwords
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.procurement import service as procurement
from portfolio.seed import money, people_and_frameworks, samples
from portfolio.seed.stage import NOBODY, Stage
from tests import factories
from tests.demo import PASSWORD
from tests.journeys.walker import Person, Walk
from tests.support.server import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The Monday on which the officer begins to write the call, 265 days before the tests' noon."""


def fill(url: str) -> None:
    """The institution as it stands before its first call: the first acts of the demo, and none of its files."""
    migrate.upgrade(url)
    database = Database(url)
    try:
        around = factories.around(database, clock=FixedClock(factories.NOON))
        stage = Stage(around, factories.NOON.date(), PASSWORD, passwords.hash_password(PASSWORD))
        people_and_frameworks.plan(stage)
        money.plan(stage)
        stage.plan(-310, "09:00", NOBODY, procurement.load)
        with i18n.speaking("fr"):
            for _step in stage.play((BEGINS - factories.NOON).days):
                pass
    finally:
        database.dispose()


class RunningClock:
    """A clock that runs, and that the journey sets to the next day on which something happens."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        self._base, self._since = moment, time.monotonic()

    def now(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._since)


@dataclass
class Story:
    """The journey so far: the windows, the clock, and what the people wrote down on the way."""

    walk: Walk
    clock: RunningClock
    database: Database
    folder: Path
    memo: dict[str, str] = field(default_factory=dict)
    acted: set[str] = field(default_factory=set)

    def at(self, day: int, hour: int = 9, minute: int = 0) -> Story:
        """The clock at this hour of the day so many days after the beginning. Sessions have ended meanwhile: people sign in again."""
        self.clock.set((BEGINS + timedelta(days=day)).replace(hour=hour, minute=minute))
        return self

    def day(self, day: int) -> str:
        """A day of the story as it is typed."""
        return f"{BEGINS + timedelta(days=day):%d/%m/%Y}"

    def by(self, login: str) -> Person:
        """This person's window, signed in."""
        self.acted.add(login)
        return self.walk.person(login if "@" in login else f"{login}@demo.example", PASSWORD)

    def paper(self, title: str) -> Path:
        """A scanned paper of this title, ready to be attached."""
        path = self.folder / f"{title.replace(' ', '-')}.pdf"
        if not path.exists():
            path.write_bytes(samples.pdf(title, ["Parcours"]))
        return path


@contextmanager
def served(database: Database, folder: Path, browser: Browser, *, scripts: bool, look: bool) -> Iterator[Story]:
    """The product on this database in a thread of its own, so that its clock can be moved, and people to walk in it."""
    clock = RunningClock(BEGINS)
    around = factories.around(database, clock=clock, data_dir=folder / "files", demo=True)
    port = free_port()
    app = create_app(around, hosts=frozenset({f"127.0.0.1:{port}", "127.0.0.1"}))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    walk = Walk(browser, f"http://127.0.0.1:{port}", scripts=scripts, look=look)
    try:
        yield Story(walk, clock, database, folder)
    finally:
        walk.close()
        server.should_exit = True
        thread.join(timeout=20)
