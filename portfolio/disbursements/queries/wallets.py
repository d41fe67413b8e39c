"""What one wallet was sent or paid over some days, whatever the group, the grant or the batch (J10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, func, or_, select

from portfolio.disbursements.models import Disbursement
from portfolio.work import Work


def received_minor(work: Work, number: str, first: date, last: date, without: list[int]) -> int:
    """What left for a wallet between two days, both counted, without some payments: by date of value, or of sending while it is on its way."""
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    statement = select(func.coalesce(func.sum(Disbursement.net_minor), 0)).where(
        Disbursement.account_number == number,
        Disbursement.account_kind == "mobile",
        Disbursement.id.not_in(without),
        or_(
            and_(Disbursement.status == "paid", Disbursement.paid_on >= first, Disbursement.paid_on <= last),
            and_(Disbursement.status == "sent", Disbursement.sent_at >= start, Disbursement.sent_at < end),
        ),
    )
    return int(work.db.execute(statement).scalar_one())
