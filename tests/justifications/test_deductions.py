"""Compensation: what a group owes is taken from what it is paid, to the franc, never twice (documents.md 10, R1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portfolio.disbursements import queries as payments
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.pdf import order_pdf, receipt_pdf
from portfolio.justifications import queries, service
from portfolio.justifications.forms import DeductForm
from portfolio.justifications.models import Deduction, Recovery
from portfolio.kit.db import Database
from portfolio.kit.errors import Refused
from portfolio.kit.i18n import speaking
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from tests.agreements.test_pages import fields_of, text_of
from tests.client import client
from tests.disbursements.test_papers import read
from tests.justifications.grants import office
from tests.lives import acts
from tests.lives.test_races import seen
from tests.support.crowd import Scene, copies, one_wins

PAID, OWED = 1_000_000, 400_000
WHY = "Le groupement a demandé la compensation par lettre"
CHAIN = ("liquidate", "visa", "order", "pay")
WHO = {"liquidate": "head", "visa": "controller", "order": "director", "pay": "accountant", "send": "cashier"}


def scene(place: Any) -> acts.Product:
    """One grant of three tranches: the first paid, 400 000 of it ordered back; the second liquidated."""
    made = acts.Product(place, **acts.furnish(place, [((PAID, 0), (PAID, 0), (PAID, 0))]))
    for at, verbs in ((0, CHAIN), (1, CHAIN[:1])):
        went, number = made.request("officer", at, PAID)
        assert went, number
        made.payments.append(number)
        for verb in verbs:
            assert made.on_payment(WHO[verb], verb, at)[0], verb
    went, number = made.claim("officer", 0, OWED)
    assert went, number
    made.claims.append(number)
    assert made.on_claim("director", "issue", 0)[0]
    return made


@pytest.fixture
def made(database: Database, tmp_path: Path) -> acts.Product:
    return scene(office(database, tmp_path))


def deduct(made: acts.Product, amount: int = OWED, who: str = "director", payment: int = 1) -> tuple[bool, Any]:
    form = DeductForm(disbursement_id=made.payments[payment], amount=amount, reason=WHY)
    return made.tries(who, lambda w: service.deduct(w, w.db.get_one(Recovery, made.claims[0]), form).reference)


def codes(given: tuple[bool, Any]) -> list[str]:
    assert not given[0] and isinstance(given[1], Refused), given
    return [r.code for r in given[1].refusals]


def claim(made: acts.Product) -> Recovery:
    with made.office.as_("external_auditor", readonly=True) as work:
        found = work.db.get_one(Recovery, made.claims[0])
        work.db.expunge(found)
        return found


@pytest.mark.both_engines
def test_the_net_is_paid_and_the_claim_is_settled(made: acts.Product) -> None:
    before = made.now.accounts
    went, reference = deduct(made)
    assert went and reference.startswith("CP-2026-")
    assert (claim(made).held_minor, claim(made).collected_minor) == (OWED, 0)
    assert made.now.accounts == before, "nothing moves before the payment"
    assert codes(made.on_claim("accountant", "collect", 0, 1)) == ["above_owed"]
    assert codes(made.on_claim("director", "write_off", 0)) == ["held_by_payment"]
    for verb in CHAIN[1:]:
        assert made.on_payment(WHO[verb], verb, 1)[0], verb
    moved = {code: net - before.get(code, 0) for code, net in made.now.accounts.items() if net != before.get(code, 0)}
    assert moved == {"905": -PAID, "907": PAID, "409": PAID, "521": -(PAID - OWED), "463": -OWED}
    found = claim(made)
    assert (found.status, found.held_minor, found.collected_minor) == ("settled", 0, OWED)
    assert made.findings() == []
    with made.office.as_("external_auditor", readonly=True) as work, speaking("fr"):
        d = payments.get(work, made.payments[1])
        words, pages = read(order_pdf({**payments.order_facts(work, d), "reference": d.reference, "fingerprint": "ab" * 32}))
        receipt, _pages = read(receipt_pdf({**payments.receipt_facts(work, d), "reference": "R", "fingerprint": "ab" * 32}))
    assert pages == 1
    for mention in ("1 000 000", f"compensation n° {reference}", found.reference, "400 000", "600 000", "six cent mille francs CFA"):
        assert mention in words, mention
    assert "six cent mille francs CFA" in receipt and "un million" not in receipt
    posting = made.posting()
    assert codes(made.tries("accountant", lambda w: acts.desk.ledger.reverse(w, _act(w, "disbursement:paid"), acts.REASON))) == ["has_deductions"]
    assert made.posting() == posting


def _act(work: Any, event: str) -> int:
    return max(int(row["posting"]) for row in ledger.walk(work.db) if row["event"] == event)


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_a_payment_that_comes_back_gives_the_claim_back(made: acts.Product, verb: str) -> None:
    assert deduct(made)[0]
    for step in ("visa", "order"):
        assert made.on_payment(WHO[step], step, 1)[0]
    assert made.on_payment("director" if verb == "return" else "accountant", verb, 1)[0]
    found = claim(made)
    assert (found.status, found.held_minor, found.collected_minor) == ("issued", 0, 0)
    with made.office.as_("external_auditor", readonly=True) as work:
        assert work.db.get_one(Disbursement, made.payments[1]).deducted_minor == 0
        assert work.db.scalars(select(Deduction.status)).all() == ["released"]
    assert made.on_claim("accountant", "collect", 0, OWED)[0] and made.findings() == []


def test_what_cannot_be_set_off(made: acts.Product) -> None:
    assert codes(deduct(made, OWED + 1)) == ["above_owed"]
    assert isinstance(deduct(made, who="accountant")[1], Exception)
    assert deduct(made, 300_000)[0]
    assert codes(deduct(made, 100_001)) == ["above_owed"]
    assert made.on_payment("controller", "visa", 1)[0]
    assert codes(deduct(made, 1)) == ["deduction_too_late"]
    with made.office.as_("authorising_officer", readonly=True) as work:
        d = work.db.get_one(Disbursement, made.payments[1])
        found = work.db.get_one(Recovery, made.claims[0])
        work.db.expunge(d)
        d.payee_kind = "supplier"
        assert [r.code for r in service.deduct_obstacles(work, found, d)] == ["other_payee"]
        assert queries.open_claims(work, found.group_id, 999_999) == []


def test_something_is_left_to_pay(made: acts.Product) -> None:
    with made.office.database.session(readonly=False) as session:
        session.execute(Disbursement.__table__.update().where(Disbursement.id == made.payments[1]).values(amount_minor=OWED))
        session.commit()
    made.look()
    assert codes(deduct(made, OWED)) == ["deduction_too_large"]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disbursement SET deducted_minor = amount_minor",
        "UPDATE recovery SET held_minor = amount_minor + 1",
        "UPDATE payment_deduction SET status = 'x'",
    ],
)
def test_the_database_keeps_the_sums(made: acts.Product, statement: str) -> None:
    assert deduct(made)[0]
    with made.office.database.session(readonly=False) as session:
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()


def test_the_deduction_through_its_form(made: acts.Product) -> None:
    page = f"/justifications/recoveries/{made.claims[0]}"
    director = client(made.office.around, made.office.people["authorising_officer"])
    fields = fields_of(director.get(page).text, f"{page}/deduct") | {"disbursement_id": str(made.payments[1])}
    assert fields["amount"].replace("\u202f", "").replace("\xa0", "").replace(" ", "") == str(OWED)
    short = director.submit(f"{page}/deduct", fields | {"reason": "non"})
    assert short.status_code == 422 and "non" in short.text
    assert director.submit(f"{page}/deduct", fields | {"reason": WHY}).status_code == 303
    assert "attend le paiement" in text_of(director.get(page).text)
    shown = text_of(director.get(f"/disbursements/{made.payments[1]}").text)
    assert "compensation CP-2026-00001" in shown and "600 000" in shown
    other = client(made.office.around, made.office.people["accountant"])
    assert other.submit(f"{page}/deduct", fields | {"reason": WHY}).status_code == 403


def race_scene(around: Surroundings) -> dict[str, Any]:
    """A claim and two payments liquidated, where the whole claim fits in either."""
    place = office(around.database, around.data_dir)
    made = scene(place)
    return {"people": place.people, "claim": made.claims[0], "payment": made.payments[1]}


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_deductions_take_a_claim_once(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "deduct", race_scene):
        fields = {"disbursement_id": str(copy.ids["payment"]), "amount": str(OWED), "reason": WHY}
        address = f"/justifications/recoveries/{copy.ids['claim']}/deduct"
        one_wins(copy.crowd(copy.ids["people"]["authorising_officer"], address, lambda _at, f=fields: f))
        held(copy, OWED)


def ordered_scene(around: Surroundings) -> dict[str, Any]:
    """A payment ordered, from which the whole claim is to be taken."""
    place = office(around.database, around.data_dir)
    made = scene(place)
    assert deduct(made)[0]
    for verb in CHAIN[1:-1]:
        assert made.on_payment(WHO[verb], verb, 1)[0], verb
    return {"people": place.people, "bank": place.bank, "way": made.payments[1]}


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_payments_set_a_claim_off_once(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "set_off", ordered_scene):
        copy.race("recovery:set_off", "accountant", f"/disbursements/{copy.ids['way']}/pay", seen(copy) | {
            "treasury_account_id": str(copy.ids["bank"]), "payment_reference": "VIR-78", "paid_on": "22/11/2026", "fee": "0"})
        copy.done()


def held(copy: Scene, amount: int) -> None:
    with copy.around.database.session(readonly=True) as session:
        assert session.scalars(select(Recovery.held_minor)).one() == amount
        assert session.scalars(select(Disbursement.deducted_minor).where(Disbursement.id == copy.ids["payment"])).one() == amount
        session.rollback()
