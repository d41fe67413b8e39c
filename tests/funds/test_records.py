"""Funds, credits and receipts pass from hand to hand, and the ledger says the same as the guards (R2, R5, R12, M08)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from portfolio.desk.verify import verify
from portfolio.funds import queries, service
from portfolio.funds.forms import AccountForm, DonorForm, FeeForm, FundForm, MoveForm, ReceiptForm
from portfolio.funds.models import BudgetLine, Fund, MoneyReceipt, TreasuryAccount
from portfolio.funds.reference import parity
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.kit.money import MoneyError
from portfolio.ledger import queries as ledger
from tests.funds.makers import Office, account, fund, line, office, receipt


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Office:
    return office(database, tmp_path)


def euros(code: object = "F1", **changes: object) -> FundForm:
    given: dict[str, object] = {
        "code": code, "name": "Cohésion", "donor_id": 1, "donor_amount": "400 000", "donor_currency": "EUR",
        "rate_text": "655,957 (parité fixe)", "amount": "262 382 800", "starts_on": "01/01/2025"}
    return FundForm.model_validate(given | changes)


@pytest.mark.both_engines
def test_the_ledger_and_the_guards_agree(place: Office) -> None:
    fund_id = fund(place)
    bank, float_, till = account(place, fund_id), account(place, None, "FLOTTE", "mobile"), account(place, None, "CAISSE", "cash", 300_000)
    receipt(place, fund_id, bank, 157_429_680)
    line(place, fund_id, 105_000_000)
    work = place.work(place.accountant)
    service.move_money(work, MoveForm(fund_id=fund_id, source_id=bank, target_id=float_, amount=2_000_000, reason="Approvisionner la flotte"))
    service.move_money(work, MoveForm(fund_id=fund_id, source_id=bank, target_id=till, amount=300_000, reason="Approvisionner la caisse"))
    service.record_fee(work, FeeForm(fund_id=fund_id, treasury_account_id=bank, amount=11_800, reason="Tenue de compte de mars"))
    work.commit()
    assert queries.drift(work.db) == [] and ledger.check(work.db) is None
    total = queries.totals(work.db)["F1"]
    assert (total.voted, total.received, total.cash) == (105_000_000, 157_429_680, 157_417_880)
    balances = {a.code: a.balance_minor for a, _f in queries.accounts(work)}
    assert balances == {"BQ-F1": 155_117_880, "FLOTTE": 2_000_000, "CAISSE": 300_000}
    assert ledger.net(work.db, ["585"]) == 0
    work.db.execute(update(TreasuryAccount).where(TreasuryAccount.id == bank).values(balance_minor=1))
    [drift] = queries.drift(work.db)
    assert (drift.code, drift.column, drift.stored, drift.derived) == ("BQ-F1", "balance_minor", 1, 155_117_880)
    work.close()


def test_available_is_the_smaller_of_credits_and_cash(place: Office) -> None:
    fund_id = fund(place, "F2", 71_808_000)
    receipt(place, fund_id, account(place, fund_id, "BQ-F2"), 35_904_000)
    line(place, fund_id, 60_000_000, "F2-01")
    work = place.work(place.director, readonly=True)
    total = queries.totals(work.db)["F2"]
    assert (total.credits, total.cash, total.available, total.waits_for_cash) == (60_000_000, 35_904_000, 35_904_000, 24_096_000)
    work.close()


def test_credits_stay_within_the_donor_agreement(place: Office) -> None:
    fund_id = fund(place, amount=100)
    line(place, fund_id, 60, "LA")
    second = line(place, fund_id, 41, "LB", voted=False)
    work = place.work(place.director)
    with pytest.raises(Refused) as caught:
        service.vote(work, work.db.get_one(BudgetLine, second))
    assert [(r.code, r.missing_minor) for r in caught.value.refusals] == [("above_agreement", 1)]
    work.close()


def test_nobody_confirms_alone(place: Office) -> None:
    """The author of a fund, a line or a receipt is never its second person (M09)."""
    fund_id = fund(place)
    bank = account(place, fund_id)
    work = place.work(place.accountant)
    made = service.record_receipt(work, ReceiptForm(
        fund_id=fund_id, treasury_account_id=bank, received_on=date(2026, 1, 1), bank_reference="VIR-7", donor_amount=5, amount=5))
    with pytest.raises(Refused, match="four_eyes"):
        service.confirm(work, made)
    work.undo()
    number = receipt(place, fund_id, bank, 5, "VIR-8", confirmed=False)
    work = place.work(place.cashier)
    with pytest.raises(Forbidden):
        service.confirm(work, work.db.get_one(MoneyReceipt, number))
    work.close()


def test_money_recorded_cannot_be_spent_before_it_is_confirmed(place: Office) -> None:
    fund_id = fund(place)
    bank = account(place, fund_id)
    receipt(place, fund_id, bank, 500, confirmed=False)
    work = place.work(place.director)
    with pytest.raises(Refused, match="cash_missing"):
        service.charge_fee(work, work.db.get_one(Fund, fund_id), work.db.get_one(TreasuryAccount, bank), 1)
    work.close()


def test_one_bank_reference_counts_once(place: Office) -> None:
    fund_id = fund(place)
    bank = account(place, fund_id)
    receipt(place, fund_id, bank, 500)
    with pytest.raises(Refused, match="already_recorded"):
        receipt(place, fund_id, bank, 500)
    with pytest.raises(Refused, match="above_agreement"):
        receipt(place, fund_id, bank, 262_382_800, "VIR-2")


def test_the_amount_is_the_donors_at_the_rate(place: Office) -> None:
    assert euros("F1").donor_minor == 40_000_000
    euros("F1").check_rate()
    for changes, field in (({"amount": "262 382 801"}, "amount"), ({"rate_text": "parité"}, "rate_text"), ({"donor_amount": "abc"}, "donor_amount"),
                           ({"donor_amount": "0"}, "donor_amount"), ({"donor_currency": "XOF"}, "amount")):
        with pytest.raises(Invalid) as caught:
            euros("F1", **changes).check_rate()
        assert [e.field for e in caught.value.errors] == [field]


def test_a_fund_is_told_what_is_wrong(place: Office) -> None:
    fund(place)
    work = place.work(place.head)
    for changes, field in (({"code": "F1"}, "code"), ({"donor_id": 99}, "donor_id"), ({"ends_on": "31/12/2024"}, "ends_on")):
        with pytest.raises(Invalid) as caught:
            service.create_fund(work, euros(**{"code": "F9", **changes}))
        assert [e.field for e in caught.value.errors] == [field]
    with pytest.raises(Invalid):
        service.create_donor(work, DonorForm(code="D-F1", name="Autre"))
    work.undo()
    work = place.work(place.cashier)
    with pytest.raises(Forbidden):
        service.create_donor(work, DonorForm(code="ZZ", name="Autre"))
    with pytest.raises(Forbidden):
        service.create_account(work, AccountForm(code="ZZ", label="Autre", kind="bank"))
    work.close()


def test_a_fund_closes_when_nothing_waits(place: Office) -> None:
    fund_id = fund(place)
    line_id = line(place, fund_id)
    work = place.work(place.director)
    service.reserve(work, work.db.get_one(BudgetLine, line_id), 10)
    with pytest.raises(Refused, match="still_reserved"):
        service.close(work, work.db.get_one(Fund, fund_id), "Convention du bailleur échue")
    service.commit_reserved(work, work.db.get_one(BudgetLine, line_id), 10)
    with pytest.raises(Refused, match="still_to_pay"):
        service.close(work, work.db.get_one(Fund, fund_id), "Convention du bailleur échue")
    service.uncommit(work, work.db.get_one(BudgetLine, line_id), 10)
    service.close(work, work.db.get_one(Fund, fund_id), "Convention du bailleur échue")
    work.commit()
    assert work.db.get_one(Fund, fund_id).status == "closed"
    work.close()


def test_a_voided_receipt_frees_its_amount(place: Office) -> None:
    fund_id = fund(place, amount=1000)
    bank = account(place, fund_id)
    number = receipt(place, fund_id, bank, 1000, confirmed=False)
    work = place.work(place.accountant)
    service.void(work, work.db.get_one(MoneyReceipt, number), "Saisi deux fois par erreur")
    work.commit()
    receipt(place, fund_id, bank, 1000, "VIR-2")
    work.close()


def test_dimensions_and_choices(place: Office) -> None:
    fund_id = fund(place)
    line_id = line(place, fund_id)
    bank, till = account(place, fund_id, "ZZ"), account(place, None, "AA", "cash")
    work = place.work(place.director, readonly=True)
    dims = queries.dims(work, queries.line(work, line_id))
    assert (dims.exercice, dims.donor, dims.fund, dims.line) == (2026, "D-F1", "F1", "F1-2026-01")
    assert [a.id for a in queries.treasury_options(work, queries.fund(work, fund_id))] == [bank, till]
    assert [n for n, _label in queries.line_options(work)] == [line_id]
    work.close()


def test_a_parity_that_a_text_fixes_is_no_choice() -> None:
    """M20: the euro's rate is a dated row with its source; a currency that floats takes the rate that was typed."""
    assert parity("EUR", date(2026, 3, 1)) is not None and parity("EUR", date(1998, 12, 31)) is None and parity("USD", date(2026, 3, 1)) is None
    for rate, amount in (("655,96", "262 384 000"), ("650", "260 000 000")):
        with pytest.raises(Invalid) as caught:
            euros("F1", rate_text=rate, amount=amount).check_rate()
        assert [e.field for e in caught.value.errors] == ["rate_text"] and "98/683/CE" in caught.value.errors[0].message
    euros("F1", donor_currency="USD", rate_text="598,40 (BCEAO)", amount="239 360 000").check_rate()


@pytest.mark.both_engines
def test_the_francs_of_a_receipt_are_what_its_own_rate_gives(place: Office) -> None:
    """M20: recomputed = stored; the check of the books names the receipt whose francs, rate, amount or currency were changed (M02)."""
    fund(place, "F0")
    work = place.work(place.head)
    fund_id = service.create_fund(work, euros()).id
    work.commit()
    work.close()
    work = place.work(place.director)
    service.validate(work, work.db.get_one(Fund, fund_id))
    work.commit()
    work.close()
    bank = account(place, fund_id)
    work = place.work(place.cashier)
    made = service.record_receipt(work, ReceiptForm(
        fund_id=fund_id, treasury_account_id=bank, received_on=work.today, bank_reference="SWIFT-1", donor_amount="1 234,57",
        donor_currency="EUR", rate_text="655,957", rate_source="Parité fixe", amount=809_825)).id  # fmt: skip
    work.commit()
    assert queries.miscounted(work.db) == []
    for column, value in (("amount_minor", 809_827), ("rate_text", "656"), ("donor_minor", 123_458), ("rate_text", ""), ("donor_currency", "USD")):
        work.db.execute(update(MoneyReceipt).where(MoneyReceipt.id == made).values({column: value}))
        work.db.expire_all()
        assert [r.id for r in queries.miscounted(work.db)] == [made], column
        assert any(made_words in w for w in verify(work.db) for made_words in ("Encaissement", "Receipt"))
        work.db.rollback()
    work.close()


def test_a_fund_says_what_the_exchange_gave_or_took() -> None:
    """M20: on the page of the fund, beside what came in the donor's own currency."""
    of = Fund(amount_minor=71_808_000, granted_minor=12_000_000, granted_currency="USD")

    def came(*amounts: tuple[int, int, str]) -> tuple[int, int]:
        return queries.exchange_gap(of, [MoneyReceipt(donor_minor=d, donor_currency="USD", amount_minor=a, status=s) for d, a, s in amounts])

    assert came((6_000_000, 35_904_000, "confirmed")) == (6_000_000, 0)
    assert came((6_000_000, 36_000_000, "confirmed"), (100, 1, "recorded")) == (6_000_000, 96_000)
    assert came((6_000_000, 35_000_000, "confirmed"), (1, 6, "confirmed")) == (6_000_001, -904_000)
    assert came() == (0, 0)


def test_without_its_rate_checked_a_receipt_is_found_afterwards(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """M20's negative control: the form's check taken away, wrong francs are recorded; the check of the books names them all the same."""
    work = place.work(place.head)
    donor = service.create_donor(work, DonorForm(code="D-F1", name="Union")).id
    fund_id = service.create_fund(work, euros(donor_id=donor)).id
    work.commit()
    work.close()
    bank = account(place, fund_id)
    work = place.work(place.cashier)
    form = ReceiptForm(fund_id=fund_id, treasury_account_id=bank, received_on=work.today, bank_reference="SWIFT-9", donor_amount="100",
                       donor_currency="EUR", rate_text="655,957", rate_source="Parité fixe", amount=65_600)  # fmt: skip
    with pytest.raises(Invalid):
        service.record_receipt(work, form)
    monkeypatch.setattr(ReceiptForm, "check_rate", lambda _form: None)
    made = service.record_receipt(work, form)
    assert [r.id for r in queries.miscounted(work.db)] == [made.id]
    work.close()


def test_two_currencies_never_meet_in_a_guard(place: Office) -> None:
    """M02: a fund in francs is not charged by an account, nor by a line, in euros; the same move in francs goes through."""
    fund_id = fund(place)
    bank, line_id = account(place, fund_id), line(place, fund_id)
    receipt(place, fund_id, bank, 1_000)
    work = place.work(place.accountant)
    of, till, credit = work.db.get_one(Fund, fund_id), work.db.get_one(TreasuryAccount, bank), work.db.get_one(BudgetLine, line_id)
    till.amount_currency = credit.amount_currency = "EUR"
    for move in (lambda: service.charge_fee(work, of, till, 1), lambda: service.receive(work, of, till, 1), lambda: service.pay(work, credit, of, till, 1)):
        with pytest.raises(MoneyError):
            move()
    till.amount_currency = "XOF"
    service.charge_fee(work, of, till, 1)
    work.close()
