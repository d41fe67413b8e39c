"""The last time that somebody spoke to a group about its advance: a formal notice, a contact logged on its file, a visit (documents.md 3.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, func, select, union_all

from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.applications.models import Contact
from portfolio.applications.queries import contact_text
from portfolio.desk.queries.control.rows import day_of
from portfolio.kit.i18n import speaking
from portfolio.projects.models import Project, Visit
from portfolio.work import Work


def _days() -> Any:
    """The days on which the group of an advance was spoken to, for the statement that names `Tranche` and `Agreement`."""
    notices = select(FormalNotice.sent_on.label("day")).where(FormalNotice.tranche_id == Tranche.id)
    logged = select(day_of(Contact.at)).where(
        Contact.application_id == Agreement.application_id, day_of(Contact.at) >= Tranche.paid_on
    )
    seen = (
        select(Visit.visited_on)
        .join(Project, Project.id == Visit.project_id)
        .where(
            Project.agreement_id == Agreement.id,
            Visit.visited_on >= Tranche.paid_on,
            Visit.status == "validated",
        )
    )
    return union_all(*(each.correlate(Tranche, Agreement) for each in (notices, logged, seen))).subquery()


_spoken = _days()
LAST_CONTACT = select(func.max(_spoken.c.day, type_=Date)).scalar_subquery()
"""The day of the last contact of an advance, as `contacts` tells it, for the statement of a list."""


def contacts(work: Work) -> dict[int, str]:
    """The last contact of each advance since it was paid, in words of the paper: what it was, its day, what came out of it. Three queries."""
    last: dict[int, tuple[date, str]] = {}

    def tell(tranche: int, day: date, words: str) -> None:
        if tranche not in last or last[tranche][0] <= day:
            last[tranche] = (day, words)

    visits: Any = (
        select(Tranche.id, Visit.reference, Visit.visited_on)
        .join(Project, Project.agreement_id == Tranche.agreement_id)
        .join(Visit, Visit.project_id == Project.id)
        .where(Visit.visited_on >= Tranche.paid_on, Visit.status == "validated")
        .order_by(Visit.id)
    )
    for tranche, reference, day in work.db.execute(visits):
        tell(tranche, day, f"Visite {reference} du {day:%d/%m/%y}")
    logged: Any = (
        select(Tranche.id, Contact.channel, Contact.at, Contact.result)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Contact, Contact.application_id == Agreement.application_id)
        .where(day_of(Contact.at) >= Tranche.paid_on)
        .order_by(Contact.id)
    )
    with speaking("fr"):
        for tranche, channel, at, result in work.db.execute(logged):
            words = f"{contact_text(channel)} du {at:%d/%m/%y} : {' '.join(result.split())}"
            tell(tranche, at.date(), words)
    notices: Any = (
        select(FormalNotice.tranche_id, FormalNotice.reference, FormalNotice.sent_on, FormalNotice.received_on)
        .where(FormalNotice.tranche_id.is_not(None))
        .order_by(FormalNotice.id)
    )
    for tranche, reference, sent, received in work.db.execute(notices):
        words = f"{reference} du {sent:%d/%m/%y}" + (f", reçue {received:%d/%m/%y}" if received else "")
        tell(tranche, sent, words)
    return {tranche: words for tranche, (_day, words) in last.items()}
