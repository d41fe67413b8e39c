"""Payments through their verbs: five people, what approvals bind to, cash, wallets, failure, the way back, and the books."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import AccountForm
from portfolio.disbursements.models import Disbursement
from portfolio.groups.models import GroupAccount
from portfolio.kit.db import Database
from portfolio.kit.errors import Invalid, Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.scene import AMOUNT, books, first


@pytest.mark.both_engines
def test_the_whole_chain_moves_every_total_once(world: World) -> None:
    tranche = first(world)
    number = chain.request(world, tranche)
    assert books(world) == {}
    chain.liquidate(world, number)
    assert books(world) == {"904": -AMOUNT, "905": AMOUNT}
    chain.visa(world, number)
    chain.order(world, number)
    assert books(world) == {"904": -AMOUNT, "906": AMOUNT}
    chain.pay(world, number, fee=2_500)
    assert books(world) == {
        "904": -AMOUNT,
        "907": AMOUNT,
        "409": AMOUNT,
        "521": -AMOUNT - 2_500,
        "631": 2_500,
    }
    d, t = chain.stored(world, number), make.tranche(world, tranche)
    assert (d.status, t.status, t.paid_on) == ("paid", "paid", chain.TODAY)
    assert (t.requested_minor, t.liquidated_minor, t.ordered_minor, t.paid_minor) == (AMOUNT,) * 4
    people = {d.requested_by_id, d.liquidated_by_id, d.visaed_by_id, d.ordered_by_id, d.paid_by_id}
    assert len(people) == 5


def test_a_blocked_tranche_is_not_requested(world: World) -> None:
    agreement = make.signed(world)
    with pytest.raises(Refused) as refused:
        chain.request(world, make.tranche_id(world, agreement, 2))
    assert codes(refused) == {"previous_unpaid", "condition_visit"}


def test_a_tranche_is_requested_once_and_the_second_is_told_by_whom(world: World) -> None:
    tranche = first(world)
    chain.request(world, tranche)
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche)
    assert codes(refused) == {"already_done"} and "Aïssata Maïga" in refused.value.refusals[0].message


def test_more_than_the_tranche_is_not_requested(world: World) -> None:
    tranche = first(world)
    with pytest.raises(Invalid):
        chain.request(world, tranche, amount=AMOUNT + 1)
    assert chain.stored(world, chain.request(world, tranche, amount=AMOUNT - 1)).amount_minor == AMOUNT - 1


STEPS = ("requested_by_id", "liquidated_by_id", "ordered_by_id", "paid_by_id")


@pytest.mark.both_engines
def test_the_database_itself_refuses_one_person_twice(world: World) -> None:
    """M09: of the 27 combinations of 3 people over 3 links, only the 6 permutations pass; here liquidateur, ordonnateur, comptable."""
    number = chain.to(world, "paid", first(world))
    change(world, Disbursement, number, requested_by_id=world.people["second_officer"])
    three = [world.people[r] for r in ("programme_head", "authorising_officer", "accountant")]
    passed = 0
    for liquidator, orderer, payer in itertools.product(three, repeat=3):
        try:
            change(
                world,
                Disbursement,
                number,
                liquidated_by_id=liquidator,
                ordered_by_id=orderer,
                paid_by_id=payer,
            )
            passed += 1
            assert len({liquidator, orderer, payer}) == 3
        except IntegrityError:
            assert len({liquidator, orderer, payer}) < 3
    assert passed == 6


def test_whoever_requested_does_not_liquidate(world: World) -> None:
    number = chain.request(world, first(world))
    with pytest.raises(Refused) as refused:
        chain.liquidate(world, number, "grants_officer")
    assert codes(refused) == {"four_eyes"}
    chain.liquidate(world, number, "second_officer")


def test_the_visa_is_a_step_where_the_institution_has_a_controller(world: World) -> None:
    number = chain.to(world, "liquidated", first(world))
    with pytest.raises(Refused) as refused:
        chain.order(world, number)
    assert codes(refused) == {"visa_missing"}


def test_without_a_controller_the_step_is_absent(database: Database) -> None:
    world = make.build(database, controller=False)
    number = chain.to(world, "paid", first(world))
    assert chain.stored(world, number).visaed_by_id is None
    with world.work("external_auditor", readonly=True) as work:
        found = queries.facts(work, queries.get(work, number))["steps"]
        assert [s.state for s in found] == ["done", "done", "absent", "done", "done"]


# -- what approvals bind to (M10, M16) ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"amount_seen": 1}, {"content_hash": "0" * 64}, {"remaining_seen": 5}])
def test_a_tampered_field_is_refused_with_the_numbers_of_now(world: World, wrong: dict[str, Any]) -> None:
    number = chain.to(world, "visaed", first(world))
    with pytest.raises(Refused) as refused:
        chain.order(world, number, **wrong)
    assert codes(refused) == {"not_what_was_seen"}
    assert "1\u202f780\u202f000" in refused.value.refusals[0].message
    assert chain.stored(world, number).status == "visaed"


@pytest.mark.parametrize(
    "model, key, values",
    [
        (GroupAccount, "account", {"number": "ML000000000000009999"}),
        (GroupAccount, "account", {"holder": "Quelqu'un d'autre"}),
        (GroupAccount, "account", {"provider": "Autre banque"}),
        (GroupAccount, "account", {"kind": "bank"}),
        (GroupAccount, "account", {"status": "retired"}),
        (Disbursement, "", {"amount_minor": AMOUNT - 1}),
        (Disbursement, "", {"payee": "Un ami"}),
        (Disbursement, "", {"modality": "reimbursement"}),
    ],
)
def test_any_later_change_voids_the_approvals(
    world: World, model: type, key: str, values: dict[str, Any]
) -> None:
    tranche = first(world)
    number = chain.to(world, "ordered", tranche)
    change(world, model, {"account": world.ids["account"], "tranche": tranche}.get(key, number), **values)
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert "content_changed" in codes(refused)
    assert chain.stored(world, number).status == "ordered"


def test_the_database_itself_keeps_the_amount_of_a_tranche_that_is_requested(world: World) -> None:
    tranche = first(world)
    chain.to(world, "ordered", tranche)
    with pytest.raises(DBAPIError, match="keeps its amount"):
        change(world, Tranche, tranche, amount_minor=AMOUNT + 1)


def other_account(world: World, kind: str = "bank") -> int:
    with world.database.session(readonly=False) as session:
        found = GroupAccount(
            group_id=world.ids["group"], country="ML", kind=kind, provider="Banque du Sahel", number="ML111222333444",
            holder="Groupement féminin Anniya d'Ansongo", status="verified", created_by_id=world.people["grants_officer"],
            created_at=make.moment(-3), verified_by_id=world.people["programme_head"], verified_at=make.moment(-2),
        )  # fmt: skip
        session.add(found)
        session.commit()
        return found.id


def test_changing_the_account_voids_the_approvals_and_gives_the_credits_back(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    account = other_account(world)
    with world.work("grants_officer") as work:
        service.change_account(
            work,
            queries.get(work, number),
            AccountForm(account_id=account, reason="Portefeuille fermé par l'opérateur"),
        )
    d = chain.stored(world, number)
    assert (d.status, d.liquidated_by_id, d.visaed_by_id, d.ordered_by_id) == ("requested", None, None, None)
    assert d.account_number == "ML111222333444" and books(world) == {}
    for act in (chain.liquidate, chain.visa, chain.order, chain.pay):
        act(world, number)
    assert books(world)["907"] == AMOUNT


def test_an_account_just_verified_is_not_paid(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    account = other_account(world)
    change(world, GroupAccount, account, verified_at=world.clock.moment - timedelta(hours=1))
    with world.work("grants_officer") as work, pytest.raises(Refused) as refused:
        service.change_account(
            work,
            queries.get(work, number),
            AccountForm(account_id=account, reason="Nouveau compte du groupe"),
        )
    assert codes(refused) == {"account_cooling"}


# -- wallets, cash ---------------------------------------------------------------------------------------------------


def test_a_wallet_above_its_ceiling_is_refused_before_sending(database: Database) -> None:
    """Case 6: 2 655 200 above 2 000 000; switched to a bank account, then paid."""
    world = make.build(database, account_kind="mobile", grant=6_638_000)
    tranche = first(world, schedule=((2_655_200, "advance"), (3_982_800, "advance")), conditions=())
    number = chain.to(world, "visaed", tranche)
    with pytest.raises(Refused) as refused:
        chain.order(world, number)
    assert codes(refused) == {"wallet_ceiling"} and refused.value.refusals[0].missing_minor == 655_200
    assert "008-05-2015" in refused.value.refusals[0].message
    account = other_account(world)
    with world.work("grants_officer") as work:
        service.change_account(
            work,
            queries.get(work, number),
            AccountForm(account_id=account, reason="Au-dessus du plafond du portefeuille"),
        )
    for act in (chain.liquidate, chain.visa, chain.order, chain.send, chain.pay):
        act(world, number)
    assert chain.stored(world, number).status == "paid"
