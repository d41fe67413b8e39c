"""The agreement in execution: suspended, resumed, terminated; force majeure declared and lifted (I7, R18)."""

from __future__ import annotations

from portfolio.agreements import queries
from portfolio.agreements.forms import ForceMajeureForm
from portfolio.agreements.models import Agreement, ForceMajeure
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, TRANCHE
from portfolio.work import Work


def suspend(work: Work, agreement: Agreement, reason: str) -> None:
    """Stop paying until it resumes, with the reason."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "suspend", reason=reason)


def resume(work: Work, agreement: Agreement, reason: str) -> None:
    """Let a suspended agreement go on, with the reason."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "resume", reason=reason)


def terminate(work: Work, agreement: Agreement, reason: str) -> None:
    """End the agreement before its time: tranches not yet requested are cancelled; what was advanced stays to be justified or paid back."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "terminate", reason=reason)
    for tranche in queries.tranches(work, agreement):
        if tranche.status == "planned":
            work.hold(tranche)
            work.advance(TRANCHE, tranche, "cancel", reason=reason)


def start_closing(work: Work, agreement: Agreement) -> None:
    """Begin the closing: from here on no tranche is requested."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "start_closing")


def declare_force_majeure(work: Work, form: ForceMajeureForm) -> ForceMajeure:
    """Stop every delay of a zone from a date, by an act."""
    if work.db.get(Place, form.place_id) is None:
        raise Invalid([FieldError("place_id", _("Choose the zone in the list."))])
    if form.ends_on is not None and form.ends_on < form.starts_on:
        raise Invalid([FieldError("ends_on", _("The end comes before the beginning: correct the dates."))])
    found = ForceMajeure(
        place_id=form.place_id,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        act=form.act,
        reason=form.reason,
        declared_by_id=work.actor.id,
        declared_at=work.now,
    )
    return work.create(found, "force_majeure:declared", permission="agreement:suspend", reason=form.reason)


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
