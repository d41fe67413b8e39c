"""Confirmed money is corrected: a receipt, a transfer between accounts, a refund to the donor, a write-off; and each contre-passation leaves its
letter with both entries (M07, institution.md 3, moment 6)."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.desk.pdf import reversals as letter
from portfolio.desk.service import ledger as service
from portfolio.desk.verify import verify
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.funds import queries
from portfolio.funds import service as money
from portfolio.funds.forms import AccountForm, CallForm, MoveForm, ReceiptForm, RefundForm, RefundPaidForm
from portfolio.funds.models import DonorRefund, Fund, FundCall, MoneyReceipt, TreasuryAccount
from portfolio.justifications import service as reports
from portfolio.justifications.forms import WriteOffForm
from portfolio.justifications.models import Recovery
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import codes, lived, posting
from tests.justifications.grants import J, Office, grant

END = date(2027, 3, 31)
WHY = "Encaissé sur le mauvais compte"


def whole(place: Office) -> None:
    with place.database.session(readonly=True) as session:
        assert verify(session) == []


def last(place: Office, event: str) -> int:
    with place.database.session(readonly=True) as session:
        return max(int(r["posting"]) for r in ledger.walk(session) if r["event"] == event)


def received(place: Office, amount: int, reference: str, call: int | None = None) -> int:
    with place.as_("cashier") as work:
        number = money.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference=reference, donor_amount=amount,
            donor_currency="XOF", amount=amount, fund_call_id=call)).id  # fmt: skip
    with place.as_("accountant") as work:
        money.confirm(work, work.db.get_one(MoneyReceipt, number))
    return int(number)


def stands(place: Office) -> tuple[int, int]:
    """What the fund received, and what the bank holds."""
    with place.database.session(readonly=True) as session:
        return session.get_one(Fund, place.fund).received_minor, session.get_one(TreasuryAccount, place.bank).balance_minor


def reverse(place: Office, event: str, why: str = WHY) -> None:
    act = last(place, event)
    with place.as_("accountant") as work:
        service.reverse(work, act, why)


@pytest.mark.both_engines
def test_a_receipt_confirmed_by_mistake_is_reversed_and_recorded_again(place: Office) -> None:
    before = stands(place)
    wrong = received(place, 900_000, "VIR-9")
    reverse(place, "money_receipt:confirmed")
    assert stands(place) == before
    with place.as_("accountant", readonly=True) as work:
        assert work.db.get_one(MoneyReceipt, wrong).status == "voided"
    received(place, 90_000, "VIR-9")  # the same bank reference, at the right amount
    assert stands(place) == (before[0] + 90_000, before[1] + 90_000)
    whole(place)


@pytest.mark.both_engines
def test_money_already_spent_or_moved_is_not_taken_back(place: Office) -> None:
    grant(place, paid=1)
    only = last(place, "money_receipt:confirmed")
    with place.as_("accountant", commit=False) as work:
        assert codes(lambda: service.reverse(work, only, WHY)) == ["already_spent"]
    received(place, 5_000_000, "VIR-9")
    with place.as_("accountant") as work:
        till = money.create_account(work, AccountForm(code="CAISSE", label="Menue caisse", kind="cash", fund_id=place.fund)).id
        held = work.db.get_one(TreasuryAccount, place.bank).balance_minor
        money.move_money(work, MoveForm(fund_id=place.fund, source_id=place.bank, target_id=till, amount=held - 1, reason="Approvisionner"))
    with place.as_("accountant", commit=False) as work:
        assert codes(lambda: service.reverse(work, last(place, "money_receipt:confirmed"), WHY)) == ["treasury_short"]
    whole(place)


@pytest.mark.both_engines
def test_a_transfer_goes_back_whole_from_either_of_its_two_acts(place: Office) -> None:
    with place.as_("accountant") as work:
        till = money.create_account(work, AccountForm(code="CAISSE", label="Menue caisse", kind="cash", fund_id=place.fund)).id
        other = money.create_account(work, AccountForm(code="BIS", label="Banque bis", kind="bank", fund_id=place.fund)).id
    before = stands(place)
    for first in (True, False):
        with place.as_("accountant") as work:
            money.move_money(work, MoveForm(fund_id=place.fund, source_id=place.bank, target_id=till, amount=250_000, reason="Approvisionner"))
        act = last(place, "money:moved") - first
        with place.as_("accountant") as work:
            service.reverse(work, act, WHY)
        assert stands(place) == before
        with place.as_("accountant", commit=False) as work:
            assert codes(lambda n=act: service.reverse(work, n, WHY)) == ["already_reversed"]
            assert ledger.net(work.db, ["585"]) == 0
    with place.as_("accountant") as work:
        money.move_money(work, MoveForm(fund_id=place.fund, source_id=place.bank, target_id=till, amount=250_000, reason="Approvisionner"))
        money.move_money(work, MoveForm(fund_id=place.fund, source_id=till, target_id=other, amount=1, reason="Vider la caisse"))
    with place.as_("accountant", commit=False) as work:
        used = last(place, "money:moved") - 2
        assert codes(lambda: service.reverse(work, used, WHY)) == ["treasury_short"]
    whole(place)


@pytest.mark.both_engines
def test_a_refund_to_the_donor_that_came_back_is_approved_again(place: Office) -> None:
    before = stands(place)
    with place.as_("programme_head") as work:
        number = money.propose_refund(work, work.db.get_one(Fund, place.fund), RefundForm(
            treasury_account_id=place.bank, amount=1_000, reason="Reliquat, accord échu")).id
    with place.as_("authorising_officer") as work:
        money.approve_refund(work, work.db.get_one(DonorRefund, number))
    paid = RefundPaidForm(bank_reference="VIR-R1", paid_on=J.date())
    with place.as_("accountant") as work:
        money.pay_refund(work, work.db.get_one(DonorRefund, number), paid)
    reverse(place, "donor_refund:paid", "Virement rejeté par la banque du bailleur")
    assert stands(place) == before
    whole(place)
    with place.as_("accountant") as work:
        refund = work.db.get_one(DonorRefund, number)
        assert (refund.status, refund.bank_reference, refund.paid_by_id) == ("approved", None, None)
        money.pay_refund(work, refund, paid)
    whole(place)


@pytest.mark.both_engines
def test_a_call_awaits_again_the_money_of_a_receipt_reversed(place: Office) -> None:
    grant(place, name="Union des producteurs", tranches=(70_000_000,), paid=0, conditions=(), budget=(("Barrage", 70_000_000),))
    with place.as_("accountant") as work:
        fund = work.db.get_one(Fund, place.fund)
        need = queries.need(work, fund, END)["need"]
        call = money.draft_call(work, fund, CallForm(
            treasury_account_id=place.bank, until_on=END, wanted_on=J.date() + timedelta(days=30),
            purpose="Deuxièmes tranches", donor_amount=need, donor_currency="XOF", amount=need)).id  # fmt: skip
    with place.as_("authorising_officer") as work:
        money.send_call(work, work.db.get_one(FundCall, call))

    def said() -> tuple[str, int]:
        with place.as_("accountant", readonly=True) as work:
            found = work.db.get_one(FundCall, call)
            return found.status, found.received_minor

    received(place, 400_000, "VIR-A", call)
    received(place, need - 400_000, "VIR-B", call)
    assert said() == ("received", need)
    reverse(place, "money_receipt:confirmed")
    assert said() == ("partly_received", 400_000)
    whole(place)
    with place.as_("accountant") as work:
        first = next(e.posting for e in ledger.entries_of(work.db, "money_receipt", 2))
        service.reverse(work, first, WHY)
    assert said() == ("sent", 0)
    whole(place)


@pytest.mark.both_engines
def test_a_claim_written_off_by_mistake_is_owed_again(place: Office) -> None:
    _made, _number, order = lived(place)
    with place.as_("accountant") as work:
        recovery = work.db.get_one(Recovery, order)
        recovery.write_off_proposed_by_id, recovery.write_off_act = work.actor.id, "Décision n° 7"
    with place.as_("authorising_officer") as work:
        reports.write_off(work, work.db.get_one(Recovery, order), WriteOffForm(reason="Groupement dissous"))
    reverse(place, "recovery:written_off", "Le groupement n'est pas dissous")
    with place.as_("accountant", readonly=True) as work:
        found = work.db.get_one(Recovery, order)
        assert (found.status, found.written_off_minor, found.collected_minor) == ("issued", 0, 300_000)
        assert found.write_off_proposed_by_id is None
    whole(place)


def test_the_letter_of_a_reversal_prints_both_entries_and_the_page_shows_it(place: Office) -> None:
    received(place, 900_000, "VIR-9")
    act = last(place, "money_receipt:confirmed")
    comptable = client(place.around, place.people["accountant"])
    page = comptable.get(f"/ledger/acts/{act}").text
    assert f'action="/ledger/acts/{act}/reverse"' in page and "Décision de contre-passation" not in page
    assert comptable.submit(f"/ledger/acts/{act}/reverse", {"reason": WHY}).status_code == 303
    with place.as_("accountant", readonly=True) as work:
        paper = work.db.scalars(select(Paper).where(Paper.kind == "reversal")).one()
        entry = ledger.act(work.db, act)[0]
        back = ledger.reversals_of(work.db, [entry.seq])[entry.seq]
        content = documents.bytes_of(work, paper)
        assert documents.witness(paper.facts)[0] >= back.seq  # type: ignore[index]
    said = re.sub(r"\s+", " ", " ".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages)).replace("\u202f", " ")
    for words in ("CONTRE-PASSATION", WHY, f" {entry.seq} ", f" {back.seq} ", "900 000", "Contre-passé par", "neuf cent mille", "Encaissement|Fonds reçus"):
        assert any(each in said for each in words.split("|")), (words, said)
    for number in (act, back.posting):
        shown = comptable.get(f"/ledger/acts/{number}").text
        assert paper.reference in shown and f"/documents/papers/{paper.id}" in shown
    assert comptable.get(f"/documents/papers/{paper.id}").status_code == 200
    assert posting(place, "money_receipt:confirmed") != act


def test_the_letter_says_the_money_of_the_act_once() -> None:
    """907 and 409 tell one payment twice: the sum that is written in words is that of the money."""
    rows = [{"debit": "907 Paiements", "amount_minor": 2_623_500}, {"debit": "409 Avances à justifier", "amount_minor": 2_623_500}]
    assert letter.sum_of(rows) == 2_623_500 and letter.sum_of(rows[:1]) == 2_623_500
