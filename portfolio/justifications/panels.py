"""What this room shows on an agreement's page: each advance with its percentage, its reports, its orders to repay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries import CHARGED
from portfolio.justifications import queries
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.justifications.queries.caps import cap_uses
from portfolio.kit.i18n import gettext as _
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("agreement", order=60)
def advances(work: Work, agreement: Agreement) -> Panel | None:
    """Advances and how far they are justified, and the caps by category; a fixed count of queries, however many tranches."""
    if not work.may("justification:view", agreement):
        return None
    tranches = list(
        work.db.scalars(
            select(Tranche)
            .where(
                Tranche.agreement_id == agreement.id,
                or_(
                    and_(Tranche.modality == "advance", Tranche.paid_minor > 0),
                    and_(Tranche.modality == "reimbursement", Tranche.status != "cancelled"),
                ),
            )
            .order_by(Tranche.number)
        )
    )
    if not tranches:
        return None
    progress = queries.of_tranches(work, tranches)
    reports: dict[int, list[Any]] = {}
    for report in work.db.scalars(
        select(Justification).where(Justification.agreement_id == agreement.id).order_by(Justification.id)
    ):
        reports.setdefault(report.tranche_id, []).append(report)
    orders = list(
        work.db.scalars(select(Recovery).where(Recovery.agreement_id == agreement.id).order_by(Recovery.id))
    )
    rows = [(t, progress[t.id], reports.get(t.id, [])) for t in tranches]
    due = queries.reports_due(work, agreement)
    facts = {
        "rows": rows,
        "orders": orders,
        "agreement": agreement,
        "caps": cap_uses(work, agreement),
        "due": due,
        "reminders": queries.reminders(work, due),
    }
    return Panel(_("Justification of the advances"), "justifications/panels.html", "advances", facts)


def charged(work: Work, agreement: Agreement) -> dict[int, int]:
    """What was accepted on each line of the agreed budget, by its id; a line with any paper at all is here, if only with zero."""
    statement = (
        select(Expense.agreement_line_id, func.coalesce(func.sum(Expense.accepted_minor), 0))
        .where(Expense.agreement_id == agreement.id, Expense.agreement_line_id.is_not(None))
        .group_by(Expense.agreement_line_id)
    )
    return {line: int(total) for line, total in work.db.execute(statement) if line is not None}


CHARGED.append(charged)
