"""Maker, checker and payer are three people, in the service: of the twenty-seven ways to give three people to the three links only the six with
three different ones pass, although each of the three holds every role (M09). The database says the same by itself (test_disbursements)."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from portfolio import work as engine
from portfolio.accounts.models import RoleAssignment
from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import OrderForm
from portfolio.kit.errors import Refused
from tests import factories
from tests.agreements import world as make
from tests.agreements.scene import change
from tests.agreements.world import World
from tests.disbursements import chain

WAYS = list(itertools.product("abc", repeat=3))
PART = 100
ROLES = ("programme_head", "authorising_officer", "accountant")


def all_roles(world: World) -> None:
    """Three people who hold every role of the chain, past the rule of incompatible roles: by interim, or by other posts."""
    for name in "abc":
        world.people[name] = factories.add_person(world.database, ROLES[0], name=f"Personne {name}")
    with world.database.session(readonly=False) as session:
        for name, role in itertools.product("abc", ROLES[1:]):
            session.add(RoleAssignment(
                person_id=world.people[name], role=role, scope_kind="all", scope_code="", starts_on=date(2020, 1, 1), confirmed_at=world.clock.now(),
                act_number="Décision n° 7/SE", act_on=date(2019, 12, 20)))  # fmt: skip
        session.commit()


def requests(world: World, many: int) -> list[int]:
    """So many payments of one grant, all requested."""
    schedule: Any = ((PART, "reimbursement"),) * many + ((4_450_000 - many * PART, "reimbursement"),)
    agreement, found = make.signed(world, schedule=schedule, conditions=()), []
    for number in range(1, many + 1):
        tranche = make.tranche_id(world, agreement, number)
        if number > 1:  # the one before counts as paid, so that all of them wait at once
            change(world, Tranche, make.tranche_id(world, agreement, number - 1), status="paid")
        change(world, Tranche, tranche, shown_minor=PART)
        found.append(chain.request(world, tranche))
    for number in range(1, many):
        change(world, Tranche, make.tranche_id(world, agreement, number), status="requested")
    return found


def walked(world: World, number: int, way: tuple[str, str, str]) -> str:
    """How far a payment gets by these three: the link that is refused for separation of duties, or « paid »."""
    liquidator, orderer, payer = way
    chain.liquidate(world, number, liquidator)
    chain.visa(world, number)

    def order() -> None:
        with world.work(orderer) as work:
            d = queries.get(work, number)
            service.order(work, d, OrderForm(**queries.seen(work, d)))

    for link, act in (("order", order), ("pay", lambda: chain.pay(world, number, payer))):
        try:
            act()
        except Refused as refused:
            assert "four_eyes" in {r.code for r in refused.refusals}, refused
            return link
    return "paid"


@pytest.mark.both_engines
@pytest.mark.slow
def test_of_twenty_seven_ways_only_those_with_three_people_pass(world: World) -> None:
    all_roles(world)
    passed = 0
    for way, number in zip(WAYS, requests(world, len(WAYS)), strict=True):
        a, b, c = way
        expected = "order" if a == b else "pay" if c in (a, b) else "paid"
        assert walked(world, number, way) == expected, way
        passed += expected == "paid"
        assert (chain.stored(world, number).status == "paid") is (len(set(way)) == 3)
    assert passed == 6


def test_without_the_guard_one_person_orders_what_he_liquidated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: with the rule of the service taken away, what stops it is the constraint of the database, and nothing else."""
    all_roles(world)
    (number,) = requests(world, 1)
    monkeypatch.setattr(engine, "same_person", lambda *_given: iter(()))
    with pytest.raises(Exception) as stopped:
        walked(world, number, ("a", "a", "b"))
    assert "distinct_people" in str(stopped.value)

