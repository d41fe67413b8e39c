"""The advances that a report may be opened on, and the reimbursements whose expenses are to be shown first (R4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.groups.models import Group
from portfolio.justifications.queries.progress import of_tranches
from portfolio.work import Work


def tranche_choices(work: Work) -> list[tuple[Tranche, Agreement, Group, Any]]:
    """The advances that wait for a report, in the actor's scope, with their progress; for the page that opens a report."""
    statement = (
        select(Tranche, Agreement, Group)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Tranche.group_id)
        .where(
            work.within("justification:enter", Tranche),
            or_(
                and_(
                    Tranche.modality == "advance",
                    Tranche.status == "paid",
                    Tranche.cleared_minor + Tranche.refused_minor < Tranche.paid_minor,
                ),
                and_(
                    Tranche.modality == "reimbursement",
                    Tranche.status == "planned",
                    Tranche.shown_minor < Tranche.amount_minor,
                    Agreement.status == "active",
                ),
            ),
        )
        .order_by(Tranche.paid_on, Tranche.id)
        .limit(300)
    )
    found: list[Any] = list(work.db.execute(statement))
    progress = of_tranches(work, [row[0] for row in found])
    return [(t, a, g, progress[t.id]) for t, a, g in found]


def get_tranche(work: Work, number: int) -> Tranche:
    """A tranche to report on, inside the actor's scope."""
    return work.fetch(Tranche, number, "justification:view")
