"""Items 5 and 7 of the auditor's first page, and the row of separation: refusals, corrections of the books, payments made in a hurry."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from portfolio.agreements.models import Tranche
from portfolio.desk.queries.control.acts import (
    D,
    expense_columns,
    of_reports,
    paid,
    payment_columns,
    seconds,
)
from portfolio.desk.queries.control.rows import Kind, path
from portfolio.groups.models import Group
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.i18n import N_
from portfolio.ledger import queries as ledger
from portfolio.missions import queries as missions
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.work import Work

HURRY = 600
"""Seconds between the request and the payment below which a payment is shown."""


def refused(work: Work) -> Any:
    """Papers refused, in whole or in part."""
    columns = (*expense_columns("refused"), Expense.refused_minor)
    return columns, lambda s: of_reports(s, work).where(Expense.refused_minor > 0)


def unordered(work: Work) -> Any:
    """Advances with refused papers that no signed order asks back. An order says which part of it is for refused papers: what it asks back
    of unspent money takes nothing off the refusals."""
    no = (
        select(
            Justification.tranche_id.label("tranche"),
            func.sum(Expense.refused_minor).label("refused"),
            func.max(Justification.to_on).label("day"),
        )
        .join(Expense, Expense.justification_id == Justification.id)
        .group_by(Justification.tranche_id)
        .subquery()
    )
    asked = (
        select(Recovery.tranche_id.label("tranche"), func.sum(Recovery.for_refused_minor).label("asked"))
        .where(Recovery.status.not_in(("prepared", "cancelled")))
        .group_by(Recovery.tranche_id)
        .subquery()
    )
    left = no.c.refused - func.coalesce(asked.c.asked, 0)
    columns = (
        path("/agreements/{}#tranche-{}", Tranche.agreement_id, Tranche.number),
        Tranche.code,
        Group.name,
        no.c.day,
        left,
    )
    return (
        columns,
        lambda s: (
            s.join(no, no.c.tranche == Tranche.id)
            .outerjoin(asked, asked.c.tranche == Tranche.id)
            .join(Group, Group.id == Tranche.group_id)
            .where(left > 0, work.within("justification:view", Tranche))
        ),
    )


def in_a_hurry(work: Work) -> Any:
    """Paid less than ten minutes after the request."""
    return payment_columns("hurry"), lambda s: s.where(
        *paid(work), seconds(D.paid_at) - seconds(D.requested_at) < HURRY
    )


def audit_late(work: Work) -> Any:
    """Recommendations to be carried out whose day is past, with what their finding leaves pending."""
    columns = (
        path("/missions/recommendations/{}", Recommendation.id),
        Recommendation.reference,
        Finding.title,
        Recommendation.due_on,
        Finding.pending_minor,
    )
    return columns, lambda s: (
        s.join(Finding, Finding.id == Recommendation.finding_id)
        .join(Mission, Mission.id == Finding.mission_id)
        .where(missions.late(work), missions.readable(work))
    )


def _correction(code: str) -> Any:
    def made(_work: Work) -> Any:
        found = ledger.corrections()[code].subquery()
        columns = (
            path(f"/ledger/acts/{{}}#{code}", found.c.act),
            func.coalesce(found.c.document, ""),
            found.c.what,
            found.c.day,
            found.c.amount,
        )
        return columns, lambda s: s.select_from(found)

    return made


REFUSED: dict[str, Kind] = {
    "refused": Kind(N_("Expenses refused"), refused),
    "unordered": Kind(N_("Refused, asked back by no order"), unordered),
}
CORRECTIONS: dict[str, Kind] = {
    "reversed": Kind(N_("Acts reversed"), _correction("reversed")),
    "late_entries": Kind(N_("Acts dated in an earlier month"), _correction("late_entries")),
}
DUTIES: dict[str, Kind] = {
    "quick": Kind(N_("Paid less than 10 minutes after the request"), in_a_hurry),
    "audit_late": Kind(N_("Audit recommendations past their day"), audit_late),
}
