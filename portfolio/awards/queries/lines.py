"""On which budget line a grant is charged: the lines of the call in their order, the first that still carries the whole sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from portfolio.applications.models import Application
from portfolio.awards.models import Commitment, Reservation
from portfolio.awards.queries.acts import DEAD
from portfolio.calls.models import Call, CallLine
from portfolio.funds import queries as funds
from portfolio.funds.models import BudgetLine
from portfolio.groups.models import Group
from portfolio.ledger.service import Dims
from portfolio.places.models import Place
from portfolio.work import Work


@dataclass
class LineUse:
    """A line of a call: its share of the envelope and what files of this call already hold of it (minor units)."""

    line: BudgetLine
    share_minor: int
    used_minor: int

    @property
    def left_minor(self) -> int:
        """What this call may still charge to the line."""
        return self.share_minor - self.used_minor


def use_of_lines(work: Work, call: Call) -> list[LineUse]:
    """The lines of a call with what its files hold: live reservations and live commitments. Three queries.

    Read under the lock of the call's row by whoever reserves; the line's own guard (`funds.service.reserve`) remains the last word.
    """
    lines = work.db.execute(
        select(BudgetLine, CallLine.amount_minor)
        .join(CallLine, CallLine.budget_line_id == BudgetLine.id)
        .where(CallLine.call_id == call.id)
        .order_by(CallLine.id)
    ).all()
    used: dict[int, int] = {}
    reserved = select(Reservation.budget_line_id, func.sum(Reservation.amount_minor)).where(
        Reservation.call_id == call.id, Reservation.freed_at.is_(None)
    )
    committed = select(
        Commitment.budget_line_id, func.sum(Commitment.amount_minor - Commitment.released_minor)
    ).where(Commitment.call_id == call.id, Commitment.status.not_in(DEAD))
    for statement, column in (
        (reserved, Reservation.budget_line_id),
        (committed, Commitment.budget_line_id),
    ):
        for number, total in work.db.execute(statement.group_by(column)):
            used[number] = used.get(number, 0) + int(total)
    return [LineUse(line, share, used.get(line.id, 0)) for line, share in lines]


def pick_line(lines: Sequence[LineUse], amount: int) -> LineUse | None:
    """The first line that carries the whole sum, or None."""
    return next((use for use in lines if use.left_minor >= amount), None)


def dims_for(work: Work, line: BudgetLine, call: Call, application: Application) -> Dims:
    """The dimension codes of what is charged for a file."""
    row = work.db.execute(
        select(Group.code, Place.code)
        .join(Place, Place.id == application.place_id)
        .where(Group.id == application.group_id)
    ).one()
    return replace(funds.dims(work, line), call=call.code, party=row[0], place=row[1])
