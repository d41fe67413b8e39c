"""Payments to one payee over a rolling window: an amount cut in pieces counts whole (J5, M11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select

from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import Band, band_of
from portfolio.groups.models import GroupAccount
from portfolio.kit.text import number_key
from portfolio.procurement.models import SupplierAccount
from portfolio.work import Work


@dataclass(frozen=True)
class Pieces:
    """What the payee was ordered or paid in the window, this payment included, in minor units; the band it falls in; the other payments."""

    total: int
    band: Band
    others: tuple[str, ...]
    split: bool
    """True when no single payment reaches the band that all of them reach together: it looks like a splitting."""


def same_payee(d: Disbursement) -> ColumnElement[bool]:
    """Paid to the same group or supplier, on whichever of their accounts; or on an account that this payee holds, however its number is
    written there; or to another that holds one of them: neither a second account nor a second name cuts a sum in two (M11)."""
    mine: ColumnElement[bool] = (
        Disbursement.supplier_id == d.supplier_id
        if d.supplier_id
        else and_(Disbursement.group_id == d.group_id, Disbursement.supplier_id.is_(None))
    )
    held = (
        select(SupplierAccount.number_key).where(
            SupplierAccount.supplier_id == d.supplier_id, SupplierAccount.status != "retired"
        )
        if d.supplier_id
        else select(GroupAccount.number_key).where(
            GroupAccount.group_id == d.group_id, GroupAccount.status != "retired"
        )
    )
    used = number_key(d.account_number, d.country)

    def same(account: type[GroupAccount] | type[SupplierAccount]) -> ColumnElement[bool]:
        return or_(account.number_key == used if used else false(), account.number_key.in_(held))

    groups, suppliers = same(GroupAccount), same(SupplierAccount)
    return or_(
        mine,
        Disbursement.account_number == d.account_number if d.account_number else false(),
        Disbursement.account_id.in_(select(GroupAccount.id).where(groups)),
        Disbursement.supplier_account_id.in_(select(SupplierAccount.id).where(suppliers)),
        and_(
            Disbursement.supplier_id.is_(None),
            Disbursement.group_id.in_(
                select(GroupAccount.group_id).where(groups, GroupAccount.status != "retired")
            ),
        ),
        Disbursement.supplier_id.in_(
            select(SupplierAccount.supplier_id).where(suppliers, SupplierAccount.status != "retired")
        ),
    )


def within(since: datetime) -> ColumnElement[bool]:
    """Ordered and not paid yet, however long ago, for it may be paid any day; or sent or paid since: an order that has waited does not leave the
    window before its money does (M11)."""
    return or_(
        Disbursement.status == "ordered",
        and_(
            Disbursement.status.in_(("sent", "paid")),
            or_(
                Disbursement.ordered_at >= since, Disbursement.sent_at >= since, Disbursement.paid_at >= since
            ),
        ),
    )


def pieces(work: Work, d: Disbursement) -> Pieces:
    """The payments to the same payee that wait, or were ordered, sent or paid in the window of its band; one query."""
    window = band_of(0, work.today).payee_days
    since = work.now - timedelta(days=window)
    rows = work.db.execute(
        select(Disbursement.reference, Disbursement.amount_minor).where(
            same_payee(d), Disbursement.id != d.id, within(since)
        )
    ).all()
    total = d.amount_minor + sum(int(r[1]) for r in rows)
    found = band_of(total, work.today)
    largest = max([d.amount_minor, *(int(r[1]) for r in rows)])
    return Pieces(total, found, tuple(r[0] for r in rows), band_of(largest, work.today) != found)
