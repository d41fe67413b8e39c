"""Thirty-two people at the same instant, over HTTP, on both engines: exactly one wins, the others are told by whom (C02, C04, C07, W09)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests.agreements import world as make
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain
from tests.support.crowd import CROWD, Scene, copies, one_wins, take_the_lock_away

AMOUNT = 1_780_000


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def setting(around: Surroundings, **more: Any) -> tuple[World, int]:
    """A signed grant and its first tranche."""
    world = make.build(around.database)
    world.surround, world.clock = around, around.clock
    return world, make.tranche_id(world, make.signed(world, **more), 1)


def to_order(around: Surroundings) -> dict[str, Any]:
    world, tranche = setting(around, conditions=())
    number = chain.to(world, "visaed", tranche)
    return {"people": world.people, "number": number, "tranche": tranche, "fields": seen(world, number)}


def to_pay(around: Surroundings) -> dict[str, Any]:
    world, tranche = setting(around)
    number = chain.to(world, "ordered", tranche)
    return {"people": world.people, "number": number, "tranche": tranche, "bank": world.ids["bank"], "fields": seen(world, number)}


def to_request(around: Surroundings) -> dict[str, Any]:
    world, tranche = setting(around)
    return {"people": world.people, "tranche": tranche, "account": world.ids["account"]}


def seen(world: World, number: int) -> dict[str, Any]:
    with world.work("external_auditor", readonly=True) as work:
        return queries.seen(work, queries.get(work, number))


def net(around: Surroundings, *accounts: str) -> list[int]:
    with around.database.session(readonly=True) as session:
        assert ledger.check(session) is None
        found = [ledger.net(session, [account]) for account in accounts]
        session.rollback()
        return found


def paid(scene: Scene) -> int:
    with scene.around.database.session(readonly=True) as session:
        return session.get_one(Tranche, scene.ids["tranche"]).paid_minor


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_orders_of_one_tranche(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "order", to_order):
        address = f"/disbursements/{scene.ids['number']}/order"
        answers = scene.crowd(scene.ids["people"]["authorising_officer"], address, lambda _at, s=scene: s.ids["fields"])
        one_wins(answers, "Déjà fait par Mariama Sow le 22 novembre 2026")
        assert net(scene.around, "906") == [AMOUNT]


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_payments_of_one_tranche(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "pay", to_pay):

        def fields(at: int, ids: dict[str, Any] = scene.ids) -> dict[str, Any]:
            return {
                "content_hash": ids["fields"]["content_hash"],
                "amount_seen": str(AMOUNT),
                "treasury_account_id": str(ids["bank"]),
                "payment_reference": f"VIR-{at}",
                "paid_on": "22/11/2026",
            }

        address = f"/disbursements/{scene.ids['number']}/pay"
        one_wins(scene.crowd(scene.ids["people"]["accountant"], address, fields), "Déjà fait par Issoufou Garba le 22 novembre 2026")
        assert net(scene.around, "907", "409", "521") == [AMOUNT, AMOUNT, -AMOUNT]
        assert paid(scene) == AMOUNT


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_requests_of_one_tranche(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "request", to_request):
        fields = {"amount": str(AMOUNT), "account_id": str(scene.ids["account"]), "papers": ""}
        address = f"/disbursements/new/{scene.ids['tranche']}"
        one_wins(scene.crowd(scene.ids["people"]["grants_officer"], address, lambda _at, f=fields: f), "Aïssata Maïga")
        with scene.around.database.session(readonly=True) as session:
            assert session.scalar(select(func.count()).select_from(Disbursement)) == 1


@pytest.mark.postgresql
@pytest.mark.slow
def test_the_race_is_seen_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: without the row lock several get past the status; the conditional update still lets one through, but nobody is told by whom."""
    for scene in copies("postgresql", tmp_path, "order", to_order, times=1):
        take_the_lock_away(monkeypatch, Disbursement)
        address = f"/disbursements/{scene.ids['number']}/order"
        answers = scene.crowd(scene.ids["people"]["authorising_officer"], address, lambda _at, s=scene: s.ids["fields"])
        with pytest.raises(AssertionError):
            one_wins(answers, "Déjà fait par Mariama Sow le 22 novembre 2026")
        assert net(scene.around, "906") == [AMOUNT]


@pytest.mark.both_engines
def test_a_double_click_pays_once(world: World) -> None:
    number = chain.to(world, "ordered", make.tranche_id(world, make.signed(world), 1))
    shown = seen(world, number)
    fields = {
        "content_hash": shown["content_hash"], "amount_seen": str(AMOUNT), "treasury_account_id": str(world.ids["bank"]),
        "payment_reference": "VIR-1", "paid_on": "22/11/2026", "fee": "2 500",
    }  # fmt: skip
    browser = client(world.surround, world.people["accountant"])
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(browser.submit(f"/disbursements/{number}/pay", fields, key="one-click")))
        for _ in range(2)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    replay = browser.submit(f"/disbursements/{number}/pay", fields, key="one-click")
    for answer in [*answers, replay]:
        assert (answer.status_code, answer.headers["location"]) == (303, f"/disbursements/{number}")
    other = browser.submit(
        f"/disbursements/{number}/pay", {**fields, "payment_reference": "VIR-2"}, key="one-click"
    )
    assert other.status_code == 409
    assert net(world.surround, "907", "631") == [AMOUNT, 2_500]


@pytest.mark.both_engines
def test_a_failing_commit_never_answers_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = chain.to(world, "visaed", make.tranche_id(world, make.signed(world), 1))
    fields = seen(world, number)
    browser = client(world.surround, world.people["authorising_officer"])

    def broken(_self: Work) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Work, "commit", broken)
        answer = browser.submit(f"/disbursements/{number}/order", fields, key="k1")
    assert answer.status_code >= 500
    assert chain.stored(world, number).status == "visaed" and net(world.surround, "906") == [0]
    assert browser.submit(f"/disbursements/{number}/order", fields, key="k1").status_code == 303
    assert net(world.surround, "906") == [AMOUNT]


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_payments_on_a_cap_of_ten(world: World) -> None:
    """C04 on the fund's cash: the guard lets exactly as many through as there is money for."""
    from portfolio.funds import service as funds
    from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
    from portfolio.kit.errors import Refused

    with world.database.session(readonly=False) as session:
        session.execute(BudgetLine.__table__.update().values(liquidated_minor=3_200, ordered_minor=3_200))
        session.execute(Fund.__table__.update().values(received_minor=1_000, disbursed_minor=0))
        session.commit()
    won, lost = [], []
    start = threading.Barrier(CROWD)

    def go() -> None:
        start.wait()
        try:
            with world.work("accountant") as work:
                line = work.db.get_one(BudgetLine, world.ids["line"])
                fund = work.db.get_one(Fund, world.ids["fund"])
                funds.pay(work, line, fund, work.db.get_one(TreasuryAccount, world.ids["bank"]), 100)
            won.append(1)
        except Refused as refused:
            lost.append(refused.refusals[0].code)

    threads = [threading.Thread(target=go) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), lost) == (10, ["cash_missing"] * 22)
