"""The agreement in execution: suspended, resumed, terminated; force majeure declared and lifted (I7, R18)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries
from portfolio.agreements.forms import ActForm, ForceMajeureForm, TerminateForm
from portfolio.agreements.models import Agreement, ForceMajeure, Suspension, Tranche
from portfolio.applications.models import Application
from portfolio.applications.service import mark_grant_closed
from portfolio.awards.models import Commitment
from portfolio.awards.service import reduce_commitment
from portfolio.documents import service as documents
from portfolio.documents.models import Document
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, TRANCHE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _document(work: Work, agreement: Agreement, form: ActForm, kind: str) -> Document:
    if not documents.attached(form.scan):
        raise Invalid(
            [
                FieldError(
                    "scan", _("Attach the signed act: it is what the group is told and may appeal against.")
                )
            ]
        )
    return documents.add(work, agreement, kind, form.scan, "scan")


def suspend(work: Work, agreement: Agreement, form: ActForm) -> None:
    """Stop paying until it resumes, by an act with its document; its delays stop too (I7)."""
    work.hold(agreement)
    work.require("agreement:suspend", agreement)
    document = _document(work, agreement, form, "suspension_act")
    work.advance(AGREEMENT, agreement, "suspend", reason=form.reason)
    open_suspension(work, agreement, form.act, form.reason, document.id)


def open_suspension(
    work: Work, agreement: Agreement, act: str, reason: str, document_id: int | None
) -> Suspension:
    """Record from when an agreement is suspended, and by which act."""
    found = Suspension(
        agreement_id=agreement.id,
        starts_on=work.today,
        act=act,
        reason=reason,
        document_id=document_id,
        suspended_by_id=work.actor.id,
        suspended_at=work.now,
    )
    work.db.add(found)
    work.db.flush()
    return found


def _end_suspension(work: Work, agreement: Agreement) -> None:
    for found in queries.suspensions(work, agreement):
        if found.ends_on is None:
            work.hold(found)
            found.ends_on = work.today
            found.resumed_by_id = work.actor.id
            found.resumed_at = work.now
    work.db.flush()


def resume(work: Work, agreement: Agreement, reason: str) -> None:
    """Let a suspended agreement go on, with the reason; its delays run again."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "resume", reason=reason)
    _end_suspension(work, agreement)


def terminate_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """Money on its way is paid or called back first: suspend in the meantime."""
    for tranche in queries.tranches(work, agreement):
        if tranche.status == "requested":
            yield Refusal(
                "tranche_requested",
                _("Tranche %(number)d is requested: its payment is on its way.") % {"number": tranche.number},
                way_out=_("Suspend the agreement at once, then have the payment rejected, or paid."),
                who=who_may("tranche:release"),
                url=f"/agreements/{agreement.id}#tranche-{tranche.number}",
            )


def terminate(work: Work, agreement: Agreement, form: TerminateForm) -> None:
    """End the agreement before its time, by an act with its document; what was advanced stays to be justified or paid back (I7). For a
    fault, after a formal notice whose delay is over (R11, article 19)."""
    work.hold(agreement)
    work.require("agreement:terminate", agreement)
    refuse(terminate_obstacles(work, agreement))
    fault = form.ground == "fault"
    if fault and AGREEMENT.find("terminate", agreement.status):
        refuse(queries.notice_refusals(work, agreement))
    notice = queries.expired_notice(work, agreement) if fault else None
    _document(work, agreement, form, "termination_act")
    data = {"act": form.act, "ground": form.ground, "notice": notice.reference if notice else ""}
    work.advance(AGREEMENT, agreement, "terminate", reason=form.reason, data=data)
    settle(work, agreement, form.reason)


def settle(work: Work, agreement: Agreement, reason: str) -> None:
    """After a termination: unpaid tranches cancelled, the rest of the commitment released, the group free to ask for another grant.

    Its advances stay on the books: an old unjustified advance still bars a new grant.
    """
    _end_suspension(work, agreement)
    for tranche in queries.tranches(work, agreement):
        if tranche.status == "planned":
            work.hold(tranche)
            work.advance(TRANCHE, tranche, "cancel", reason=reason, given_up=True)
    rest = queries.settlement(work, agreement)["released_minor"]
    if rest > 0:
        commitment = work.db.get_one(Commitment, agreement.commitment_id)
        reduce_commitment(work, commitment, rest, reason)
    mark_grant_closed(work, work.db.get_one(Application, agreement.application_id))


def cancel_obstacles(work: Work, tranche: Tranche) -> Iterator[Refusal]:
    """A tranche is given up on its own only when the agreement is over."""
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    if agreement.status not in ("closing", "terminated"):
        yield Refusal(
            "still_running",
            _("The agreement is in execution: a tranche is cancelled by an amendment of the schedule."),
            way_out=_("Prepare an amendment, or start closing the agreement."),
            who=who_may("amendment:prepare"),
        )


def cancel_tranche(work: Work, tranche: Tranche, reason: str) -> None:
    """Give up a tranche that will not be paid before the agreement is closed: its francs go back to the line at the closing."""
    agreement = work.hold(work.db.get_one(Agreement, tranche.agreement_id))
    work.hold(tranche)
    refuse(cancel_obstacles(work, tranche))
    work.advance(TRANCHE, tranche, "cancel", reason=reason, given_up=True, permission_on=agreement)


def start_closing(work: Work, agreement: Agreement) -> None:
    """Begin the closing: from here on no tranche is requested."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "start_closing")


def declare_force_majeure(work: Work, form: ForceMajeureForm) -> ForceMajeure:
    """Stop every delay of a zone from a date, by an act with its document."""
    if work.db.get(Place, form.place_id) is None:
        raise Invalid([FieldError("place_id", _("Choose the zone in the list."))])
    if form.ends_on is not None and form.ends_on < form.starts_on:
        raise Invalid([FieldError("ends_on", _("The end comes before the beginning: correct the dates."))])
    if not documents.attached(form.scan):
        raise Invalid(
            [FieldError("scan", _("Attach the act that states it: every delay of the zone stops on it."))]
        )
    found = ForceMajeure(
        place_id=form.place_id,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        act=form.act,
        reason=form.reason,
        declared_by_id=work.actor.id,
        declared_at=work.now,
    )
    work.create(found, "force_majeure:declared", permission="agreement:suspend", reason=form.reason)
    documents.add(work, found, "force_majeure_act", form.scan, "scan")
    return found


def lift_force_majeure(work: Work, found: ForceMajeure) -> None:
    """End a force majeure today; once."""
    work.hold(found)
    if found.lifted_at is not None:
        raise Refused(Refusal("already_done", _("This force majeure has already been lifted.")))
    ends_on = found.ends_on if found.ends_on and found.ends_on < work.today else work.today
    work.edit(
        found,
        "force_majeure:lifted",
        permission="agreement:suspend",
        ends_on=max(ends_on, found.starts_on),
        lifted_by_id=work.actor.id,
        lifted_at=work.now,
    )
