"""Réservation des crédits: the committee proposes, the sums are blocked, nothing is owed yet (R1)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards.models import Reservation
from portfolio.awards.pdf import reservation_pdf
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session, SessionItem
from portfolio.documents import service as documents
from portfolio.funds import service as funds
from portfolio.funds.models import BudgetLine
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.money import amount as worded
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def to_reserve(work: Work, session: Session) -> list[SessionItem]:
    """The proposals that ask for credits: favourable, revised, and sums set aside for adjourned files."""
    return [
        item
        for item in committees.items(work, session)
        if item.status == "proposed"
        and item.proposed_minor
        and item.proposal in (*committees.GIVEN, "adjourned")
    ]


def reserve_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Credits are reserved on minutes that everybody has signed (R2)."""
    if session.subject_type != "call":
        yield Refusal("not_a_call", _("This session is not about a call for proposals."))
    elif session.status != "final":
        yield Refusal(
            "minutes_not_final",
            _("The minutes of this session are not final."),
            way_out=_("Wait until every member present has signed them."),
            who=who_may("session:convene"),
        )


def reserve_from_session(work: Work, session: Session) -> list[Reservation]:
    """Block the credits of every proposal of a final session; those already held are left as they are. Refused with the francs missing."""
    session = work.hold(session)
    refuse(reserve_obstacles(work, session))
    call = work.hold(work.db.get_one(Call, session.subject_id))
    work.require("commitment:prepare", call)
    items = to_reserve(work, session)
    numbers = [item.subject_id for item in items]
    held = queries.reservations_of(work, numbers).keys() | queries.commitments_of(work, numbers).keys()
    made = []
    for item in items:
        if item.subject_id not in held:
            application = work.db.get_one(Application, item.subject_id)
            made.append(
                hold_credits(work, call, application, item.proposed_minor or 0, document=session.reference)
            )
    if made:
        _issue(work, session, made)
    return made


def _issue(work: Work, session: Session, made: list[Reservation]) -> None:
    with speaking("fr"):  # papers are French whatever the language of the screen
        documents.issue(
            work,
            kind="reservation_state",
            reference=f"{session.reference}-ER",
            title=_("Statement of reserved credits"),
            subject=session,
            facts=queries.reservation_paper(work, session, made),
            draw=reservation_pdf,
        )


def hold_credits(
    work: Work, call: Call, application: Application, amount: int, *, document: str | None
) -> Reservation:
    """Reserve one sum on the first line of the call that carries it whole. The call's row must be held: it is the lock of the envelope."""
    lines = queries.use_of_lines(work, call)
    use = queries.pick_line(lines, amount)
    if use is None:
        best = max((u.left_minor for u in lines), default=0)
        raise Refused(
            Refusal(
                "envelope_exhausted",
                _(
                    "No line of call %(call)s carries %(amount)s for file %(file)s any more: %(missing)s are missing."
                )
                % {
                    "call": call.code,
                    "amount": worded(amount),
                    "file": application.reference,
                    "missing": worded(amount - best),
                },
                way_out=_("Free credits first: release a commitment or a reservation of this call."),
                who=who_may("commitment:prepare"),
                missing_minor=amount - best,
            )
        )
    funds.reserve(work, use.line, amount)
    known = work.db.scalars(
        select(Reservation).where(
            Reservation.application_id == application.id, Reservation.budget_line_id == use.line.id
        )
    ).one_or_none()
    if known is None:
        known = Reservation(
            application_id=application.id,
            call_id=call.id,
            budget_line_id=use.line.id,
            amount_minor=amount,
            amount_currency=application.amount_currency,
            reserved_at=work.now,
        )
        work.db.add(known)
    else:
        known.amount_minor, known.reserved_at, known.freed_at = amount, work.now, None
    work.db.flush()
    data = {"file": application.reference, "line": use.line.code, "amount_minor": amount}
    work.record("award:reserved", known, data=data)
    dims = queries.dims_for(work, use.line, call, application)
    work.post("award:reserved", known, {"amount": amount}, dims, document=document)
    return known


def unreserve_obstacles(work: Work, reservation: Reservation) -> Iterator[Refusal]:
    """What was committed meanwhile is released with its commitment; what a decision grants stays while the decision does."""
    if reservation.freed_at is not None:
        yield Refusal("already_freed", _("These credits are not reserved any more."))
    elif decision := queries.decision_granting(work, reservation.application_id):
        yield Refusal(
            "decision_stands",
            _("Decision %(reference)s grants these credits.") % {"reference": decision.reference},
            way_out=_(
                "Abandon the draft of the decision first; what is signed is released with its commitment."
            ),
            who=who_may("decision:prepare"),
            url=f"/awards/{decision.id}",
        )


def unreserve(work: Work, reservation: Reservation, reason: str) -> None:
    """Give the credits back to the line: a sum set aside and not used, a visa refused for good. The call's row is held first, as by whoever
    commits: one of the two finds the reservation gone. Refused: already_freed, decision_stands."""
    call = work.hold(work.db.get_one(Call, reservation.call_id))
    work.require("commitment:prepare", call)
    reservation = work.hold(reservation)
    refuse(unreserve_obstacles(work, reservation))
    application = work.db.get_one(Application, reservation.application_id)
    line = work.db.get_one(BudgetLine, reservation.budget_line_id)
    funds.unreserve(work, line, reservation.amount_minor)
    reservation.freed_at = work.now
    work.db.flush()
    data = {"file": application.reference, "line": line.code, "amount_minor": reservation.amount_minor}
    work.record("award:unreserved", reservation, data=data, reason=reason)
    dims = queries.dims_for(work, line, call, application)
    work.post("award:unreserved", reservation, {"amount": reservation.amount_minor}, dims)
