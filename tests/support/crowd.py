"""Thirty-two people who press the same button at the same instant, over HTTP, on copies of one scene (C02, C04, C07).

A scene is made once a run on each engine and copied for each repetition: one in the suite, twenty with `PORTFOLIO_WHOLE=1`.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from portfolio.app import create_app
from portfolio.desk.verify import verify
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests import factories
from tests.client import client
from tests.support import databases

CROWD = 32
TIMES = 20 if os.environ.get("PORTFOLIO_WHOLE") == "1" else 1


@dataclass
class Scene:
    """One copy: what runs on it, and the ids that its maker gave."""

    around: Surroundings
    ids: dict[str, Any]
    app: Any = None
    browsers: dict[int, list[Any]] = field(default_factory=dict)
    """Thirty-two of each person."""

    def crowd(
        self,
        person: int,
        address: str,
        fields: Callable[[int], Mapping[str, Any]] = lambda _at: {},
        *,
        key: str | None = None,
    ) -> list[Any]:
        """The answers of `CROWD` simultaneous submissions, each from its own browser with its own key unless one is given."""
        if person not in self.browsers:
            self.app = self.app or create_app(self.around, threads=CROWD)
            self.browsers[person] = [client(self.around, person, app=self.app) for _ in range(CROWD)]
        browsers = self.browsers[person]
        answers: list[Any] = [None] * CROWD
        start = threading.Barrier(CROWD)

        def go(at: int) -> None:
            given = fields(at)
            start.wait(60)
            answers[at] = browsers[at].submit(address, given, key=key)

        threads = [threading.Thread(target=go, args=(at,)) for at in range(CROWD)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
        return answers

    def whole(self) -> None:
        """Both chains, every balance and every guard column are as they should be."""
        with self.around.database.session(readonly=True) as session:
            found = verify(session)
            session.rollback()
        assert found == []


def copies(
    kind: str, folder: Path, name: str, make: Callable[[Surroundings], dict[str, Any]], times: int = TIMES
) -> Iterator[Scene]:
    """So many copies, one after the other, of the scene that `make` sets on an empty migrated database and describes in plain facts."""
    files = databases.run_folder() / f"race-{name}-{kind}"
    facts = files / "facts.json"
    files.mkdir(exist_ok=True)

    def fill(url: str) -> None:
        databases.migrate(url)
        database = Database(url)
        around = factories.around(database, clock=FixedClock(factories.NOON), data_dir=files)
        ids = make(around)
        facts.write_text(json.dumps({"ids": ids, "at": around.clock.now().isoformat()}))
        database.dispose()

    for number in range(times):
        here = folder / f"{name}-{number}"
        here.mkdir()
        url = databases.new(kind, here, f"race_{name}", fill)
        database = Database(url, threads=CROWD)
        found = json.loads(facts.read_text())
        clock = FixedClock(datetime.fromisoformat(found["at"]))
        yield Scene(factories.around(database, clock=clock, data_dir=files), found["ids"])
        database.dispose()
        databases.drop(url)


def one_wins(answers: list[Any], said: str = "") -> None:
    """Exactly one success, all others told politely, in words that hold `said`; nobody meets a fault."""
    statuses = sorted(getattr(answer, "status_code", 0) for answer in answers)
    assert statuses == [303] + [409] * (CROWD - 1), statuses
    for answer in answers:
        if answer.status_code == 409:
            assert said in answer.text.replace("\u202f", " ").replace("\u00a0", " "), answer.text[:2000]


def take_the_lock_away(monkeypatch: pytest.MonkeyPatch, *models: type) -> None:
    """Positive control (C07): `hold` reads without locking, and two are past the reading of the status at the same instant."""
    met = threading.Barrier(2, timeout=3)

    def without_lock(self: Work, thing: Any) -> Any:
        found = self.db.get(type(thing), thing.id, populate_existing=True)
        self._held.add((type(thing).__tablename__, thing.id))
        if isinstance(thing, models):
            try:
                met.wait()
            except threading.BrokenBarrierError:
                pass
        return found

    monkeypatch.setattr(Work, "hold", without_lock)
