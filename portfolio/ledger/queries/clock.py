"""The server's clock against the books (C09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.kit.errors import Refusal
from portfolio.ledger.models import LedgerClock, LedgerEntry
from portfolio.ledger.service import clock_refusal


@dataclass(frozen=True)
class Stand:
    """The last entry's moment, the moment it is judged by when two people admitted the clock since, and why nothing is entered now."""

    last: datetime | None
    admitted: datetime | None
    refusal: Refusal | None


def clock(session: Session, now: datetime) -> Stand:
    """Whether an entry can be made at this moment."""
    row = session.execute(
        select(LedgerEntry.seq, LedgerEntry.at).order_by(LedgerEntry.seq.desc()).limit(1)
    ).first()
    if row is None:
        return Stand(None, None, None)
    admitted = session.scalar(
        select(LedgerClock.admitted_at)
        .where(LedgerClock.status == "admitted", LedgerClock.head_seq == row.seq)
        .order_by(LedgerClock.admitted_at.desc())
        .limit(1)
    )
    return Stand(row.at, admitted, clock_refusal(admitted or row.at, now))


def clocks(session: Session) -> Sequence[LedgerClock]:
    """Every admission proposed, the newest first; the last ten."""
    return session.scalars(select(LedgerClock).order_by(LedgerClock.id.desc()).limit(10)).all()
