"""Paying a supplier: only for what a purchase of the tranche received, on an account that two people confirmed and that has cooled, and never
an excluded one (R4, M12, row 60)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.many import snapshots
from portfolio.audit.models import AuditEvent
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import AccountForm as OtherAccountForm
from portfolio.disbursements.forms import RequestForm
from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.kit.errors import Invalid, Refused
from portfolio.procurement import queries as purchases
from portfolio.procurement import service as buying
from portfolio.procurement.forms import ReasonForm, SupplierForm
from portfolio.procurement.models import OrderLine, Supplier, SupplierAccount
from tests.agreements import world as make
from tests.agreements.scene import codes
from tests.client import client
from tests.disbursements import chain
from tests.disbursements.scene import books
from tests.procurement import stage as s

MILL = 480_000
SHOP, OTHER = s.NAMES[0], s.NAMES[1]


@pytest.fixture()
def world(database: Any) -> Any:
    world = s.build(database, conditions=((1, "agreement_signed", None),))
    world.ids["tranche"] = make.tranche_id(world, world.ids["agreement"], 2)
    return world


def bought(world: Any, *, accepted: int | None = None, **more: Any) -> int:
    """A direct purchase tied to the tranche, ordered and received; its id."""
    lines = (("Fournitures d'atelier", "lot", 12, MILL // 12),)
    number = s.small_order(world, MILL, lines=lines, tranche_id=world.ids["tranche"], **more)
    if accepted != 0:
        receive(world, number, accepted)
    return number


def receive(world: Any, number: int, accepted: int | None = None) -> None:
    s.declare(world, number, "receiver_1")
    with world.work("receiver_1") as work:
        form: dict[str, Any] = {}
        if accepted is not None:
            line = purchases.lines(work, s.get(work, number))[0]
            form = {"kind": "partial", "lines": [s.ReceivedLine(line_id=line.id, accepted=accepted)]}
        buying.receive(work, purchases.get(work, number), s.reception(world, work, number, **form))


def ready(world: Any, **more: Any) -> int:
    """A purchase received, the supplier's account verified and cooled."""
    bought(world, **more)
    s.account(world, more.get("supplier", SHOP))
    world.later(days=2)
    return int(world.ids["tranche"])


# -- service done -----------------------------------------------------------------------------------------------------


def test_nothing_is_asked_before_a_reception(world: Any) -> None:
    number = bought(world, accepted=0)
    s.account(world, SHOP)
    world.later(days=2)
    tranche = world.ids["tranche"]
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche, supplier_id=world.ids[SHOP])
    assert codes(refused) == {"no_reception"}
    with world.work("external_auditor", readonly=True) as work:  # the simulator and the list of causes say so before anything is asked
        own = work.db.get_one(Tranche, tranche)
        assert [r.code for r in agreements.blockers(work, own, work.today + timedelta(days=30))] == ["no_reception"]
        snaps = snapshots(work, {own.agreement_id: work.db.get_one(Agreement, own.agreement_id)})
        assert [r.code for r in agreements.blockers_in(snaps[own.agreement_id], own)] == ["no_reception"]
    receive(world, number, accepted=5)
    with pytest.raises(Invalid) as bad:
        chain.request(world, tranche, amount=MILL)
    assert [e.field for e in bad.value.errors] == ["amount"]
    assert chain.stored(world, chain.request(world, tranche)).amount_minor == MILL // 12 * 5


@pytest.mark.both_engines
def test_a_direct_payment_leaves_no_advance(world: Any) -> None:
    tranche = ready(world)
    with pytest.raises(Invalid) as bad:  # who sold nothing is not paid
        chain.request(world, tranche, supplier_id=world.ids[OTHER])
    assert [e.field for e in bad.value.errors] == ["supplier_id"]
    number = chain.to(world, "paid", tranche)
    assert books(world) == {"904": -MILL, "907": MILL, "657": MILL, "521": -MILL}
    assert make.tranche(world, tranche).cleared_minor == MILL
    d = chain.stored(world, number)
    assert (d.payee, d.payee_kind, d.account_number) == (SHOP, "supplier", s.RIB)
    with world.work("external_auditor", readonly=True) as work:
        facts = queries.liquidation_facts(work, queries.get(work, number))
    assert [r["reference"] for r in facts["receptions"]], "the paper says which reception proves the service"


def test_two_suppliers_of_a_tranche_are_each_paid_their_own(world: Any) -> None:
    bought(world, accepted=3)
    bought(world, accepted=5, supplier=OTHER)
    for name, number in ((SHOP, s.RIB), (OTHER, "NE0770300300000000099")):
        s.account(world, name, number)
    world.later(days=2)
    tranche = world.ids["tranche"]
    with pytest.raises(Invalid):
        chain.request(world, tranche)
    with pytest.raises(Invalid):
        chain.request(world, tranche, supplier_id=world.ids[SHOP], amount=MILL // 12 * 4)
    found = chain.stored(world, chain.request(world, tranche, supplier_id=world.ids[SHOP]))
    assert (found.amount_minor, found.payee) == (MILL // 12 * 3, SHOP)


def test_the_service_done_is_read_again_at_every_signature(world: Any) -> None:
    number = chain.to(world, "visaed", ready(world))

    def accepted(pieces: int) -> None:
        with world.database.session(readonly=False) as session:
            session.query(OrderLine).update({"accepted": pieces})
            session.commit()

    def refused(act: Any) -> None:
        with pytest.raises(Refused) as caught:
            act(world, number)
        assert codes(caught) == {"service_not_done"}

    accepted(11)
    refused(chain.order)
    accepted(12)
    chain.order(world, number)
    accepted(11)
    refused(chain.send)
    refused(chain.pay)
    with world.work("programme_head") as work:
        service.return_(work, queries.get(work, number), "Réception à revoir")
    refused(chain.liquidate)


# -- the account ------------------------------------------------------------------------------------------------------


def test_an_account_is_proposed_by_one_and_verified_by_another(world: Any) -> None:
    bought(world)
    tranche = world.ids["tranche"]
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche)
    assert codes(refused) == {"no_account"}
    number = s.account(world, SHOP, verify=False)
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche)
    assert codes(refused) == {"account_unverified"}
    typed = VerifyAccountForm(number="NE00000")
    with pytest.raises(Invalid), world.work("programme_head") as work:
        buying.verify_supplier_account(work, work.db.get_one(SupplierAccount, number), typed)
    with world.work("programme_head") as work:
        right = VerifyAccountForm(number=s.RIB)
        buying.verify_supplier_account(work, work.db.get_one(SupplierAccount, number), right)
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche)
    assert codes(refused) == {"account_cooling"}
    world.later(days=2)
    chain.request(world, tranche)


@pytest.mark.both_engines
def test_the_same_person_never_proposes_and_verifies(world: Any) -> None:
    number = s.account(world, SHOP, verify=False)
    with world.database.session(readonly=False) as session, pytest.raises(IntegrityError):
        found = session.get_one(SupplierAccount, number)
        found.verified_by_id, found.status = found.created_by_id, "verified"
        session.commit()
    with world.database.session(readonly=False) as session:
        session.get_one(SupplierAccount, number).created_by_id = world.people["programme_head"]
        session.commit()
    with pytest.raises(Refused) as refused, world.work("programme_head") as work:
        form = VerifyAccountForm(number=s.RIB)
        buying.verify_supplier_account(work, work.db.get_one(SupplierAccount, number), form)
    assert codes(refused) == {"four_eyes"}


def test_a_number_or_a_name_that_is_not_the_suppliers_needs_a_reason(world: Any) -> None:
    s.account(world, OTHER)
    number = s.account(world, SHOP, holder="Seydou Maïga", verify=False)
    with pytest.raises(Refused) as refused, world.work("programme_head") as work:
        form = VerifyAccountForm(number=s.RIB)
        buying.verify_supplier_account(work, work.db.get_one(SupplierAccount, number), form)
    assert codes(refused) == {"holder_is_other", "number_elsewhere"}


def test_a_changed_account_voids_what_was_signed_and_cools_again(world: Any) -> None:
    number = chain.to(world, "ordered", ready(world))
    old = chain.stored(world, number).supplier_account_id
    with world.work("programme_head") as work:
        buying.retire_supplier_account(work, work.db.get_one(SupplierAccount, old), "Banque changée")
    new = s.account(world, SHOP, "NE0770300300000000055")
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"content_changed", "account_unverified"}
    form = OtherAccountForm(account_id=new, reason="Le fournisseur a changé de banque")
    with pytest.raises(Refused) as refused, world.work("grants_officer") as work:
        service.change_account(work, queries.get(work, number), form)
    assert codes(refused) == {"account_cooling"}
    world.later(days=2)
    with world.work("grants_officer") as work:
        service.change_account(work, queries.get(work, number), form)
    assert chain.stored(world, number).status == "requested"
    for act in (chain.liquidate, chain.visa, chain.order, chain.pay):
        act(world, number)
    assert chain.stored(world, number).account_number == "NE0770300300000000055"


@pytest.mark.parametrize("link", ["", "visaed", "ordered"])
def test_an_excluded_supplier_is_neither_asked_ordered_sent_nor_paid(world: Any, link: str) -> None:
    tranche = ready(world)
    number = chain.to(world, link, tranche) if link else 0
    with world.work("programme_head") as work:
        shop = work.db.get_one(Supplier, world.ids[SHOP])
        buying.block_supplier(work, shop, ReasonForm(reason="Exclu par décision n° 31 : fausses factures"))
    acts: dict[str, list[Any]] = {
        "": [lambda: request(world, tranche)],
        "visaed": [lambda: chain.order(world, number)],
        "ordered": [lambda: chain.send(world, number), lambda: chain.pay(world, number)],
    }
    for act in acts[link]:
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == {"supplier_blocked"}


def test_what_the_bank_paid_to_a_supplier_excluded_since_is_recorded_and_told(world: Any) -> None:
    number = chain.to(world, "sent", ready(world))
    with world.work("programme_head") as work:
        shop = work.db.get_one(Supplier, world.ids[SHOP])
        buying.block_supplier(work, shop, ReasonForm(reason="Exclu par décision n° 31 : fausses factures"))
    chain.pay(world, number)
    with world.work("external_auditor", readonly=True) as work:
        told = work.db.scalars(select(AuditEvent).where(AuditEvent.event == "disbursement:paid_despite")).all()
        assert [(e.subject_id, e.data["despite"]) for e in told] == [(number, ["supplier_blocked"])]


def request(world: Any, tranche: int) -> None:
    with world.work("grants_officer") as work:
        service.request(work, work.db.get_one(Tranche, tranche), RequestForm())


def test_the_register_takes_no_account_by_the_way(world: Any) -> None:
    """The sheet of a supplier has no field for its account: one person alone changes nothing of where money goes."""
    assert "account" not in SupplierForm.model_fields
    with world.work(s.OFFICER) as work:
        shop = work.db.get_one(Supplier, world.ids[SHOP])
        form = AccountForm(kind="bank", provider="BOA Niger", holder=SHOP, number="NE07703003")
        made = buying.propose_supplier_account(work, shop, form)
        assert made.status == "proposed" and purchases.paid_account(work, shop).status == "proposed"  # type: ignore[union-attr]
        with pytest.raises(Refused):
            buying.propose_supplier_account(work, shop, form)



def test_the_screens_of_an_account(world: Any) -> None:
    """Proposed on one screen, verified on another by another person who reads its last four characters only; both stay in the history."""
    shop = world.ids[SHOP]
    buyer, head = (client(world.surround, world.people[who]) for who in (s.OFFICER, "programme_head"))
    page = f"/procurement/suppliers/{shop}"
    typed = {"kind": "bank", "provider": "BOA Niger", "holder": SHOP, "number": s.RIB}
    assert buyer.get(f"{page}/accounts/new").status_code == 200
    assert buyer.submit(f"{page}/accounts/new", {**typed, "number": "n'importe"}).status_code == 422
    assert buyer.submit(f"{page}/accounts/new", typed).status_code == 303
    with world.work(s.OFFICER, readonly=True) as work:
        number = purchases.accounts_of(work, work.db.get_one(Supplier, shop))[0].id
    verify = f"/procurement/suppliers/accounts/{number}"
    assert buyer.get(verify).status_code == 403
    assert s.RIB not in head.get(verify).text and "0042" in head.get(verify).text
    assert head.submit(f"{verify}/verify", {"number": s.RIB}).status_code == 303
    shown = head.get(page).text
    assert "Vérifié" in shown and "Compte de paiement proposé" in shown and "Compte confirmé" in shown
    assert "Retirer</a>" in shown and "Vérifier ou retirer" not in shown, "a verified account has nothing left to verify"
    assert head.submit(f"{verify}/retire", {"reason": "Le fournisseur a changé de banque"}).status_code == 303
    assert "Retiré" in buyer.get(page).text
