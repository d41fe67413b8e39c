"""Engagement comptable: charged to a line before anyone signs, with the controller's visa where there is one (R1, R3)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards.models import Commitment, Reservation
from portfolio.awards.pdf import commitment_pdf
from portfolio.awards.service.reserving import reserve_obstacles
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session
from portfolio.documents import service as documents
from portfolio.funds import service as funds
from portfolio.funds.models import BudgetLine
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.ledger.service import Dims
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.rulebook.lifecycles.awards import COMMITMENT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def prepare_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Every sum proposed is reserved first."""
    found = list(reserve_obstacles(work, session))
    yield from found
    if found:
        return
    given = [
        i for i in committees.items(work, session) if i.proposal in committees.GIVEN and i.proposed_minor
    ]
    numbers = [i.subject_id for i in given]
    held = queries.reservations_of(work, numbers).keys() | queries.commitments_of(work, numbers).keys()
    lacking = [i.subject_ref for i in given if i.subject_id not in held]
    if lacking:
        yield Refusal(
            "not_reserved",
            _("Credits are not reserved for: %(files)s.") % {"files": ", ".join(lacking[:5])},
            way_out=_("Reserve the credits of this session first."),
            who=who_may("commitment:prepare"),
        )


def prepare_commitments(work: Work, session: Session) -> list[Commitment]:
    """One commitment for each file proposed for a grant, from its reservation; those already prepared are left as they are."""
    session = work.hold(session)
    refuse(prepare_obstacles(work, session))
    call = work.hold(work.db.get_one(Call, session.subject_id))
    work.require("commitment:prepare", call)
    given = [i.subject_id for i in committees.items(work, session) if i.proposal in committees.GIVEN]
    held = queries.reservations_of(work, given)
    done = queries.commitments_of(work, given)
    return [
        commit(work, call, work.db.get_one(Application, number), held[number])
        for number in given
        if number in held and number not in done
    ]


def commit(work: Work, call: Call, application: Application, reservation: Reservation) -> Commitment:
    """Turn one reservation into a commitment; the fiche keeps what the line carried at that moment. The call's row must be held. Refused
    when the reservation was lifted meanwhile."""
    reservation = work.hold(reservation)
    if reservation.freed_at is not None:
        raise Refused(Refusal("already_freed", _("These credits are not reserved any more.")))
    line = work.db.get_one(BudgetLine, reservation.budget_line_id, populate_existing=True)
    voted, already = line.opened_minor, line.committed_minor
    funds.commit_reserved(work, line, reservation.amount_minor)
    reservation.freed_at = work.now
    made = Commitment(
        reference=work.number("commitment", "commitment"),
        application_id=application.id,
        call_id=call.id,
        group_id=application.group_id,
        country=application.country,
        budget_line_id=line.id,
        amount_minor=reservation.amount_minor,
        amount_currency=reservation.amount_currency,
        voted_minor=voted,
        already_minor=already,
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
    )
    data = {"file": application.reference, "line": line.code, "amount_minor": made.amount_minor}
    work.create(made, "commitment:prepared", permission="commitment:prepare", data=data)
    dims = queries.dims_for(work, line, call, application)
    work.post("commitment:prepared", made, {"amount": made.amount_minor}, dims)
    if not queries.has_controller(work):
        _issue(work, made)
    return made


def _issue(work: Work, commitment: Commitment) -> None:
    documents.issue(
        work,
        kind="commitment_sheet",
        reference=commitment.reference,
        title=_("Commitment sheet"),
        subject=commitment,
        facts=queries.commitment_paper(work, commitment),
        draw=commitment_pdf,
    )


def visa(work: Work, commitment: Commitment) -> None:
    """« Visé »."""
    commitment = work.hold(commitment)
    work.advance(COMMITMENT, commitment, "visa")
    _issue(work, commitment)


def visa_with_reserve(work: Work, commitment: Commitment, reason: str) -> None:
    """« Visé avec réserve », with the reservation in words."""
    commitment = work.hold(commitment)
    work.advance(COMMITMENT, commitment, "visa_with_reserve", reason=reason)
    _issue(work, commitment)


def defer(work: Work, commitment: Commitment, reason: str) -> None:
    """« Différé »: the controller waits for something."""
    commitment = work.hold(commitment)
    work.advance(COMMITMENT, commitment, "defer", reason=reason)


def reject(work: Work, commitment: Commitment, reason: str) -> None:
    """« Rejeté »: the credits go back to the reservation of the file, which can be committed again or freed."""
    commitment = work.hold(commitment)
    line, dims = _line_of(work, commitment)
    work.advance(
        COMMITMENT,
        commitment,
        "reject",
        reason=reason,
        measures={"amount": commitment.amount_minor},
        dims=dims,
    )
    funds.uncommit(work, line, commitment.amount_minor, to_reserved=True)
    reservation = _reservation(work, commitment)
    reservation.freed_at = None
    work.db.flush()
    _issue(work, commitment)


def release(work: Work, commitment: Commitment, reason: str) -> None:
    """Désengagement of the whole: the group withdrew, or the grant will not be signed. Refused once something is liquidated on it."""
    commitment = work.hold(commitment)
    left = commitment.amount_minor - commitment.released_minor
    line, dims = _line_of(work, commitment)
    work.advance(
        COMMITMENT,
        commitment,
        "release",
        reason=reason,
        measures={"amount": left},
        dims=dims,
        released_minor=commitment.amount_minor,
    )
    funds.uncommit(work, line, left)


def give_up_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """A group gives up what it was awarded before anything is signed; afterwards the agreement is terminated instead."""
    if application.status not in ("awarded", "waitlisted"):
        yield Refusal(
            "not_awarded",
            _("This file was not awarded a grant: there is nothing to give up."),
            way_out=_("Withdraw the file itself."),
        )


def give_up(work: Work, application: Application, reason: str) -> None:
    """Record that the group gives up its award or its place on the waiting list: the credits are free again, and the file is withdrawn.

    Refused once something is liquidated on the commitment.
    """
    application = work.hold(application)
    refuse(give_up_obstacles(work, application))
    commitment = queries.commitment_of(work, application)
    if commitment is not None:
        release(work, commitment, reason)
    work.advance(APPLICATION, application, "withdraw", reason=reason)


def reduce_commitment(work: Work, commitment: Commitment, amount: int, reason: str) -> None:
    """Désengagement of a part, when the grant is reduced or closed below its sum; called by the rooms of the agreement."""
    commitment = work.hold(commitment)
    left = commitment.amount_minor - commitment.released_minor
    if commitment.status in ("rejected", "released") or amount <= 0 or amount > left:
        raise Refused(
            Refusal(
                "commitment_short",
                _("Commitment %(reference)s holds %(left)s: no more can be released.")
                % {"reference": commitment.reference, "left": worded(left)},
                missing_minor=max(0, amount - left),
            )
        )
    line, dims = _line_of(work, commitment)
    funds.uncommit(work, line, amount)
    commitment.released_minor += amount
    work.db.flush()
    work.record("commitment:reduced", commitment, data={"amount_minor": amount}, reason=reason)
    work.post("commitment:reduced", commitment, {"amount": amount}, dims)


def _reservation(work: Work, commitment: Commitment) -> Reservation:
    from sqlalchemy import select

    return work.db.scalars(
        select(Reservation).where(
            Reservation.application_id == commitment.application_id,
            Reservation.budget_line_id == commitment.budget_line_id,
        )
    ).one()


def _line_of(work: Work, commitment: Commitment) -> tuple[BudgetLine, Dims]:
    line = work.db.get_one(BudgetLine, commitment.budget_line_id)
    call = work.db.get_one(Call, commitment.call_id)
    application = work.db.get_one(Application, commitment.application_id)
    return line, queries.dims_for(work, line, call, application)
