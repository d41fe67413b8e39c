"""Thirty-two people at the same instant, over HTTP, on both engines: exactly one wins, the others are told by whom (C02, C04, C07, W09)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.app import create_app
from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.work import Work
from tests.agreements import world as make
from tests.agreements.test_pages import text_of
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain

CROWD = 32
AMOUNT = 1_780_000


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def crowd(world: World, role: str, address: str, fields: Callable[[int], dict[str, Any]]) -> list[Any]:
    """The answers of `CROWD` simultaneous submissions, each from its own browser with its own key."""
    app = create_app(world.surround, threads=CROWD)
    browsers = [client(world.surround, world.people[role], app=app) for _ in range(CROWD)]
    answers: list[Any] = [None] * CROWD
    start = threading.Barrier(CROWD)

    def go(at: int) -> None:
        start.wait()
        answers[at] = browsers[at].submit(address, fields(at))

    threads = [threading.Thread(target=go, args=(at,)) for at in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def seen(world: World, number: int) -> dict[str, Any]:
    with world.work("external_auditor", readonly=True) as work:
        return queries.seen(work, queries.get(work, number))


def one_wins(answers: list[Any], by: str) -> None:
    statuses = sorted(a.status_code for a in answers)
    assert statuses == [303] + [409] * (CROWD - 1), statuses
    for answer in answers:
        if answer.status_code == 409:
            assert re.search(rf"Déjà fait par {by} le 22 novembre 2026", text_of(answer.text)), text_of(
                answer.text
            )[:800]


def net(world: World, *accounts: str) -> list[int]:
    with world.work("external_auditor", readonly=True) as work:
        assert ledger.check(work.db) is None
        return [ledger.net(work.db, [account]) for account in accounts]


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_orders_of_one_tranche(world: World) -> None:
    agreement = make.signed(world, conditions=())
    for tranche in (1, 2):
        number = chain.to(world, "visaed", make.tranche_id(world, agreement, tranche))
        fields = seen(world, number)
        one_wins(
            crowd(world, "authorising_officer", f"/disbursements/{number}/order", lambda _n, f=fields: f),
            "Mariama Sow",
        )
        assert net(world, "906") == [AMOUNT * tranche]


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_payments_of_one_tranche(world: World) -> None:
    tranche = make.tranche_id(world, make.signed(world), 1)
    number = chain.to(world, "ordered", tranche)
    shown = seen(world, number)

    def fields(at: int) -> dict[str, Any]:
        return {
            "content_hash": shown["content_hash"],
            "amount_seen": str(AMOUNT),
            "treasury_account_id": str(world.ids["bank"]),
            "payment_reference": f"VIR-{at}",
            "paid_on": "22/11/2026",
        }

    one_wins(crowd(world, "accountant", f"/disbursements/{number}/pay", fields), "Issoufou Garba")
    assert net(world, "907", "409", "521") == [AMOUNT, AMOUNT, -AMOUNT]
    assert make.tranche(world, tranche).paid_minor == AMOUNT


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_requests_of_one_tranche(world: World) -> None:
    tranche = make.tranche_id(world, make.signed(world), 1)
    fields = {"amount": str(AMOUNT), "account_id": str(world.ids["account"]), "papers": ""}
    answers = crowd(world, "grants_officer", f"/disbursements/new/{tranche}", lambda _n: fields)
    assert sorted(a.status_code for a in answers) == [303] + [409] * (CROWD - 1)
    assert all("Aïssata Maïga" in a.text for a in answers if a.status_code == 409)
    with world.work("external_auditor", readonly=True) as work:
        assert work.db.scalar(select(func.count()).select_from(Disbursement)) == 1


@pytest.mark.postgresql
@pytest.mark.slow
def test_the_race_is_seen_when_the_lock_is_taken_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: without the row lock several get past the status; the conditional update still lets one through, but nobody is told by whom."""
    tranche = make.tranche_id(world, make.signed(world), 1)
    number = chain.to(world, "visaed", tranche)
    fields = seen(world, number)
    met = threading.Barrier(2, timeout=3)
    hold = Work.hold

    def without_lock(self: Work, thing: Any) -> Any:
        found = self.db.get(type(thing), thing.id)
        self._held.add((type(thing).__tablename__, thing.id))
        if isinstance(thing, Disbursement):
            try:
                met.wait()  # two are past the reading of the status at the same instant
            except threading.BrokenBarrierError:
                pass
        return found

    monkeypatch.setattr(Work, "hold", without_lock)
    answers = crowd(world, "authorising_officer", f"/disbursements/{number}/order", lambda _n: fields)
    monkeypatch.setattr(Work, "hold", hold)
    with pytest.raises(AssertionError):
        one_wins(answers, "Mariama Sow")
    assert net(world, "906") == [AMOUNT]


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
    assert net(world, "907", "631") == [AMOUNT, 2_500]


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
    assert chain.stored(world, number).status == "visaed" and net(world, "906") == [0]
    assert browser.submit(f"/disbursements/{number}/order", fields, key="k1").status_code == 303
    assert net(world, "906") == [AMOUNT]


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
