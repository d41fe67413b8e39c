"""What a category of costs has taken of its cap (K1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, CostCap
from portfolio.justifications.models import Expense
from portfolio.work import Work


def caps_on(work: Work, expense: Expense, line_id: int | None) -> list[CostCap]:
    """The caps that hold for this line on the day of the expense."""
    caps = agreements.in_force(agreements.caps_of(work, expense.agreement_id), expense.spent_on)
    return [cap for cap in caps if line_id in cap.lines]


def taken(work: Work, agreement: Agreement, lines: Sequence[int], but: int | None = None) -> int:
    """What was accepted on these lines, in minor units; the caller holds the agreement, so that two people do not add at once."""
    statement = select(func.coalesce(func.sum(Expense.accepted_minor), 0)).where(
        Expense.agreement_id == agreement.id, Expense.agreement_line_id.in_(lines)
    )
    if but is not None:
        statement = statement.where(Expense.id != but)
    return int(work.db.scalar(statement) or 0)
