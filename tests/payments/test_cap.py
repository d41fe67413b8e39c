"""Thirty-two people pay a hundred francs each, over HTTP, from a fund that has a thousand left: ten are paid, twenty-two are told what is missing,
and the fund is never overdrawn (C04, C07)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from portfolio.disbursements import queries as disbursements
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import Fund
from portfolio.funds.service import cash
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests.payments import scene
from tests.support.crowd import CROWD, Scene, copies

PART, CAP = 100, 1_000
WHOLE_GRANT = 4_450_000


def to_pay(around: Surroundings) -> dict[str, Any]:
    """Thirty-two orders of a hundred francs, each of its own tranche, and a fund that has a thousand francs left in cash."""
    world = scene.build(around)
    small = ((PART, "reimbursement"),) * CROWD
    ids = scene.make_ordered(world, (*small, (WHOLE_GRANT - CROWD * PART, "reimbursement")))[:CROWD]
    with world.database.session(readonly=False) as session:
        session.execute(update(Fund).where(Fund.id == world.ids["fund"]).values(received_minor=Fund.disbursed_minor + CAP))
        session.commit()
    with world.work("external_auditor", readonly=True) as work:
        hashes = [disbursements.get(work, number).content_hash for number in ids]
    return {"people": world.people, "payments": ids, "hashes": hashes, "bank": world.ids["bank"], "fund": world.ids["fund"]}


def all_pay(copy: Scene) -> list[Any]:
    ids = copy.ids

    def fields(at: int) -> dict[str, str]:
        return {"content_hash": ids["hashes"][at], "amount_seen": str(PART), "treasury_account_id": str(ids["bank"]), "payment_reference": f"VIR-{at}",
                "paid_on": "22/11/2026"}  # fmt: skip

    return copy.crowd(ids["people"]["accountant"], lambda at: f"/disbursements/{ids['payments'][at]}/pay", fields)


def counted(copy: Scene) -> tuple[int, int, int]:
    """How many are paid, what the fund has left, how many payments the books hold."""
    with copy.around.database.session(readonly=True) as session:
        paid = len(session.scalars(select(Disbursement.id).where(Disbursement.status == "paid")).all())
        fund = session.get_one(Fund, copy.ids["fund"])
        left = fund.received_minor - fund.disbursed_minor
        session.rollback()
    return paid, left, copy.happened("disbursement:paid")[1]


def ten_win(copy: Scene) -> None:
    answers = all_pay(copy)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [303] * 10 + [409] * (CROWD - 10), statuses
    poor = [a.text for a in answers if a.status_code == 409]
    assert all("ne couvre pas ce paiement" in said for said in poor), poor[0]
    assert counted(copy) == (10, 0, 10)


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_payments_of_a_hundred_on_a_thousand(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "cap", to_pay):
        ten_win(copy)


@pytest.mark.postgresql
@pytest.mark.slow
def test_the_fund_is_overdrawn_when_its_guard_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: all have seen the money before the first takes it; without the conditional update and the constraint more than ten are paid."""
    met = threading.Barrier(CROWD, timeout=20)
    real = cash._PAY.move

    def together(work: Work, line: Any, amount: int) -> bool:
        try:
            met.wait()
        except threading.BrokenBarrierError:
            pass
        return real(work, line, amount)

    def careless(work: Work, fund: Fund, amount: int, **_more: object) -> bool:
        work.db.execute(update(Fund).where(Fund.id == fund.id).values(disbursed_minor=Fund.disbursed_minor + amount)
                        .execution_options(synchronize_session=False))  # fmt: skip
        return True

    for copy in copies("postgresql", tmp_path, "cap", to_pay, times=1):
        with copy.around.database.session(readonly=False) as session:
            session.execute(text("ALTER TABLE fund DROP CONSTRAINT ck_fund_cash_covered"))
            session.commit()
        monkeypatch.setattr(cash._PAY, "move", together)
        monkeypatch.setattr(cash._SPEND, "move", careless)
        with pytest.raises(AssertionError):
            ten_win(copy)
        paid, left, _books = counted(copy)
        assert paid > 10 and left < 0
