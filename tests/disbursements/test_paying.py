"""How money leaves: cash, direct payment, failure, return, rejection; what the order prints."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries as agreements
from portfolio.agreements import service as agreements_service
from portfolio.agreements.models import Tranche
from portfolio.audit.models import AuditEvent
from portfolio.disbursements import queries, reference, service
from portfolio.disbursements.forms import FailForm, RejectForm
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import cash_limits
from portfolio.documents import queries as documents
from portfolio.funds.models import Fund
from portfolio.groups.models import Officer
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.kit.i18n import speaking
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain
from tests.disbursements.scene import AMOUNT, books, first

SMALL = ((150_000, "advance"), (150_000, "advance"), (4_150_000, "advance"))
"""A schedule whose first tranches may be paid in cash: the limit of one payment is 200 000."""
CASH = {
    "receipt_number": "R-001",
    "received_by": "Fadimata Touré",
    "identity_kind": "NINA",
    "identity_number": "123",
    "identity_on": date(2021, 3, 14),
    "handed_at": "00:05",
    "handed_place": "Siège du groupement, Ansongo",
}


@pytest.mark.parametrize("missing", sorted(CASH))
def test_cash_needs_its_receipt_and_identity(database: Database, missing: str) -> None:
    world = make.build(database, account_kind="cash")
    number = chain.to(world, "ordered", first(world, schedule=SMALL))
    with pytest.raises(Invalid) as bad:
        chain.pay(world, number, "cashier", treasury_account_id=world.ids["till"], **{**CASH, missing: None})
    assert missing in {e.field for e in bad.value.errors}


WITNESSED = {
    "witness_one": "Hamsatou Yacouba", "witness_one_paper": "NINA 45 du 3 juin 2022",
    "witness_two": "Soumaïla Hamidou", "witness_two_paper": "Carte d'électeur n° 7",
}  # fmt: skip


@pytest.mark.both_engines
def test_the_decharge_says_the_paper_the_hour_the_place_and_the_witnesses(database: Database) -> None:
    """Document 11: nothing is left to be written by hand on a payment in cash; a thumbprint has two witnesses (R17)."""
    world = make.build(database, account_kind="cash")
    number = chain.to(world, "ordered", first(world, schedule=SMALL))
    given = {**CASH, "treasury_account_id": world.ids["till"]}
    with world.work("cashier", readonly=True) as work:
        cashier = work.actor.name
    for wrong in (
        {"identity_on": world.clock.moment.date() + timedelta(days=1)}, {"handed_at": "23:59"}, {"witness_one": "Hamsatou Yacouba"},
        {**WITNESSED, "witness_two": "hamsatou  yacouba"}, {**WITNESSED, "witness_one": CASH["received_by"]},
        {**WITNESSED, "witness_one": cashier},
    ):  # fmt: skip
        with pytest.raises(Invalid) as bad:
            chain.pay(world, number, "cashier", **{**given, **wrong})
        assert {e.field for e in bad.value.errors} & {*wrong, "witness_one_paper"}
    with database.session(readonly=False) as session:
        session.execute(update(Officer).where(Officer.full_name == CASH["received_by"]).values(can_sign=False))
        session.commit()
    with pytest.raises(Invalid) as bad:
        chain.pay(world, number, "cashier", **given)
    assert {e.field for e in bad.value.errors} == set(WITNESSED), "the register says that she cannot sign"
    page = client(world.surround, world.people["cashier"]).get(f"/disbursements/{number}").text
    assert "Témoins de l’empreinte digitale" in page and "ne sait pas signer" in page
    chain.pay(world, number, "cashier", **given, **WITNESSED)
    with world.work("cashier", readonly=True) as work:
        paper = documents.paper(work, "payment_receipt", queries.get(work, number))
        assert paper is not None
        words = " ".join(PdfReader(io.BytesIO(documents.bytes_of(work, paper))).pages[0].extract_text().split())
        trail = "".join(str(e.data) for e in work.db.scalars(select(AuditEvent).where(AuditEvent.event == "disbursement:paid")))
    for said in ("NINA n° 123 du 14 mars 2021", "0 h 05, ", "Ansongo", "Hamsatou Yacouba", "NINA 45 du 3 juin 2022", "Soumaïla Hamidou",
                 "Carte d'électeur n° 7", "ne savoir signer"):  # fmt: skip
        assert said in words.replace("\u00a0", " "), (said, words)
    assert "……" not in words and "Hamsatou" not in trail, "personal values enter the trail as commitments only (T09)"


def test_cash_leaves_from_a_till_with_a_receipt_used_once(database: Database) -> None:
    world = make.build(database, account_kind="cash")
    agreement = make.signed(world, schedule=SMALL, conditions=())
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
    number = chain.to(world, "ordered", first(world, schedule=SMALL))
    chain.pay(world, number, "cashier", treasury_account_id=world.ids["till"], **CASH)
    with pytest.raises(IntegrityError):
        change(world, Disbursement, number, **{missing: None if missing == "receipt_number" else ""})


@pytest.mark.parametrize("kind", ["sfd", "bank", "mobile"])
def test_cash_never_pays_what_asks_for_a_transfer(database: Database, kind: str) -> None:
    """M15: from the till, an account of another kind would leave without its reçu; and a bank does not pay a wallet."""
    world = make.build(database, account_kind=kind)
    number = chain.to(world, "ordered", first(world, schedule=SMALL))
    wrong = ["till"] + (["bank"] if kind == "mobile" else [])
    for account in wrong:
        with pytest.raises(Refused) as refused:
            chain.pay(world, number, "cashier", treasury_account_id=world.ids[account], **CASH)
        assert codes(refused) == {"other_kind"}
        with pytest.raises(Refused) as refused:
            chain.send(world, number, world.ids[account])
        assert codes(refused) == {"other_kind"}
    assert chain.stored(world, number).status == "ordered"
    page = client(world.surround, world.people["accountant"]).get(f"/disbursements/{number}").text
    assert "Menue caisse" not in page and ("Banque, fonds F1" in page) is (kind != "mobile")


def test_cash_above_the_limit_is_neither_ordered_nor_paid(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make.build(database, account_kind="cash")
    agreement = make.signed(world, schedule=((200_000, "advance"), (200_001, "advance"), (4_049_999, "advance")), conditions=())
    number = chain.to(world, "visaed", make.tranche_id(world, agreement, 2))
    with speaking("fr"), pytest.raises(Refused) as refused:
        chain.order(world, number)
    [found] = refused.value.refusals
    assert (found.code, found.missing_minor) == ("cash_limit", 1)
    said = found.message.replace("\u202f", " ").replace("\u00a0", " ")
    assert "200 001 F CFA" in said and "200 000 F CFA depuis le 1er janvier 2020 (Procédure des paiements, art. 9" in said
    assert "compte vérifié" in found.way_out
    other = chain.to(world, "ordered", make.tranche_id(world, agreement, 1))  # exactly the limit
    lower = replace(cash_limits()[0], country="ML", limit_minor=199_999, valid_from=date(2026, 11, 22))
    monkeypatch.setattr(reference, "cash_limits", lambda: (*cash_limits(), lower))
    with pytest.raises(Refused) as refused:  # the country lowers its limit between the order and the payment
        chain.pay(world, other, "cashier", treasury_account_id=world.ids["till"], **CASH)
    assert codes(refused) == {"cash_limit"}
    monkeypatch.setattr(reference, "cash_limits", lambda: (*cash_limits(), replace(lower, country="NE")))
    chain.pay(world, other, "cashier", treasury_account_id=world.ids["till"], **CASH)


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
        agreements_service.suspend(work, agreements.get(work, agreement), make.stopping("Plainte grave reçue hier"))
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"not_in_execution"}
    with world.work("programme_head") as work:
        agreements_service.resume(work, agreements.get(work, agreement), "Plainte classée après visite")
        agreements_service.freeze(work, work.db.get_one(Tranche, tranche), "Facture présentée deux fois")
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert codes(refused) == {"frozen"}


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
        service.reject(work, queries.get(work, number), RejectForm(reason="Imputation erronée, ligne épuisée"))
    assert books(world) == {} and chain.stored(world, number).status == "rejected"
    assert make.tranche(world, tranche).status == "planned"
    assert chain.request(world, tranche) != number


def test_a_paid_payment_does_not_come_back(world: World) -> None:
    number = chain.to(world, "paid", first(world))
    for act, said in ((service.return_, str), (service.reject, lambda why: RejectForm(reason=why))):
        with world.work("accountant") as work, pytest.raises((Refused, Forbidden)):
            act(work, queries.get(work, number), said("Trop tard, mais on essaie"))


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
