"""What one wallet may receive in a month is one sum, whoever pays and however (J10)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from portfolio.disbursements import queries, service
from portfolio.disbursements.service import limits
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.reference import wallet_ceiling
from portfolio.kit.db import Database
from portfolio.kit.errors import Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.disbursements import chain


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A group paid on its wallet, a float that pays it, and a legal month of 3,000,000."""
    found = make.build(database, account_kind="mobile")
    with database.session(readonly=False) as session:
        till = TreasuryAccount(code="MM", label="Monnaie électronique", kind="mobile", balance_minor=9_000_000)
        session.add(till)
        session.commit()
        found.ids["bank"] = till.id  # what the links of the chain pay from
    monkeypatch.setattr(limits, "wallet_ceiling", lambda *asked: replace(wallet_ceiling(*asked), monthly_minor=3_000_000))  # type: ignore[type-var]
    return found


def waiting(world: World) -> list[int]:
    """Both at once: the first waits while the second is asked for."""
    from portfolio.agreements.models import Tranche

    agreement = make.signed(world, conditions=())
    first, second = (make.tranche_id(world, agreement, n) for n in (1, 2))
    one = chain.to(world, "ordered", first)
    change(world, Tranche, first, status="paid")
    other = chain.to(world, "ordered", second)
    change(world, Tranche, first, status="requested")
    return [one, other]


def test_payments_one_by_one_keep_the_month_of_a_wallet(world: World) -> None:
    one, other = waiting(world)
    chain.send(world, one)
    for act in (chain.send, chain.pay):
        with pytest.raises(Refused) as refused:
            act(world, other)
        assert codes(refused) == {"wallet_sum"} and refused.value.refusals[0].missing_minor == 560_000
    chain.pay(world, one)  # counted once, whether on its way or paid
    with pytest.raises(Refused) as refused:
        chain.pay(world, other)
    assert codes(refused) == {"wallet_sum"} and refused.value.refusals[0].missing_minor == 560_000
    world.clock.moment = datetime.fromisoformat("2026-12-02T10:00:00+00:00")
    with pytest.raises(Refused) as refused:
        chain.pay(world, other, paid_on=date(2026, 11, 30))
    assert codes(refused) == {"wallet_sum"}, "the month of the value counts, not that of the writing"
    chain.pay(world, other)


@pytest.mark.both_engines
def test_two_payments_at_the_same_instant_do_not_both_pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = waiting(world)
    read, answers, start = queries.received_minor, [], threading.Barrier(2)

    def slowly(*asked: Any) -> int:
        found = read(*asked)
        time.sleep(0.4)  # the other is in between, unless it waits for the row
        return found

    monkeypatch.setattr(queries, "received_minor", slowly)

    def go(number: int) -> None:
        start.wait()
        try:
            chain.pay(world, number)
            answers.append("paid")
        except Refused as refused:
            answers.extend(r.code for r in refused.refusals)

    threads = [threading.Thread(target=go, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["paid", "wallet_sum"]


def test_lines_of_a_batch_add_up(world: World) -> None:
    numbers = waiting(world)
    with world.work("accountant", readonly=True) as work:
        shares = [service.Share.of(queries.get(work, n)) for n in numbers]
        [found] = service.wallet_sum_refusals(work, shares, work.today)
        assert (found.code, found.missing_minor) == ("wallet_sum", 560_000) and "008-05-2015" in found.message
        assert not list(service.wallet_sum_refusals(work, shares[:1], work.today))
