"""What the officer follows: deadlines within a week, visits due, payments that failed or that no statement shows. Each kind is one statement, so
that its figure and its list are the same rows (institution section 4, items 2, 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, literal, or_, select

from portfolio.agreements.models import Agreement, Suspension, Tranche
from portfolio.agreements.queries.stops import end_with_stops, pushed, stops_along, touched
from portfolio.applications.models import Application, PieceRequest
from portfolio.calls.models import Call
from portfolio.desk.queries.control.rows import Count, Kind, counts_of, day_of, path, rows_of
from portfolio.disbursements.models import Disbursement
from portfolio.groups.models import Group
from portfolio.justifications.queries import reports_due
from portfolio.kit.i18n import N_
from portfolio.missions.models import Finding, Recommendation
from portfolio.payments.models import BankStatement, StatementLine
from portfolio.places.models import Place
from portfolio.projects.models import Visit
from portfolio.work import Work

D = Disbursement
WEEK, FORTNIGHT = 7, 15


def calls_closing(work: Work) -> Any:
    """Calls that close within seven days."""
    columns = (
        path("/calls/{}", Call.id),
        func.coalesce(Call.reference, Call.code),
        Call.title,
        day_of(Call.closes_at),
        Call.envelope_minor,
    )
    soon = Call.closes_at.between(work.now, work.now + timedelta(days=WEEK))
    return columns, lambda s: s.where(Call.status == "published", soon, work.within("call:view", Call))


def _days(number: Any, plain: Any, moved: dict[int, date]) -> Any:
    """A day as the record says it, but for those that stops push."""
    if not moved:
        return plain
    return case(*((number == n, literal(day, type_=plain.type)) for n, day in moved.items()), else_=plain)


def _ids(column: Any, numbers: Iterable[int]) -> Any:
    return column.in_([literal(n, literal_execute=True) for n in numbers])


def papers_due(work: Work) -> Any:
    """Letters that ask for papers, unanswered, whose deadline is within seven days; days of force majeure push it."""
    waiting = and_(PieceRequest.answered_on.is_(None), work.within("application:view", Application))
    stopped = (
        select(PieceRequest.id, day_of(PieceRequest.sent_at), PieceRequest.due_on, Place.path)
        .join(Application, Application.id == PieceRequest.application_id)
        .join(Place, Place.id == Application.place_id)
        .where(waiting, touched(Place.path))
    )
    rows = work.db.execute(stopped).all()
    stops = (
        stops_along(work, {number: where for number, _sent, _due, where in rows}, suspended=False)
        if rows
        else {}
    )
    moved = {number: pushed(stops[number], sent, due, work.today) for number, sent, due, _where in rows}
    day = _days(PieceRequest.id, PieceRequest.due_on, moved)
    until = work.today + timedelta(days=WEEK)
    columns = (path("/applications/{}#letter-{}", Application.id, PieceRequest.id), Application.reference, Application.title, day,
               func.coalesce(Application.requested_minor, 0))  # fmt: skip
    return columns, lambda s: s.join(Application, Application.id == PieceRequest.application_id).where(
        waiting, day.between(work.today, until)
    )


def reports(work: Work) -> Any:
    """Advances whose report is due within seven days, or late (M1, M3)."""
    until = work.today + timedelta(days=WEEK)
    due = {number: day for number, day in reports_due(work).items() if day <= until}
    day = _days(Tranche.id, Tranche.paid_on, due)
    left = Tranche.paid_minor - Tranche.cleared_minor - Tranche.refused_minor
    columns = (
        path("/agreements/{}#tranche-{}", Tranche.agreement_id, Tranche.number),
        Tranche.code,
        Group.name,
        day,
        left,
    )
    return columns, lambda s: s.join(Group, Group.id == Tranche.group_id).where(_ids(Tranche.id, due))


def agreements_ending(work: Work) -> Any:
    """Agreements in execution that end within seven days, days stopped added (R18)."""
    here = and_(Agreement.status == "active", work.within("agreement:view", Agreement))
    own = exists().where(Suspension.agreement_id == Agreement.id)
    stopped = (
        select(Agreement.id, Agreement.starts_on, Agreement.ends_on, Place.path)
        .join(Place, Place.id == Agreement.place_id)
        .where(here, or_(own, touched(Place.path)))
    )
    rows = work.db.execute(stopped).all()
    stops = stops_along(work, {number: where for number, _start, _end, where in rows}) if rows else {}
    moved = {
        number: end_with_stops(stops[number], start, end, work.today) for number, start, end, _where in rows
    }
    day = _days(Agreement.id, Agreement.ends_on, moved)
    columns = (
        path("/agreements/{}", Agreement.id),
        Agreement.reference,
        Agreement.title,
        day,
        Agreement.amount_minor,
    )
    return columns, lambda s: s.where(here, day.between(work.today, work.today + timedelta(days=WEEK)))


def recommendations_due(work: Work) -> Any:
    """What auditors recommended to the reader, due within seven days or late (M7)."""
    columns = (
        path("/missions/recommendations/{}", Recommendation.id),
        Recommendation.reference,
        Finding.title,
        Recommendation.due_on,
        Finding.pending_minor,
    )
    until = work.today + timedelta(days=WEEK)
    return columns, lambda s: s.join(Finding, Finding.id == Recommendation.finding_id).where(
        Recommendation.status == "agreed",
        Recommendation.responsible_id == work.actor.id,
        Recommendation.due_on <= until,
    )


def visits_due(work: Work) -> Any:
    """Visits planned whose day has come or comes within a fortnight."""
    columns = (
        path("/projects/visits/{}", Visit.id),
        Visit.reference,
        literal(""),
        Visit.planned_on,
        literal(0),
    )
    until = work.today + timedelta(days=FORTNIGHT)
    return columns, lambda s: s.where(
        Visit.status == "planned", Visit.planned_on <= until, work.within("visit:view", Visit)
    )


def _payment(fragment: str, day: Any) -> tuple[Any, ...]:
    return path(f"/disbursements/{{}}#{fragment}", D.id), D.reference, D.payee, day, D.amount_minor


def payments_failed(work: Work) -> Any:
    """Payments that failed and that no other follows yet."""
    again = D.__table__.alias("again")
    columns = _payment("failed", func.coalesce(day_of(D.sent_at), day_of(D.requested_at)))
    return columns, lambda s: s.where(
        D.status == "failed", ~exists().where(again.c.follows_id == D.id), work.within("disbursement:view", D)
    )


def payments_unmatched(work: Work) -> Any:
    """Payments made through a bank or an operator that no line of a statement shows yet. What is older than the account's first statement
    was settled before it; what left the cash box has its receipt."""
    shown = exists().where(
        StatementLine.treasury_account_id == D.treasury_account_id,
        StatementLine.matched_key == path("disbursement:{}", D.id),
    )
    first = (
        select(func.min(BankStatement.from_on))
        .where(BankStatement.treasury_account_id == D.treasury_account_id)
        .correlate(D)
        .scalar_subquery()
    )
    return _payment("unmatched", D.paid_on), lambda s: s.where(
        D.status == "paid",
        D.account_kind != "cash",
        ~shown,
        D.paid_on >= func.coalesce(first, D.paid_on),
        work.within("disbursement:view", D),
    )


DEADLINES: dict[str, Kind] = {
    "calls": Kind(N_("Calls closing within 7 days"), calls_closing),
    "papers": Kind(N_("Papers due within 7 days"), papers_due),
    "reports": Kind(N_("Reports on advances due within 7 days or late"), reports),
    "endings": Kind(N_("Agreements ending within 7 days"), agreements_ending),
    "recommendations": Kind(N_("Audit recommendations due within 7 days or late"), recommendations_due),
}
PAYMENTS: dict[str, Kind] = {
    "failed": Kind(N_("Failed payments to follow up"), payments_failed),
    "unmatched": Kind(N_("Payments that no statement shows yet"), payments_unmatched),
}
VISITS: dict[str, Kind] = {"visits": Kind(N_("Visits due within 15 days"), visits_due)}
KINDS: dict[str, Kind] = {**DEADLINES, **PAYMENTS, **VISITS}


def rows(work: Work, *columns: Any) -> Any:
    """These columns of the rows of every kind."""
    return rows_of(KINDS, work, *columns)


def counts(work: Work) -> dict[str, Count]:
    """How many rows each kind has, and for how much."""
    return counts_of(KINDS, work, "desk.follow")
