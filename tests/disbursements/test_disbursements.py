"""Payments through their verbs: five people, what approvals bind to, cash, wallets, failure, the way back, and the books."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries as agreements
from portfolio.agreements import service as agreements_service
from portfolio.agreements.models import Tranche
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import AccountForm, FailForm
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import BudgetLine, Fund
from portfolio.groups.models import GroupAccount
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.ledger import queries as ledger
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from tests.agreements import world as make
from tests.agreements.world import World
from tests.disbursements import chain

AMOUNT = 1_780_000


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def first(world: World, **more: Any) -> int:
    return make.tranche_id(world, make.signed(world, **more), 1)


def codes(refused: Any) -> set[str]:
    return {r.code for r in refused.value.refusals}


def change(world: World, model: type, id_: int, **values: object) -> None:
    with world.database.session(readonly=False) as session:
        session.execute(update(model).where(model.id == id_).values(**values))  # type: ignore[attr-defined]
        session.commit()


def books(world: World) -> dict[str, int]:
    """Every account's net, and the guard columns that must agree with it."""
    with world.work("external_auditor", readonly=True) as work:
        assert ledger.check(work.db) is None
        found = {
            code: ledger.net(work.db, [code])
            for code in ("904", "905", "906", "907", "409", "521", "571", "631", "657")
        }
        line = work.db.get_one(BudgetLine, world.ids["line"])
        assert line.liquidated_minor == found["905"] + found["906"] + found["907"]
        assert line.ordered_minor == found["906"] + found["907"]
        assert line.paid_minor == found["907"]
        fund = work.db.get_one(Fund, world.ids["fund"])
        assert fund.disbursed_minor == -(found["521"] + found["571"])
        return {code: value for code, value in found.items() if value}


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
        (Tranche, "tranche", {"amount_minor": AMOUNT + 1}),
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


CASH = {
    "receipt_number": "R-001",
    "received_by": "Fadimata Touré",
    "identity_kind": "NINA",
    "identity_number": "123",
}


@pytest.mark.parametrize("missing", sorted(CASH))
def test_cash_needs_its_receipt_and_identity(database: Database, missing: str) -> None:
    world = make.build(database, account_kind="cash")
    number = chain.to(world, "ordered", first(world))
    with pytest.raises(Invalid) as bad:
        chain.pay(world, number, "cashier", treasury_account_id=world.ids["till"], **{**CASH, missing: None})
    assert missing in {e.field for e in bad.value.errors}


def test_cash_leaves_from_a_till_with_a_receipt_used_once(database: Database) -> None:
    world = make.build(database, account_kind="cash")
    agreement = make.signed(world, conditions=())
    one, two = (make.tranche_id(world, agreement, n) for n in (1, 2))
    number = chain.to(world, "ordered", one)
    with pytest.raises(Refused) as refused:
        chain.pay(world, number, "cashier", **CASH)
    assert codes(refused) == {"not_cash"}
    chain.pay(world, number, "cashier", treasury_account_id=world.ids["till"], **CASH)
    again = chain.to(world, "ordered", two)
    with pytest.raises(Invalid) as bad:
        chain.pay(world, again, "cashier", treasury_account_id=world.ids["till"], **CASH)
    assert {e.field for e in bad.value.errors} == {"receipt_number"}


@pytest.mark.parametrize("missing", ["receipt_number", "identity_number"])
def test_the_database_keeps_cash_complete(database: Database, missing: str) -> None:
    world = make.build(database, account_kind="cash")
    number = chain.to(world, "ordered", first(world))
    chain.pay(world, number, "cashier", treasury_account_id=world.ids["till"], **CASH)
    with pytest.raises(IntegrityError):
        change(world, Disbursement, number, **{missing: None if missing == "receipt_number" else ""})


# -- paying ----------------------------------------------------------------------------------------------------------


def test_a_payment_reference_serves_once(world: World) -> None:
    agreement = make.signed(world, conditions=())
    chain.to(world, "ordered", make.tranche_id(world, agreement, 2))
    number = chain.to(world, "ordered", make.tranche_id(world, agreement, 1))
    chain.pay(world, number, payment_reference="VIR-77")
    other = next(i for i in (1, 2) if i != number)
    with pytest.raises(Invalid) as bad:
        chain.pay(world, other, payment_reference="VIR-77")
    assert {e.field for e in bad.value.errors} == {"payment_reference"}


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 23)])
def test_a_payment_comes_after_its_order_and_not_tomorrow(world: World, day: date) -> None:
    number = chain.to(world, "ordered", first(world))
    with pytest.raises(Invalid):
        chain.pay(world, number, paid_on=day)


def test_nothing_is_paid_that_has_not_arrived(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    change(world, Fund, world.ids["fund"], received_minor=AMOUNT - 1)
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"cash_missing"} and refused.value.refusals[0].missing_minor == 1
    change(world, Fund, world.ids["fund"], received_minor=AMOUNT)
    with pytest.raises(Refused):
        chain.pay(world, number, fee=1)
    chain.pay(world, number)


def test_an_agreement_suspended_between_two_signatures_stops_the_payment(world: World) -> None:
    agreement = make.signed(world)
    tranche = make.tranche_id(world, agreement, 1)
    number = chain.to(world, "ordered", tranche)
    with world.work("programme_head") as work:
        agreements_service.suspend(work, agreements.get(work, agreement), "Plainte grave reçue hier")
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"not_in_execution"}
    with world.work("programme_head") as work:
        agreements_service.resume(work, agreements.get(work, agreement), "Plainte classée après visite")
        agreements_service.freeze(work, work.db.get_one(Tranche, tranche), "Facture présentée deux fois")
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"frozen"}


def test_a_direct_payment_leaves_no_advance(world: World) -> None:
    from portfolio.procurement.models import Supplier

    with world.database.session(readonly=False) as session:
        supplier = Supplier(
            code="F-01", name="Forge du Fleuve", folded="forge du fleuve", country="ML", account="ML55"
        )
        session.add(supplier)
        session.commit()
        shop = supplier.id
    tranche = first(world, schedule=((make.GRANT, "direct"),), conditions=())
    with pytest.raises(Invalid):
        chain.request(world, tranche)
    number = chain.to(world, "paid", tranche, supplier_id=shop)
    assert books(world) == {"904": -make.GRANT, "907": make.GRANT, "657": make.GRANT, "521": -make.GRANT}
    assert make.tranche(world, tranche).cleared_minor == make.GRANT
    d = chain.stored(world, number)
    assert (d.payee, d.payee_kind, d.account_number) == ("Forge du Fleuve", "supplier", "ML55")


# -- the way back -----------------------------------------------------------------------------------------------------


def test_a_failed_payment_is_followed_by_a_new_one(world: World) -> None:
    """Case 5: the operator fails, the fee stays, the tranche is requested again, one effect on the books."""
    tranche = first(world)
    number = chain.to(world, "sent", tranche)
    with world.work("accountant") as work:
        service.fail(
            work,
            queries.get(work, number),
            FailForm(reason="ECHEC : nom du portefeuille différent", fee=2_500),
        )
    assert books(world) == {"631": 2_500, "521": -2_500}
    assert make.tranche(world, tranche).status == "planned"
    again = chain.to(world, "paid", tranche)
    d = chain.stored(world, again)
    assert d.follows_id == number and d.reference != chain.stored(world, number).reference
    assert books(world)["409"] == AMOUNT and books(world)["631"] == 2_500
    with world.work("external_auditor", readonly=True) as work:
        assert queries.follower(work, queries.get(work, number)).id == again  # type: ignore[union-attr]


@pytest.mark.parametrize("link", ["liquidated", "visaed", "ordered"])
def test_a_return_gives_everything_back(world: World, link: str) -> None:
    tranche = first(world)
    number = chain.to(world, link, tranche)
    with world.work("programme_head") as work, pytest.raises(Invalid):
        service.return_(work, queries.get(work, number), " ")
    with world.work("programme_head") as work:
        service.return_(work, queries.get(work, number), "Montant à revoir avec le groupe")
    assert books(world) == {}
    d, t = chain.stored(world, number), make.tranche(world, tranche)
    assert d.status == "requested" and d.note.startswith("Montant")
    assert (t.requested_minor, t.liquidated_minor, t.ordered_minor) == (AMOUNT, 0, 0)


@pytest.mark.parametrize(
    "link, who",
    [
        ("requested", "financial_controller"),
        ("liquidated", "financial_controller"),
        ("ordered", "accountant"),
    ],
)
def test_a_rejection_frees_the_tranche(world: World, link: str, who: str) -> None:
    tranche = first(world)
    number = chain.to(world, link, tranche)
    with world.work(who) as work:
        service.reject(work, queries.get(work, number), "Imputation erronée, ligne épuisée")
    assert books(world) == {} and chain.stored(world, number).status == "rejected"
    assert make.tranche(world, tranche).status == "planned"
    assert chain.request(world, tranche) != number


def test_a_paid_payment_does_not_come_back(world: World) -> None:
    number = chain.to(world, "paid", first(world))
    for act in (service.return_, service.reject):
        with world.work("accountant") as work, pytest.raises((Refused, Forbidden)):
            act(work, queries.get(work, number), "Trop tard, mais on essaie")


def test_every_posting_case_exists() -> None:
    """Whatever the status a payment comes back from, the rulebook knows what to post."""
    from portfolio.rulebook.postings import POSTINGS

    for verb, event in (("return_", "disbursement:returned"), ("reject", "disbursement:rejected")):
        for source in DISBURSEMENT.verb(verb).source:
            assert f"{event}#{source}" in POSTINGS


def test_the_figures_of_the_order(world: World) -> None:
    agreement = make.signed(world, conditions=())
    chain.to(world, "paid", make.tranche_id(world, agreement, 1))
    number = chain.to(world, "visaed", make.tranche_id(world, agreement, 2))
    with world.work("authorising_officer", readonly=True) as work:
        before = queries.figures(work, queries.get(work, number))
    chain.order(world, number)
    with world.work("authorising_officer", readonly=True) as work:
        after = queries.figures(work, queries.get(work, number))
    assert before == after
    assert (after.committed, after.ordered, after.present, after.left) == (
        make.GRANT,
        AMOUNT,
        AMOUNT,
        890_000,
    )


def test_the_queues_count_what_waits(world: World) -> None:
    agreement = make.signed(world, conditions=())
    for n, link in ((1, "requested"), (2, "visaed"), (3, "liquidated")):
        chain.to(world, link, make.tranche_id(world, agreement, n))
    with world.work("authorising_officer", readonly=True) as work:
        found = {q["code"]: (q["count"], q["amount_minor"]) for q in queries.queues(work)}
    assert found == {"liquidate": (1, AMOUNT), "visa": (1, 890_000), "order": (1, AMOUNT), "pay": (0, 0)}


def test_the_account_number_is_shown_to_who_pays_only(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    for role, whole in (("accountant", True), ("grants_officer", False)):
        with world.work(role, readonly=True) as work:
            shown = queries.facts(work, queries.get(work, number))["account_number"]
            assert (shown == "ML0990100100000123456") is whole
