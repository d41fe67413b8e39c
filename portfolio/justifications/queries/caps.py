"""What a category of costs has taken of its cap (K1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.agreements.queries.caps import Cap
from portfolio.justifications.models import Expense
from portfolio.work import Work


def caps_on(work: Work, expense: Expense, line_id: int | None) -> list[Cap]:
    """The caps that hold for this line on the day of the expense."""
    caps = agreements.in_force(agreements.caps_of(work, expense.agreement_id), expense.spent_on)
    return [cap for cap in caps if line_id in cap.lines]


@dataclass(frozen=True)
class CapUse:
    """What a category has taken of its cap, in minor units: accepted, held or still to be examined, and what is left."""

    cap: Cap
    most_minor: int
    used_minor: int
    waiting_minor: int

    @property
    def left_minor(self) -> int:
        """What may still be accepted."""
        return max(0, self.most_minor - self.used_minor)

    @property
    def over_minor(self) -> int:
        """What waits and would not pass."""
        return max(0, self.waiting_minor - self.left_minor)


def cap_uses(work: Work, agreement: Agreement) -> list[CapUse]:
    """The caps that hold today with what they have taken, live from the papers."""
    caps = agreements.in_force(agreements.caps_of(work, agreement.id), work.today)
    if not caps:
        return []
    waits = case((Expense.status == "presented", Expense.amount_minor), else_=Expense.queried_minor)
    statement = (
        select(Expense.agreement_line_id, func.sum(Expense.accepted_minor), func.sum(waits))
        .where(Expense.agreement_id == agreement.id)
        .group_by(Expense.agreement_line_id)
    )
    found = {line: (int(used or 0), int(wait or 0)) for line, used, wait in work.db.execute(statement)}
    return [
        CapUse(
            cap,
            agreements.most(cap, agreement),
            sum(found.get(line, (0, 0))[0] for line in cap.lines),
            sum(found.get(line, (0, 0))[1] for line in cap.lines),
        )
        for cap in caps
    ]


def taken(work: Work, agreement: Agreement, lines: Sequence[int], but: int | None = None) -> int:
    """What was accepted on these lines, in minor units; the caller holds the agreement, so that two people do not add at once."""
    statement = select(func.coalesce(func.sum(Expense.accepted_minor), 0)).where(
        Expense.agreement_id == agreement.id, Expense.agreement_line_id.in_(lines)
    )
    if but is not None:
        statement = statement.where(Expense.id != but)
    return int(work.db.scalar(statement) or 0)
