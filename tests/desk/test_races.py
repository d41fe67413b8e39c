"""Thirty-two contre-passations of one act and thirty-two validations of one report, over HTTP, on both engines: one counts (M08, C02, C07)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portfolio.agreements.models import Tranche
from portfolio.desk.service import ledger as books
from portfolio.disbursements.models import Disbursement
from portfolio.justifications import service as reports
from portfolio.justifications.models import Justification
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests.justifications.grants import decide, expense, grant, office, report
from tests.support.crowd import Scene, copies, one_wins, take_the_lock_away


def to_reverse(around: Surroundings) -> dict[str, Any]:
    """A payment in the books."""
    place = office(around.database, around.data_dir)
    grant(place, paid=1)
    with place.database.session(readonly=True) as session:
        act = next(int(row["posting"]) for row in ledger.walk(session) if row["event"] == "disbursement:paid")
    return {"people": place.people, "act": act}


def to_validate(around: Surroundings) -> dict[str, Any]:
    """A report whose papers are examined, and which waits for a second person."""
    place = office(around.database, around.data_dir)
    made = grant(place)
    number = report(place, made.tranches[0], expense(made, 900_000, "Béliers", -200))
    decide(place, number, {1: "accept"})
    with place.as_("grants_officer") as work:
        reports.review(work, work.db.get_one(Justification, number))
    return {"people": place.people, "report": number, "tranche": made.tranches[0]}


def reversals(scene: Scene) -> list[Any]:
    fields = {"reason": "Mauvais montant, à reprendre"}
    return scene.crowd(scene.ids["people"]["accountant"], f"/ledger/acts/{scene.ids['act']}/reverse", lambda _at: fields)


def validations(scene: Scene) -> list[Any]:
    return scene.crowd(scene.ids["people"]["programme_head"], f"/justifications/{scene.ids['report']}/validate")


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_reversals_at_once_make_one(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "reversal", to_reverse):
        scene.race("disbursement:payment_reversed", "accountant", f"/ledger/acts/{scene.ids['act']}/reverse", {"reason": "Mauvais montant, à reprendre"})
        scene.done()
        with scene.around.database.session(readonly=True) as session:
            assert ledger.net(session, ["907"]) == 0
            session.rollback()


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_validations_at_once_clear_once(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "validation", to_validate):
        one_wins(validations(scene))
        scene.whole()
        with scene.around.database.session(readonly=True) as session:
            assert session.get_one(Tranche, scene.ids["tranche"]).cleared_minor == 900_000
            session.rollback()


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_validate_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for scene in copies("postgresql", tmp_path, "validation", to_validate, times=1):
        take_the_lock_away(monkeypatch, Justification)
        with pytest.raises(AssertionError):
            one_wins(validations(scene))


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_payment_is_reversed_twice_when_its_guards_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: the lock of the record, its guard columns and the constraint of the table; without them the money comes back more than once."""
    met = threading.Barrier(2, timeout=3)

    def unguarded(work: Work, act: list[Any], _reason: str) -> Disbursement:
        try:
            met.wait()
        except threading.BrokenBarrierError:
            pass
        return work.db.get_one(Disbursement, act[0].subject_id)

    for scene in copies("postgresql", tmp_path, "reversal", to_reverse, times=1):
        monkeypatch.setitem(books.UNDO, "disbursement:paid", unguarded)
        with scene.around.database.session(readonly=False) as session:
            session.execute(text("ALTER TABLE ledger_entry DROP CONSTRAINT uq_ledger_entry_reverses"))
            session.commit()
        with pytest.raises(AssertionError):
            one_wins(reversals(scene))
        with scene.around.database.session(readonly=True) as session:
            assert ledger.net(session, ["907"]) < 0
            session.rollback()
