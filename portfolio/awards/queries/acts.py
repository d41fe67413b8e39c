"""Decisions, awards, commitments, reservations and letters, one by one or by call."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from portfolio.accounts.queries import visa_required
from portfolio.applications.models import Application
from portfolio.awards.models import Award, Commitment, Decision, Notice, Reservation
from portfolio.calls.models import Call
from portfolio.committees.queries import open_to
from portfolio.documents import queries as documents
from portfolio.funds.models import BudgetLine
from portfolio.groups.models import Group
from portfolio.work import Work

DEAD = ("rejected", "released")
"""Commitments that hold no credits any more."""


def has_controller(work: Work) -> bool:
    """Whether the institution has a financial controller: a setting of the institution, never of a file (R3)."""
    return visa_required(work)


def visible(work: Work) -> Select[Decision]:
    """The decisions that the actor may see."""
    return select(Decision).where(work.within("decision:view", Decision))


def get(work: Work, number: int) -> Decision:
    """A decision, or NotFound."""
    return work.fetch(Decision, number, "decision:view")


def get_commitment(work: Work, number: int) -> Commitment:
    """A commitment, or NotFound."""
    return work.fetch(Commitment, number, "commitment:view")


def get_notice(work: Work, number: int) -> Notice:
    """A letter, or NotFound."""
    return work.fetch(Notice, number, "notice:view")


def award_of(work: Work, application: Application) -> Award | None:
    """What the last signed decision says of a file, or None."""
    statement = (
        select(Award)
        .join(Decision, Decision.id == Award.decision_id)
        .where(Award.application_id == application.id, Decision.status == "signed")
        .order_by(Decision.signed_at.desc(), Award.id.desc())
        .limit(1)
    )
    return work.db.scalars(statement).one_or_none()


def awards_of(work: Work, decision: Decision) -> list[Award]:
    """The annexed table: awarded by rank, then the waiting list, the adjourned, the others."""
    rows = list(work.db.scalars(select(Award).where(Award.decision_id == decision.id)))
    order = {"awarded": 0, "waitlisted": 1, "adjourned": 2, "not_selected": 3}
    rows.sort(key=lambda a: (order[a.outcome], a.waiting_rank or 0, a.rank or 10**6, a.id))
    return rows


def commitment_of(work: Work, application: Application) -> Commitment | None:
    """The engagement comptable that holds credits for a file, or None."""
    statement = (
        select(Commitment)
        .where(Commitment.application_id == application.id, Commitment.status.not_in(DEAD))
        .order_by(Commitment.id.desc())
        .limit(1)
    )
    return work.db.scalars(statement).one_or_none()


def commitments_of(work: Work, application_ids: Sequence[int]) -> dict[int, Commitment]:
    """File → its live commitment. One query."""
    statement = select(Commitment).where(
        Commitment.application_id.in_(list(application_ids)), Commitment.status.not_in(DEAD)
    )
    return {c.application_id: c for c in work.db.scalars(statement.order_by(Commitment.id))}


def reservation_of(work: Work, application_id: int) -> Reservation | None:
    """The live reservation of a file, or None."""
    return work.db.scalars(
        select(Reservation)
        .where(Reservation.application_id == application_id, Reservation.freed_at.is_(None))
        .limit(1)
    ).one_or_none()


def reservations_of(work: Work, application_ids: Sequence[int]) -> dict[int, Reservation]:
    """File → its live reservation. One query."""
    statement = select(Reservation).where(
        Reservation.application_id.in_(list(application_ids)), Reservation.freed_at.is_(None)
    )
    return {r.application_id: r for r in work.db.scalars(statement)}


def held_credits(work: Work, call: Call) -> list[tuple[Reservation, str, str, str]]:
    """The live reservations of a call, by file: reservation, file, applicant, budget line."""
    statement = (
        select(Reservation, Application.reference, Group.name, BudgetLine.code)
        .join(Application, Application.id == Reservation.application_id)
        .join(Group, Group.id == Application.group_id)
        .join(BudgetLine, BudgetLine.id == Reservation.budget_line_id)
        .where(Reservation.call_id == call.id, Reservation.freed_at.is_(None))
        .order_by(Application.reference, Reservation.id)
    )
    return [(held, file, group, line) for held, file, group, line in work.db.execute(statement)]


def decision_granting(work: Work, application_id: int) -> Decision | None:
    """The decision, draft or signed, that grants money to a file."""
    statement = (
        select(Decision)
        .join(Award, Award.decision_id == Decision.id)
        .where(
            Award.application_id == application_id,
            Award.outcome == "awarded",
            Decision.status != "abandoned",
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return work.db.scalars(statement).one_or_none()


def decisions_of(work: Work, call: Call) -> list[Decision]:
    """The decisions about a call, oldest first."""
    statement = visible(work).where(Decision.call_id == call.id)
    return list(work.db.scalars(statement.order_by(Decision.id)))


def decision_for(work: Work, session_id: int) -> Decision | None:
    """The award decision, draft or signed, that follows a session."""
    statement = select(Decision).where(
        Decision.session_id == session_id, Decision.kind == "award", Decision.status != "abandoned"
    )
    return work.db.scalars(statement.order_by(Decision.id.desc()).limit(1)).one_or_none()


def notices_of(work: Work, application: Application) -> list[Notice]:
    """The letters of notification of a file."""
    statement = select(Notice).where(
        Notice.application_id == application.id,
        work.within("notice:view", Notice),
        open_to(work, "notice:view", "application", Notice.application_id),
    )
    return list(work.db.scalars(statement.order_by(Notice.id)))


def waiting_list(work: Work, call: Call) -> list[tuple[Award, Application]]:
    """The files still waiting, in the order of the list."""
    statement = (
        select(Award, Application)
        .join(Decision, Decision.id == Award.decision_id)
        .join(Application, Application.id == Award.application_id)
        .where(
            Award.call_id == call.id,
            Award.outcome == "waitlisted",
            Decision.status == "signed",
            Application.status == "waitlisted",
        )
        .order_by(Decision.signed_at, Award.waiting_rank, Award.rank, Award.id)
    )
    return [(award, application) for award, application in work.db.execute(statement)]


def next_waiting(work: Work, call: Call) -> tuple[Award, Application] | None:
    """Whose turn it is: promotions follow the order of the list."""
    rows = waiting_list(work, call)
    return rows[0] if rows else None


documents.owner("decision", get)
documents.owner("commitment", get_commitment)
documents.owner("notice", get_notice)
