"""Calls for funds and refunds to donors: asked for what is foreseen, received to the franc, given back only when neither spent nor engaged (R5, R7)."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from portfolio.accounts.models import RoleAssignment
from portfolio.desk.verify import verify
from portfolio.funds import queries, service
from portfolio.funds.forms import CallForm, ReceiptForm, RefundForm, RefundPaidForm
from portfolio.funds.models import DonorRefund, Fund, FundCall, MoneyReceipt, TreasuryAccount
from portfolio.kit.errors import Forbidden, Refused
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import codes
from tests.justifications.grants import J, Office, grant

END = date(2027, 3, 31)
CASH = 60_000_000 - 1_780_000 - 2_500
NEED = 72_670_000 - CASH
"""Two tranches and one grant more to pay until the end of March, less the cash."""


def lived(place: Office) -> None:
    """2 670 000 left to pay on one grant, 70 000 000 on another; one tranche paid with its fee."""
    grant(place, paid=1)
    grant(place, name="Union des producteurs", tranches=(70_000_000,), paid=0, conditions=(), budget=(("Barrage", 70_000_000),))


def form(place: Office, amount: int, **more: object) -> CallForm:
    given = {"treasury_account_id": place.bank, "until_on": END, "wanted_on": J.date() + timedelta(days=30),
             "purpose": "Deuxièmes tranches de l'appel", "donor_amount": amount, "donor_currency": "XOF", "amount": amount}  # fmt: skip
    return CallForm(**{**given, **more})  # type: ignore[arg-type]


def draft(place: Office, amount: int, who: str = "accountant", **more: object) -> int:
    with place.as_(who) as work:
        return int(service.draft_call(work, work.db.get_one(Fund, place.fund), form(place, amount, **more)).id)


def send(place: Office, number: int, who: str = "authorising_officer") -> None:
    with place.as_(who) as work:
        service.send_call(work, work.db.get_one(FundCall, number))


def receive(place: Office, amount: int, call: int | None, reference: str) -> None:
    with place.as_("cashier") as work:
        number = service.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference=reference,
            donor_amount=amount, donor_currency="XOF", amount=amount, fund_call_id=call)).id  # fmt: skip
    with place.as_("accountant") as work:
        service.confirm(work, work.db.get_one(MoneyReceipt, number))


def standing(place: Office, number: int) -> tuple[str, int]:
    with place.as_("accountant", readonly=True) as work:
        call = work.db.get_one(FundCall, number)
        return call.status, call.received_minor


def whole(place: Office) -> list[str]:
    with place.database.session(readonly=True) as session:
        return verify(session)


@pytest.mark.both_engines
def test_a_call_asks_for_what_is_foreseen_and_is_received_to_the_franc(place: Office) -> None:
    lived(place)
    with place.as_("accountant", readonly=True) as work:
        need = queries.need(work, work.db.get_one(Fund, place.fund), END)
        assert need == {"foreseen": 72_670_000, "cash": CASH, "called": 0, "need": NEED}
        nothing = queries.need(work, work.db.get_one(Fund, place.fund), J.date())
        assert nothing["need"] == 0
    assert codes(lambda: draft(place, NEED + 1)) == ["above_need"]
    with pytest.raises(Forbidden):
        draft(place, NEED, "grants_officer")
    first, second = draft(place, NEED), draft(place, 1_000_000)
    with pytest.raises(Forbidden):
        send(place, first, "accountant")
    send(place, first)
    assert codes(lambda: send(place, second)) == ["above_need"], "the same francs are not asked twice"
    assert codes(lambda: draft(place, 1)) == ["above_need"]
    assert codes(lambda: receive(place, 1, second, "VIR-9")) == ["call_not_out"]
    receive(place, NEED - 400_000, first, "VIR-2")
    assert standing(place, first) == ("partly_received", NEED - 400_000)

    def cancel() -> None:
        with place.as_("authorising_officer") as work:
            service.cancel_call(work, work.db.get_one(FundCall, first), "Plus besoin")

    assert "answered" in codes(cancel)
    receive(place, 400_000, first, "VIR-3")
    assert standing(place, first) == ("received", NEED)
    assert codes(lambda: receive(place, 1, first, "VIR-4")) == ["call_not_out"]
    assert whole(place) == []


def propose(place: Office, amount: int, who: str = "programme_head") -> int:
    with place.as_(who) as work:
        given = RefundForm(treasury_account_id=place.bank, amount=amount, reason="Reliquat du fonds, accord échu")
        return int(service.propose_refund(work, work.db.get_one(Fund, place.fund), given).id)


def approve(place: Office, number: int, who: str = "authorising_officer") -> None:
    with place.as_(who) as work:
        service.approve_refund(work, work.db.get_one(DonorRefund, number))


def pay(place: Office, number: int, who: str = "accountant", reference: str = "VIR-R1") -> None:
    with place.as_(who) as work:
        service.pay_refund(work, work.db.get_one(DonorRefund, number), RefundPaidForm(bank_reference=reference, paid_on=work.today))


@pytest.mark.both_engines
def test_a_refund_is_of_three_people_and_never_of_what_is_engaged(place: Office) -> None:
    grant(place, paid=1)
    free = CASH - 2_670_000
    assert codes(lambda: propose(place, free + 1)) == ["above_free"]
    number, other = propose(place, free), propose(place, 1_000_000)
    with pytest.raises(Forbidden):
        approve(place, number, "programme_head")
    with pytest.raises(Refused):
        pay(place, number)
    approve(place, number)
    approve(place, other)
    with pytest.raises(Forbidden):
        pay(place, number, "authorising_officer")
    pay(place, number)
    assert codes(lambda: pay(place, other, "cashier", "VIR-R2")) == ["above_free"]
    with place.as_("external_auditor", readonly=True) as work:
        fund, bank = work.db.get_one(Fund, place.fund), work.db.get_one(TreasuryAccount, place.bank)
        assert fund.received_minor == 60_000_000 - free and bank.balance_minor == 2_670_000
        assert -ledger.net(work.db, ["165"]) == fund.received_minor
        assert ledger.net(work.db, ["521"]) == bank.balance_minor
    assert codes(lambda: pay(place, number)) == ["already_done"]
    assert whole(place) == []
    same = "UPDATE donor_refund SET approved_by_id = proposed_by_id"
    with place.database.session(readonly=False) as session, pytest.raises(IntegrityError):
        session.execute(text(same))


def test_who_proposed_does_not_pay(place: Office) -> None:
    number = propose(place, 1_000, "accountant")
    approve(place, number)
    assert codes(lambda: pay(place, number)) == ["four_eyes"]
    pay(place, number, "cashier")


def plain(answer: bytes) -> str:
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer)).pages)
    return re.sub(r"\s+", " ", re.sub(r"[\u202f\u00a0]", " ", words))


def test_the_pages_and_papers_of_a_call_and_of_a_refund(place: Office) -> None:
    lived(place)
    accountant, director = (client(place.around, place.people[r]) for r in ("accountant", "authorising_officer"))
    page = accountant.get(f"/funds/{place.fund}/calls/new?until=2027-03-31").text
    assert "72 670 000" in re.sub(r"[\u202f\u00a0]", " ", page)
    typed = {"treasury_account_id": str(place.bank), "until_on": "31/03/2027", "wanted_on": "01/01/2027", "purpose": "Deuxièmes tranches de l’appel",
             "donor_amount": "999 000 000", "donor_currency": "XOF", "amount": "999 000 000"}  # fmt: skip
    refused = accountant.submit(f"/funds/{place.fund}/calls", typed)
    assert refused.status_code == 409 and "de trop" in refused.text and "999" in refused.text
    made = accountant.submit(f"/funds/{place.fund}/calls", {**typed, "donor_amount": str(NEED), "amount": str(NEED)})
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    assert "/send" not in accountant.get(address).text
    assert director.submit(f"{address}/send").status_code == 303
    letter = director.get(f"{address}/letter")
    assert "Appels de fonds" in director.get(f"/funds/{place.fund}").text
    assert f"{NEED:,}".replace(",", " ") in plain(letter.content) and "APPEL DE FONDS" in plain(letter.content)
    asked = {"amount": "1 000", "treasury_account_id": str(place.bank), "reason": "Reliquat du fonds, accord échu"}
    refused = accountant.submit(f"/funds/{place.fund}/refunds", asked)
    assert refused.status_code == 409 and "ni dépensés ni engagés" in refused.text
    assert client(place.around, place.people["grants_officer"]).submit(f"/funds/{place.fund}/refunds", asked).status_code in (403, 404)


def delegated(place: Office) -> None:
    """The ordonnateur signs by delegation, up to 1 000 000."""
    given = {"kind": "delegation", "principal_id": RoleAssignment.person_id, "ceiling_minor": 1_000_000, "ends_on": date(2027, 12, 31)}
    with place.database.session(readonly=False) as session:
        session.execute(update(RoleAssignment).where(RoleAssignment.role == "authorising_officer").values(**given))
        session.commit()


def test_a_delegation_sends_no_call_above_its_ceiling(place: Office) -> None:
    """R10: the ceiling of the act holds for money asked from a donor, as for payments."""
    lived(place)
    below, above = draft(place, 1_000_000), draft(place, 1_000_001)
    delegated(place)
    assert codes(lambda: send(place, above)) == ["above_ceiling"]
    send(place, below)
    assert standing(place, below)[0] == "sent" and standing(place, above)[0] == "draft"


def test_a_delegation_approves_no_refund_above_its_ceiling(place: Office) -> None:
    grant(place, paid=1)
    below, above = propose(place, 1_000_000), propose(place, 1_000_001)
    delegated(place)
    assert codes(lambda: approve(place, above)) == ["above_ceiling"]
    approve(place, below)
