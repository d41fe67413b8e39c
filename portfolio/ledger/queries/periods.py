"""Which months of the books and which exercices are closed: nothing is dated in them, or charged to them, any more (M17, R12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.ledger.models import LedgerEntry, LedgerExercice, LedgerPeriod
from portfolio.ledger.service import CLOSED_UNTIL, LAST_CLOSED


def closed_until(session: Session) -> date | None:
    """The last day of the last month that is closed; None while none is."""
    found: date | None = session.connection().execute(CLOSED_UNTIL).scalar_one_or_none()
    return found


def periods(session: Session) -> Sequence[LedgerPeriod]:
    """Every month proposed or closed, the newest first."""
    statement = select(LedgerPeriod).order_by(LedgerPeriod.ends_on.desc(), LedgerPeriod.id.desc())
    return session.scalars(statement).all()


def entries_between(session: Session, first: date, last: date) -> int:
    """How many entries are dated on these days, both included."""
    statement = select(func.count()).where(LedgerEntry.dated_on.between(first, last))
    return int(session.scalar(statement) or 0)


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def next_to_close(session: Session, today: date) -> date | None:
    """The end of the oldest month that can be closed: after the last closed one, else the month of the first entry; None while it runs."""
    closed = closed_until(session)
    if closed is not None:
        end = month_end(closed + timedelta(days=1))
    else:
        first = session.scalar(select(func.min(LedgerEntry.dated_on)))
        if first is None:
            return None
        end = month_end(first)
    return end if end < today else None


def closed_exercice(session: Session) -> int | None:
    """The last exercice that is closed; None while none is."""
    found: int | None = session.connection().execute(LAST_CLOSED).scalar_one_or_none()
    return found


def exercices(session: Session) -> Sequence[LedgerExercice]:
    """Every exercice proposed, withdrawn or closed, the newest first."""
    statement = select(LedgerExercice).order_by(LedgerExercice.year.desc(), LedgerExercice.id.desc())
    return session.scalars(statement).all()
