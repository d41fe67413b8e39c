"""Thirty-two signatures of one decision, over HTTP, on both engines: one counts, and the credits move once (C02, C07)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.audit.models import AuditEvent
from portfolio.awards.models import Award, Commitment, Decision, Reservation
from portfolio.documents.models import Paper
from portfolio.funds.models import BudgetLine
from portfolio.ledger.queries import check
from portfolio.origin import Surroundings
from tests.awards.scene import commit, prepare, ready, reserve, visa_all
from tests.client import client
from tests.support.crowd import Scene, copies, one_wins, take_the_lock_away


def to_sign(around: Surroundings) -> dict[str, Any]:
    world = ready(around)
    reserve(world)
    commit(world)
    visa_all(world)
    return {"people": world.people, "decision": prepare(world)}


def signatures(scene: Scene) -> list[Any]:
    return scene.crowd(scene.ids["people"]["ordonnateur"], f"/awards/{scene.ids['decision']}/sign")


def counted(scene: Scene) -> tuple[str, int, int, int]:
    """Status of the decision, how often it was signed, its papers, the awards."""
    with scene.around.database.session(readonly=True) as session:
        signed = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == "decision:signed")
        papers = select(func.count()).select_from(Paper).where(Paper.kind == "decision")
        found = (
            session.get_one(Decision, scene.ids["decision"]).status,
            int(session.scalar(signed) or 0),
            int(session.scalar(papers) or 0),
            int(session.scalar(select(func.count()).select_from(Award)) or 0),
        )
        session.rollback()
        return found


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_signatures_of_one_decision(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "decision", to_sign):
        one_wins(signatures(scene), "Personne ordonnateur")
        status, signed, papers, awards = counted(scene)
        assert (status, signed, papers) == ("signed", 1, 1) and awards == 3
        with scene.around.database.session(readonly=True) as session:
            assert check(session) is None


def to_reserve(around: Surroundings) -> dict[str, Any]:
    world = ready(around, all_favourable=True)
    return {"people": world.people, "session": world.session, "call": world.call}


def numbers(scene: Scene, model: type) -> list[int]:
    with scene.around.database.session(readonly=True) as session:
        return sorted(session.scalars(select(model.id)))  # type: ignore[attr-defined]


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_at_every_step_of_a_commitment(engine_kind: str, tmp_path: Path) -> None:
    """Reserving and committing are for all files of a session at once: who comes second finds nothing left to do, and each file is done once."""
    for scene in copies(engine_kind, tmp_path, "commitment", to_reserve):
        base, race, reason = f"/awards/calls/{scene.ids['call']}/sessions/{scene.ids['session']}", scene.race, {"reason": "Pièce à produire d'abord"}
        for event, verb, model in (("award:reserved", "reserve", Reservation), ("commitment:prepared", "commit", Commitment)):
            statuses = {answer.status_code for answer in scene.crowd(scene.ids["people"]["head"], f"{base}/{verb}")}
            assert statuses <= {303, 409} and 303 in statuses
            made = len(numbers(scene, model))
            assert scene.happened(event) == (made, made) and made > 0
            scene.raced.add(event)
        one, two, three = numbers(scene, Commitment)
        race("commitment:deferred", "controller", f"/awards/commitments/{one}/defer", reason)
        race("commitment:visaed_with_reserve", "controller", f"/awards/commitments/{one}/visa_with_reserve", reason)
        race("commitment:released", "head", f"/awards/commitments/{one}/release", reason)
        race("commitment:visaed", "controller", f"/awards/commitments/{two}/visa")
        race("commitment:rejected", "controller", f"/awards/commitments/{three}/reject", reason)
        race("award:unreserved", "head", f"/awards/calls/{scene.ids['call']}/unreserve", {
            "reservation": str(numbers(scene, Reservation)[2]), "reason": "Visa refusé pour de bon"})
        scene.done(whole=False)
        with scene.around.database.session(readonly=True) as session:
            assert check(session) is None


def both_ways(scene: Scene, person: int, ways: tuple[tuple[str, dict[str, str]], ...]) -> list[int]:
    """Four at each address, at the same instant."""
    browsers = [client(scene.around, person, app=scene.app) for _ in range(8)]
    start = threading.Barrier(8)

    def go(at: int) -> int:
        address, fields = ways[at % 2]
        start.wait(60)
        return int(browsers[at].submit(address, fields).status_code)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(go, range(8)))


@pytest.mark.both_engines
@pytest.mark.slow
def test_lifting_a_reservation_races_committing_it(engine_kind: str, tmp_path: Path) -> None:
    """Whoever comes first has the credits: committed, or free again; never both."""
    for scene in copies(engine_kind, tmp_path, "commitment", to_reserve, times=1):
        head, base = scene.ids["people"]["head"], f"/awards/calls/{scene.ids['call']}"
        assert scene.crowd(head, f"{base}/sessions/{scene.ids['session']}/reserve")[0] is not None
        one = numbers(scene, Reservation)[0]
        ways = (f"{base}/sessions/{scene.ids['session']}/commit", f"{base}/unreserve")
        lift = {"reservation": str(one), "reason": "La somme ne servira pas"}
        answers = both_ways(scene, head, ((ways[0], {}), (ways[1], lift)))
        assert set(answers) <= {303, 409} and 303 in answers
        with scene.around.database.session(readonly=True) as session:
            held = session.scalars(select(Reservation)).all()
            committed = session.scalars(select(Commitment)).all()
            line = session.get_one(BudgetLine, held[0].budget_line_id)
            lifted = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.event == "award:unreserved"))
            assert lifted in (0, 1) and len(committed) + sum(r.freed_at is None for r in held) + int(lifted or 0) == len(held)
            assert line.committed_minor == sum(c.amount_minor for c in committed)
            assert line.reserved_minor == sum(r.amount_minor for r in held if r.freed_at is None)
            assert check(session) is None


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_sign_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for scene in copies("postgresql", tmp_path, "decision", to_sign, times=1):
        take_the_lock_away(monkeypatch, Decision)
        with pytest.raises(AssertionError):
            one_wins(signatures(scene), "Personne ordonnateur")
