"""Funds with credits and cash, made by the room's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portfolio.actor import Actor
from portfolio.funds import service
from portfolio.funds.forms import AccountForm, DonorForm, FundForm, LineForm, ReceiptForm
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.kit.db import Database
from portfolio.work import Work
from tests.documents.makers import person, work_of


@dataclass
class Office:
    """A database with the people who prepare, open, receive and confirm."""

    database: Database
    folder: Path
    head: Actor
    director: Actor
    cashier: Actor
    accountant: Actor

    def work(self, actor: Actor, *, readonly: bool = False) -> Work:
        return work_of(self.database, self.folder, actor, readonly=readonly)


def office(database: Database, folder: Path) -> Office:
    people = [person(database, role) for role in ("programme_head", "authorising_officer", "cashier", "accountant")]
    return Office(database, folder, *people)


def fund(place: Office, code: str = "F1", amount: int = 262_382_800, *, opened: bool = True) -> int:
    work = place.work(place.head)
    donor = service.create_donor(work, DonorForm(code=f"D-{code}", name="Coopération de Norlande"))
    made = service.create_fund(work, FundForm(
        code=code, name="Cohésion et relèvement", donor_id=donor.id, donor_amount=amount, donor_currency="XOF", amount=amount,
        starts_on=date(2025, 1, 1)))
    work.commit()
    if opened:
        work = place.work(place.director)
        service.validate(work, work.db.get_one(Fund, made.id))
        work.commit()
    return made.id


def line(place: Office, fund_id: int, amount: int = 1_000_000, code: str = "F1-2026-01", *, voted: bool = True) -> int:
    work = place.work(place.head)
    made = service.create_line(work, work.db.get_one(Fund, fund_id), LineForm(
        code=code, label="Appel AAP-2026-01", exercice=2026, amount=amount))
    work.commit()
    if voted:
        work = place.work(place.director)
        service.vote(work, work.db.get_one(BudgetLine, made.id))
        work.commit()
    return made.id


def account(place: Office, fund_id: int | None, code: str = "BQ-F1", kind: str = "bank", ceiling: int | None = None) -> int:
    work = place.work(place.accountant)
    made = service.create_account(work, AccountForm(code=code, label=f"Compte {code}", kind=kind, fund_id=fund_id, ceiling=ceiling))  # type: ignore[arg-type]
    work.commit()
    return made.id


def receipt(place: Office, fund_id: int, account_id: int, amount: int, reference: str = "VIR-1", *, confirmed: bool = True) -> int:
    work = place.work(place.cashier)
    try:
        made = service.record_receipt(work, ReceiptForm(
            fund_id=fund_id, treasury_account_id=account_id, received_on=date(2026, 1, 15), bank_reference=reference, donor_amount=amount,
            amount=amount))
        work.commit()
    finally:
        work.undo()
        work.close()
    if confirmed:
        work = place.work(place.accountant)
        service.confirm(work, work.db.get_one(type(made), made.id))
        work.commit()
    return made.id


def things(work: Work, fund_id: int, line_id: int, account_id: int) -> tuple[Fund, BudgetLine, TreasuryAccount]:
    return work.db.get_one(Fund, fund_id), work.db.get_one(BudgetLine, line_id), work.db.get_one(TreasuryAccount, account_id)
