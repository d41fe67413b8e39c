"""Thirty-two people at every step of a session of the committee, over HTTP: the votes on a file are counted once, it is taken up again once, the
session opens, closes and becomes final once (C03)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.committees import service as committees
from portfolio.committees.models import Attendance, Session, SessionItem
from portfolio.origin import Surroundings
from portfolio.scoring import service as scoring
from tests.scoring import world as w
from tests.support.crowd import Scene, both_when_whole, copies, one_wins, take_the_lock_away

FILES = ("A-014", "A-003", "A-009")
VOTES = {"proposal": "favourable", "votes_for": "7"}


def planned(around: Surroundings) -> dict[str, Any]:
    """A session with three ranked files on its agenda, not called yet."""
    world = w.build(around.database, codes=FILES)
    world.around, world.clock = around, around.clock  # type: ignore[assignment]
    world.clock.moment = w.DAY
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world, agenda=False)
    with world.act("secretary") as work:
        scoring.put_on_agenda(work, world.get(work, Session, world.session))
    return {"people": world.people, "session": world.session, "call": world.call, "files": world.files}


def hour(copy: Scene, *at: int) -> w.World:
    """The same scene at another hour of the day of the session: everybody signs in again."""
    copy.around.clock.moment = datetime(2026, 11, 28, *at, tzinfo=UTC)  # type: ignore[attr-defined]
    copy.browsers.clear()
    ids = copy.ids
    return w.World(copy.around, copy.around.clock, ids["people"], call=ids["call"], files=ids["files"], session=ids["session"])  # type: ignore[arg-type]


def sitting(copy: Scene) -> tuple[str, list[int]]:
    """The members are there and the session is open: its address, its files."""
    world = hour(copy, 9, 5)
    world.clock.moment = w.DAY
    with world.act("secretary") as work:
        committees.convene(work, work.db.get_one(Session, copy.ids["session"]))
    w.sitting(hour(copy, 9, 10))
    hour(copy, 9, 20)
    return f"/committees/sessions/{copy.ids['session']}", items(copy)


def items(copy: Scene) -> list[int]:
    with copy.around.database.session(readonly=True) as db:
        return list(db.scalars(select(SessionItem.id).where(SessionItem.session_id == copy.ids["session"]).order_by(SessionItem.id)))


@both_when_whole
@pytest.mark.slow
def test_thirty_two_at_every_step_of_a_session(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "session", planned):
        race, base, people = copy.race, f"/committees/sessions/{copy.ids['session']}", copy.ids["people"]
        race("session:convened", "secretary", f"{base}/convene")
        w.arrive(hour(copy, 9, 10), *w.MEMBERS, "secretary")
        race("session:opened", "president", f"{base}/open")
        first, *others = items(copy)
        race("session_item:proposed", "secretary", f"{base}/items/{first}/propose", VOTES, said="Déjà fait par")
        race("session_item:reconsidered", "secretary", f"{base}/items/{first}/reconsider", {"reason": "Une voix avait été mal comptée"})
        for number in (first, *others):
            one_wins(copy.crowd(people["secretary"], f"{base}/items/{number}/propose", lambda _at: VOTES))
        with copy.around.database.session(readonly=True) as db:
            assert {(i.status, i.votes_for) for i in db.scalars(select(SessionItem))} == {("proposed", 7)}
        race("session:closed", "secretary", f"{base}/close")
        one_wins(copy.crowd(people["president"], f"{base}/sign"))
        with copy.around.database.session(readonly=True) as db:
            here = set(db.scalars(select(Attendance.person_id).where(Attendance.arrived_at.is_not(None), Attendance.signed_at.is_(None))))
        world = hour(copy, 9, 30)
        for code, number in people.items():
            if number in here:
                with world.act(code) as work:
                    committees.sign(work, world.get(work, Session, world.session))
        race("session:finalised", "secretary", f"{base}/finalise")
        copy.done(whole=False)


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_votes_are_counted_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07."""
    for copy in copies("postgresql", tmp_path, "session", planned, times=1):
        base, (first, *_others) = sitting(copy)
        take_the_lock_away(monkeypatch, SessionItem)
        with pytest.raises(AssertionError):
            one_wins(copy.crowd(copy.ids["people"]["secretary"], f"{base}/items/{first}/propose", lambda _at: VOTES))
