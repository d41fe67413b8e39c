"""What the tests of awards share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import service as awards
from portfolio.awards.models import Commitment, Decision
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.funds.models import BudgetLine
from portfolio.kit.clock import FixedClock
from portfolio.kit.errors import Refused
from portfolio.ledger.models import LedgerBalance
from portfolio.origin import Surroundings
from tests.scoring import world as w

SMALL = ("A-014", "A-003", "A-016")


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in error.value.refusals}


def ready(around: Surroundings, *, all_favourable: bool = False) -> w.World:
    """Three files: one favourable, one on the waiting list, one adjourned with its sum set aside; minutes final."""
    world = w.build(around.database, codes=SMALL)
    assert isinstance(around.clock, FixedClock)
    world.around, world.clock = around, around.clock
    world.at(w.DAY)
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world)
    w.sitting(world)
    w.propose(world, "A-014", proposal="favourable", votes_for=7, conditions="Attestation de compte au nom du groupement")
    if all_favourable:
        for code in SMALL[1:]:
            w.propose(world, code, proposal="favourable", votes_for=7)
        w.finished(world)
        world.at(datetime(2026, 12, 4, 9, 0, tzinfo=UTC))
        return world
    w.propose(world, "A-003", proposal="waiting_list", votes_for=7, reason="Enveloppe épuisée par les rangs précédents")
    w.propose(world, "A-016", proposal="adjourned", votes_for=7, proposed_minor=3_210_000, reason="Doublon probable, à vérifier sur place")
    w.finished(world)
    world.at(datetime(2026, 12, 4, 9, 0, tzinfo=UTC))
    return world


def line(world: w.World) -> BudgetLine:
    with world.database.session(readonly=True) as db:
        return db.get_one(BudgetLine, world.line)


def balance(world: w.World, account: str) -> int:
    """What stands on an account: debits less credits."""
    with world.database.session(readonly=True) as db:
        rows = db.scalars(select(LedgerBalance)).all()
        return sum(r.debit_minor - r.credit_minor for r in rows if r.account == account)


def reserve(world: w.World) -> None:
    with world.act("head") as work:
        awards.reserve_from_session(work, world.get(work, Session, world.session))


def commit(world: w.World) -> None:
    with world.act("head") as work:
        awards.prepare_commitments(work, world.get(work, Session, world.session))


def visa_all(world: w.World) -> None:
    with world.act("controller") as work:
        for commitment in work.db.scalars(select(Commitment).where(Commitment.status == "prepared")).all():
            awards.visa(work, commitment)


def prepare(world: w.World) -> int:
    with world.act("head") as work:
        session = world.get(work, Session, world.session)
        return awards.prepare_decision(work, world.get(work, Call, world.call), session).id


def sign(world: w.World, number: int) -> None:
    with world.act("ordonnateur") as work:
        awards.sign_decision(work, world.get(work, Decision, number))


def statuses(world: w.World) -> dict[str, str]:
    with world.database.session(readonly=True) as db:
        return {code: db.get_one(Application, number).status for code, number in world.files.items()}
