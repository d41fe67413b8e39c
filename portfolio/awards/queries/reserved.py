"""What the état de réservation prints: the sums that a session's proposals block, file by file and line by line (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards.models import Reservation
from portfolio.awards.queries.lines import use_of_lines
from portfolio.awards.queries.papers import frame, signer_of
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.documents import queries as documents
from portfolio.groups.models import Group
from portfolio.places.models import Place
from portfolio.work import Work


def reservation_paper(work: Work, session: Session, made: Sequence[Reservation]) -> dict[str, Any]:
    """The reservations just made on the PV of a session; four queries."""
    call = work.db.get_one(Call, session.subject_id)
    uses = use_of_lines(work, call)
    lines = {use.line.id: use.line for use in uses}
    about = {
        row[0].id: row
        for row in work.db.execute(
            select(Application, Group.name, Place.name)
            .join(Group, Group.id == Application.group_id)
            .join(Place, Place.id == Application.place_id)
            .where(Application.id.in_([r.application_id for r in made]))
        )
    }
    present: dict[int, int] = {}
    for reservation in made:
        number = reservation.budget_line_id
        present[number] = present.get(number, 0) + reservation.amount_minor
    return {
        **frame(work),
        "call": call.code,
        "minutes": session.reference,
        "exercices": ", ".join(str(year) for year in sorted({lines[number].exercice for number in present})),
        "currency": made[0].amount_currency,
        "rows": [
            {
                "file": application.reference,
                "applicant": group,
                "commune": commune,
                "title": application.title,
                "line": lines[reservation.budget_line_id].code,
                "amount_minor": reservation.amount_minor,
            }
            for reservation in made
            for application, group, commune in [about[reservation.application_id]]
        ],
        "lines": [
            {
                "line": use.line.code,
                "label": use.line.label,
                "share_minor": use.share_minor,
                "before_minor": use.used_minor - present.get(use.line.id, 0),
                "present_minor": present.get(use.line.id, 0),
            }
            for use in uses
        ],
        "total_minor": sum(present.values()),
        "reserved_by": signer_of(work, work.actor.id, "commitment:prepare", work.now),
        "ampliations": documents.ampliations(work, "reservation_state"),
    }
