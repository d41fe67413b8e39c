"""The totals of a statement out of the days kept: as many rows as days, whatever the number of entries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from portfolio.ledger.models import LedgerDay

if TYPE_CHECKING:
    from portfolio.ledger.queries.statements import Question


def days_of(q: Question, until: date | None = None) -> Select[Any] | None:
    """Debits, credits, entries, first and last number of the period out of the days kept, or before the day `until`; None when the question
    goes further than one account and one fund."""
    if len(q.accounts) != 1 or q.upto is not None or set(q.dims) - {"fund"}:
        return None
    day, fund = LedgerDay.__table__.c, q.dims.get("fund")
    if "fund" in q.dims and not (isinstance(fund, str) and fund):
        return None
    debit, credit, count = (
        func.coalesce(func.sum(day[n]), 0) for n in ("debit_minor", "credit_minor", "entries")
    )
    statement = select(debit, credit, count, func.min(day.first_seq), func.max(day.last_seq)).where(
        day.account == q.accounts[0], day.currency == q.currency
    )
    if fund:
        statement = statement.where(day.fund == fund)
    if q.from_on is not None:
        statement = statement.where(day.dated_on >= q.from_on)
    if q.to_on is not None:
        statement = statement.where(day.dated_on <= q.to_on)
    return statement if until is None else statement.where(day.dated_on < until)
