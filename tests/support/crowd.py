"""Thirty-two people who press the same button at the same instant, over HTTP, on copies of one scene (C02, C04, C07).

A scene is made once a run on each engine and copied for each repetition: one in the suite, twenty with `PORTFOLIO_WHOLE=1`.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.app import create_app
from portfolio.audit.models import AuditEvent
from portfolio.desk.verify import verify
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.ledger.models import LedgerEntry
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests import factories
from tests.client import client
from tests.support import databases
from tests.support.raced import MOVING, RACED

CROWD = 32
WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
TIMES = 20 if WHOLE else 1
ACTS = {"money:moved": 2, "budget_line:carried_out": 3, "budget_line:carried_in": 3}
"""What makes more than one act in the books: out of one account, into the other; what is available, committed and ordered on a line."""
both_when_whole = pytest.mark.both_engines if WHOLE else pytest.mark.postgresql
"""For races on what moves no money: in the suite on the engine whose locks are the finer."""


@dataclass
class Scene:
    """One copy: what runs on it, and the ids that its maker gave."""

    around: Surroundings
    ids: dict[str, Any]
    app: Any = None
    browsers: dict[int, list[Any]] = field(default_factory=dict)
    """Thirty-two of each person."""
    raced: set[str] = field(default_factory=set)
    """The events of which one race has made one, so far."""

    def crowd(
        self,
        person: int,
        address: str | Callable[[int], str],
        fields: Callable[[int], Mapping[str, Any]] = lambda _at: {},
        *,
        key: str | None = None,
        files: Mapping[str, Any] | None = None,
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
            answers[at] = browsers[at].submit(address if isinstance(address, str) else address(at), given, key=key, files=files)

        threads = [threading.Thread(target=go, args=(at,)) for at in range(CROWD)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
        return answers

    def race(
        self,
        event: str,
        role: str,
        address: str,
        fields: Mapping[str, Any] | None = None,
        *,
        also: Iterable[str] = (),
        files: Mapping[str, Any] | None = None,
        said: str = "",
    ) -> None:
        """Thirty-two of this role send the same: one wins, the event is in the trail once and in the books once if it posts; `also` are
        what the winner does with it."""
        events = [event, *also]
        before = [self.happened(each) for each in events]
        one_wins(self.crowd(self.ids["people"][role], address, lambda _at: fields or {}, files=files), said)
        for each, (trail, books) in zip(events, before, strict=True):
            now, posted = self.happened(each)
            assert now == trail + 1, (each, now - trail)
            assert posted - books == ACTS.get(each, each in MOVING), (each, posted - books)
            self.raced.add(each)

    def happened(self, event: str) -> tuple[int, int]:
        """How often the trail says that this happened, and how many acts of it the books hold."""
        with self.around.database.session(readonly=True) as session:
            trail = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == event)
            books = select(func.count(func.distinct(LedgerEntry.posting))).where(LedgerEntry.event == event)
            return int(session.scalar(trail) or 0), int(session.scalar(books) or 0)

    def done(self, *, whole: bool = True) -> None:
        """This test has raced what the list of all says of it, and the books are whole (unless the scene was set without them)."""
        if whole:
            self.whole()
        test = os.environ["PYTEST_CURRENT_TEST"].partition("[")[0].partition(" ")[0]
        assert self.raced == set(RACED[test])

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
        try:
            yield Scene(factories.around(database, clock=clock, data_dir=files), found["ids"])
        finally:
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
