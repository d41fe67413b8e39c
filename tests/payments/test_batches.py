"""Batches through their verbs: each link by another person, what a signature binds to, what is never paid twice."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from portfolio.disbursements import queries as disbursements
from portfolio.disbursements import service as payments
from portfolio.disbursements.models import Disbursement
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.payments import queries, service
from portfolio.payments.forms import AddForm
from portfolio.payments.models import PaymentApproval, PaymentBatch
from tests import factories
from tests.agreements.scene import codes
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.scene import books
from tests.payments import scene

REASON = "Le chef de service a demandé une vérification"


@pytest.mark.both_engines
def test_a_batch_goes_its_whole_way_and_posts_as_single_payments_do(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "sent", ids)
    before = books(world)
    assert before == {"904": -4_450_000, "906": 4_450_000}, "sending moves no money"
    assert [chain.stored(world, i).status for i in ids] == ["sent"] * 3
    scene.pay(world, ids[0], "VIR-1", fee=500)
    with world.work("accountant") as work, pytest.raises(Refused) as refused:
        service.reconcile(work, queries.get(work, number))
    assert codes(refused) == {"lines_waiting"}
    scene.pay(world, ids[1], "VIR-2")
    scene.fail(world, ids[2])
    with world.work("accountant") as work:
        service.reconcile(work, queries.get(work, number))
    batch = scene.stored(world, number)
    assert batch.status == "reconciled" and (batch.line_count, batch.total_minor) == (3, 4_450_000)
    assert len({batch.created_by_id, batch.approved_by_id, batch.authorised_by_id, batch.released_by_id}) == 4
    after = books(world)
    assert (after["907"], after["657"], after["521"], after["631"]) == (3_560_000, 3_560_000, -3_560_500, 500)


def test_a_failed_line_is_repaired_and_goes_in_another_batch_and_a_success_is_never_sent_again(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "sent", ids)
    scene.pay(world, ids[0], "VIR-1")
    scene.fail(world, ids[1])
    for taken in ids:
        with pytest.raises(Refused) as refused:
            scene.draft(world, [taken])
        assert codes(refused) == {"not_free"}
    tranche = chain.stored(world, ids[1]).tranche_id
    again = chain.to(world, "ordered", tranche)
    other = scene.to(world, "sent", [again])
    scene.pay(world, again, "VIR-3")
    with world.work("external_auditor", readonly=True) as work:
        row = next(r for r in queries.rows_of(work, queries.get(work, number)) if r.disbursement.id == ids[1])
        assert row.follower is not None and row.follower.id == again and row.follower.status == "paid"
    assert other != number and chain.stored(world, again).follows_id == ids[1]
    assert books(world)["907"] == 3_560_000, "one effect on the books for the repaired line"


def test_a_payment_in_a_batch_is_not_paid_by_another_way(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "released", ids)
    with pytest.raises(Refused) as refused:
        scene.pay(world, ids[0], "VIR-X")
    assert codes(refused) == {"held_by_batch"}
    with pytest.raises(Refused):
        chain.send(world, ids[0])
    with pytest.raises(Refused) as refused:
        scene.draft(world, [ids[0]])
    assert codes(refused) == {"not_free"}
    with world.work("cashier") as work:
        service.cancel(work, queries.get(work, number), REASON)
    scene.pay(world, ids[0], "VIR-X")
    assert chain.stored(world, ids[0]).status == "paid"


@pytest.mark.both_engines
def test_the_database_itself_refuses_one_person_twice(world: World) -> None:
    """M09: of the 256 ways to give four people to locker, approver, authoriser and releaser, only those with four different people pass,
    and of these only the six in which whoever opened the batch signs nothing."""
    number = scene.to(world, "sent", scene.ordered(world))
    four = [world.people[r] for r in ("cashier", "financial_controller", "authorising_officer", "accountant")]
    passed = 0
    for author, approver, authoriser, releaser in itertools.product(four, repeat=4):
        try:
            scene.change(
                world, PaymentBatch, number, locked_by_id=author, approved_by_id=approver, authorised_by_id=authoriser, released_by_id=releaser
            )
            passed += 1
            assert len({author, approver, authoriser, releaser}) == 4
        except IntegrityError:
            pass
    assert passed == 6
    batch = scene.stored(world, number)
    row = {
        "batch_id": number, "author_id": batch.created_by_id, "round": 9, "kind": "approve", "capacity": "", "at": world.clock.now(),
        "total_minor": 1, "line_count": 1, "content_hash": "",
    }  # fmt: skip
    signed = [(batch.created_by_id, batch.created_by_id), (world.people["accountant"], world.people["accountant"])]
    for person, author in signed:  # the author signs; another is named as the author, so that the author can sign
        with world.database.session(readonly=False) as session, pytest.raises(IntegrityError):
            session.execute(insert(PaymentApproval).values(**{**row, "person_id": person, "author_id": author}))
            session.commit()
    with world.database.session(readonly=False) as session:
        session.execute(insert(PaymentApproval).values(**row, person_id=world.people["accountant"]))
        session.commit()
    with world.database.session(readonly=False) as session, pytest.raises(IntegrityError):
        session.execute(insert(PaymentApproval).values(**{**row, "kind": "release"}, person_id=world.people["accountant"]))
        session.commit()


def test_each_link_wants_its_role_and_another_person(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.draft(world, ids, who="accountant")
    scene.lock(world, number, "accountant")
    with pytest.raises(Forbidden):
        scene.sign(world, number, "approve", "cashier")
    scene.sign(world, number, "approve")
    with pytest.raises(Refused):
        scene.sign(world, number, "approve", "programme_head")
    scene.sign(world, number, "authorise")
    with pytest.raises(Refused) as refused:
        scene.sign(world, number, "release", "accountant")  # who prepared it
    assert codes(refused) == {"four_eyes"}
    second = factories.add_person(world.database, "accountant", name="Salif Ouédraogo")
    world.people["second_accountant"] = second
    scene.sign(world, number, "release", "second_accountant")
    assert scene.stored(world, number).status == "released"


def test_whoever_liquidated_a_payment_does_not_approve_its_batch(world: World) -> None:
    number = scene.to(world, "locked", scene.ordered(world))
    with pytest.raises(Refused) as refused:
        scene.sign(world, number, "approve", "programme_head")
    assert codes(refused) == {"own_payment"}


@pytest.mark.parametrize("wrong", [{"total": 4_450_001}, {"count": 2}])
def test_the_approver_types_the_total_and_the_count(world: World, wrong: dict[str, Any]) -> None:
    number = scene.to(world, "locked", scene.ordered(world))
    with pytest.raises(Invalid):
        scene.sign(world, number, "approve", **wrong)
    assert scene.stored(world, number).status == "locked"


@pytest.mark.parametrize("wrong", [{"content_hash": "0" * 64}, {"balance_seen": 1}])
def test_a_stale_page_is_refused_with_the_numbers_of_now(world: World, wrong: dict[str, Any]) -> None:
    number = scene.to(world, "locked", scene.ordered(world))
    with pytest.raises(Refused) as refused:
        scene.sign(world, number, "approve", **wrong)
    assert codes(refused) == {"not_what_was_seen"} and "4\u202f450\u202f000" in refused.value.refusals[0].message


@pytest.mark.parametrize(
    "model, values",
    [
        (GroupAccount, {"number": scene.rib("ML099" + "01001" + "000000000999")}),
        (GroupAccount, {"holder": "Quelqu'un d'autre"}),
        (GroupAccount, {"status": "retired"}),
        (Disbursement, {"amount_minor": 1_779_999}),
        (Disbursement, {"payee": "Un ami"}),
        (Disbursement, {"account_number": scene.rib("ML099" + "01001" + "000000000999")}),
    ],
)
@pytest.mark.parametrize("link", ["locked", "released"])
def test_any_change_after_the_lock_voids_the_signatures(world: World, link: str, model: type, values: dict[str, Any]) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, link, ids)
    scene.change(world, model, world.ids["account"] if model is GroupAccount else ids[0], **values)
    with pytest.raises(Refused) as refused:
        scene.send(world, number) if link == "released" else scene.sign(world, number, "approve")
    assert "content_changed" in codes(refused)
    with world.work("accountant") as work:
        service.unlock(work, queries.get(work, number), REASON)
    batch = scene.stored(world, number)
    assert (batch.status, batch.approved_by_id, batch.released_by_id, batch.content_hash) == ("draft", None, None, "")


def test_after_a_new_lock_everybody_signs_again(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "authorised", ids)
    with world.work("authorising_officer") as work:
        payments.return_(work, disbursements.get(work, ids[2]), "Pièce à revoir avec le groupement")
    with pytest.raises(Refused) as refused:
        scene.sign(world, number, "release")
    assert "content_changed" in codes(refused)
    with world.work("cashier") as work:
        service.unlock(work, queries.get(work, number), REASON)
    with pytest.raises(Refused) as refused:
        scene.lock(world, number)
    assert codes(refused) == {"line_not_ordered"}
    with world.work("cashier") as work:
        batch = queries.get(work, number)
        service.take_out(work, batch, next(r.line.id for r in queries.rows_of(work, batch) if r.disbursement.id == ids[2]))
    scene.lock(world, number)
    with pytest.raises(Refused):
        scene.sign(world, number, "authorise")
    for verb in ("approve", "authorise", "release"):
        scene.sign(world, number, verb)
    scene.send(world, number)
    assert (scene.stored(world, number).total_minor, chain.stored(world, ids[2]).status) == (3_560_000, "requested")


def test_a_locked_batch_takes_and_gives_no_line(world: World) -> None:
    ids = scene.ordered(world)
    number = scene.to(world, "locked", ids[:2])
    with world.work("cashier") as work, pytest.raises(Refused) as refused:
        service.add(work, queries.get(work, number), AddForm(payments=[ids[2]]))
    assert codes(refused) == {"not_draft"}


def test_an_account_that_cannot_pay_the_whole_batch_stops_the_lock(world: World) -> None:
    from portfolio.funds.models import TreasuryAccount

    number = scene.draft(world, scene.ordered(world))
    scene.change(world, TreasuryAccount, world.ids["bank"], balance_minor=4_000_000)
    with pytest.raises(Refused) as refused:
        scene.lock(world, number)
    assert codes(refused) == {"treasury_short"} and refused.value.refusals[0].missing_minor == 450_000


def test_an_empty_batch_is_not_locked(world: World) -> None:
    with pytest.raises(Refused) as refused:
        scene.lock(world, scene.draft(world, []))
    assert codes(refused) == {"empty_batch"}


@pytest.mark.both_engines
def test_who_approved_or_authorised_a_batch_does_not_pay_it(world: World) -> None:
    """M09 on each payment: the approver is not the payer, whatever roles he came to hold, and the database says so too."""
    ids = scene.ordered(world)
    number = scene.to(world, "sent", ids)
    signers = ("financial_controller", "authorising_officer")
    for who in signers:
        scene.made_accountant(world, who)
        with pytest.raises(Refused) as refused:
            scene.pay(world, ids[0], "VIR-1", who)
        assert codes(refused) == {"four_eyes"}
        with world.work(who) as work, pytest.raises(Refused) as refused:
            service.reconcile(work, queries.get(work, number))
        assert "four_eyes" in codes(refused)
        for column in ("paid_by_id", "sent_by_id"):
            with pytest.raises(IntegrityError):
                scene.change(world, Disbursement, ids[0], **{column: world.people[who], "ordered_by_id": world.people["grants_officer"],
                                                             "requested_by_id": None, "visaed_by_id": None})  # fmt: skip
    for payment in ids:  # who released it is the comptable, who pays
        scene.pay(world, payment, f"VIR-{payment}")
    with world.work("accountant") as work:
        service.reconcile(work, queries.get(work, number))
