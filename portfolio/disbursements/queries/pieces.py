"""Payments to one payee over a rolling window: an amount cut in pieces counts whole (J5, M11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import Band, band_of
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
    """Paid to the same account, or to the same supplier or group on another one: a second account does not cut a sum in two (M11)."""
    mine = (
        Disbursement.supplier_id == d.supplier_id
        if d.supplier_id
        else and_(Disbursement.group_id == d.group_id, Disbursement.supplier_id.is_(None))
    )
    return or_(Disbursement.account_number == d.account_number, mine) if d.account_number else mine


def pieces(work: Work, d: Disbursement) -> Pieces:
    """The payments to the same payee that were ordered, sent or paid in the window of its band; one query."""
    window = band_of(0, work.today).payee_days
    since = work.now - timedelta(days=window)
    rows = work.db.execute(
        select(Disbursement.reference, Disbursement.amount_minor).where(
            same_payee(d),
            Disbursement.id != d.id,
            Disbursement.status.in_(("ordered", "sent", "paid")),
            Disbursement.ordered_at >= since,
        )
    ).all()
    total = d.amount_minor + sum(int(r[1]) for r in rows)
    found = band_of(total, work.today)
    largest = max([d.amount_minor, *(int(r[1]) for r in rows)])
    return Pieces(total, found, tuple(r[0] for r in rows), band_of(largest, work.today) != found)
