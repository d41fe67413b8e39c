"""The institution's own accounts: opened once, moved between only through « virements internes », with fees as an expense of their own (R5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portfolio.funds.forms import AccountForm, FeeForm, MoveForm
from portfolio.funds.models import Donor, Fund, TreasuryAccount
from portfolio.funds.service.cash import charge_fee, put, take
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.ledger.service import Dims
from portfolio.work import Work


def create_account(work: Work, form: AccountForm) -> TreasuryAccount:
    """Open an account of the institution. Invalid when the code is taken."""
    if work.db.scalar(select(TreasuryAccount.id).where(TreasuryAccount.code == form.code)):
        raise Invalid([FieldError("code", _("This code is already taken. Choose another."))])
    if form.fund_id is not None and work.db.get(Fund, form.fund_id) is None:
        raise Invalid([FieldError("fund_id", _("Choose one of the answers proposed."))])
    account = TreasuryAccount(
        code=form.code,
        label=form.label,
        kind=form.kind,
        fund_id=form.fund_id,
        holder=form.holder,
        number=form.number,
        ceiling_minor=form.ceiling,
        amount_currency="XOF",
    )
    return work.create(account, "treasury:created", permission="treasury:manage", data={"code": form.code})


def _chosen(work: Work, fund_id: int, **accounts: int) -> tuple[Fund, list[TreasuryAccount]]:
    fund = work.db.get(Fund, fund_id)
    found = {name: work.db.get(TreasuryAccount, number) for name, number in accounts.items()}
    errors = [
        FieldError(name, _("Choose one of the answers proposed."))
        for name, thing in {"fund_id": fund, **found}.items()
        if thing is None
    ]
    if errors or fund is None:
        raise Invalid(errors)
    return fund, [account for account in found.values() if account is not None]


def _dims(work: Work, fund: Fund, account: TreasuryAccount) -> Dims:
    donor = work.db.get_one(Donor, fund.donor_id)
    return Dims(exercice=work.today.year, donor=donor.code, fund=fund.code, treasury=account.code)


def move_money(work: Work, form: MoveForm) -> None:
    """Move a fund's money between two accounts of the institution (supply the float, fill petty cash). Refused as payments are."""
    fund, accounts = _chosen(work, form.fund_id, source_id=form.source_id, target_id=form.target_id)
    source, target = accounts
    if source.id == target.id:
        raise Invalid([FieldError("target_id", _("Choose two different accounts."))])
    work.require("treasury:manage", source)
    for account in sorted(accounts, key=lambda a: a.id):
        work.hold(account)
    take(work, source, fund, form.amount)
    put(work, target, fund, form.amount)
    data = {"to": target.code, "fund": fund.code, "amount_minor": form.amount}
    work.record("money:moved", source, data=data, reason=form.reason)
    for key, account in (("money:moved#out", source), ("money:moved#in", target)):
        work.post(
            key,
            account,
            {"amount": form.amount},
            _dims(work, fund, account),
            treasury=account.kind,
            reason=form.reason,
        )


def move_back(work: Work, fund: Fund, source: TreasuryAccount, target: TreasuryAccount, amount: int) -> None:
    """Undo a move between two accounts: what `target` got goes back to `source`. Refused when it is not there any more.

    Called by the contre-passation alone, which posts the entries."""
    for account in sorted((source, target), key=lambda a: a.id):
        work.hold(account)
    take(work, target, fund, amount)
    put(work, source, fund, amount)


def record_fee(
    work: Work, form: FeeForm, *, document: str | None = None, value_on: date | None = None
) -> None:
    """A fee that stands on the statement outside any payment (account keeping); `document` and `value_on` are the statement's line."""
    fund, (account,) = _chosen(work, form.fund_id, treasury_account_id=form.treasury_account_id)
    fund = work.hold(
        fund
    )  # before the account, as payments and receipts do: no two wait for each other (C08)
    account = work.hold(account)
    work.require("treasury:manage", account)
    charge_fee(work, fund, account, form.amount)
    data = {"fund": fund.code, "amount_minor": form.amount}
    work.record("treasury:fee_charged", account, data=data, reason=form.reason)
    work.post(
        "treasury:fee_charged",
        account,
        {"amount": form.amount},
        _dims(work, fund, account),
        treasury=account.kind,
        reason=form.reason,
        document=document,
        value_on=value_on,
    )
