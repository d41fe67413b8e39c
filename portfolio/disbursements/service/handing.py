"""Cash from hand to hand: what the décharge must say before it is recorded (document 11, M15, R17)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements.queries import alike
from portfolio.disbursements import queries
from portfolio.disbursements.forms import PayForm
from portfolio.disbursements.models import Disbursement
from portfolio.kit.errors import FieldError
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work

WITNESSES = ("witness_one", "witness_two")


def cash_errors(work: Work, disbursement: Disbursement, form: PayForm) -> Iterator[FieldError]:
    """The reçu; the paper of identity, its number and its date; the hour and the place; two witnesses of a thumbprint."""
    missing = _("A payment in cash needs the number of the signed reçu, and the identity of who took the money.")
    for name in ("receipt_number", "received_by", "identity_kind", "identity_number"):
        if not getattr(form, name):
            yield FieldError(name, missing)
    if form.identity_on is None:
        yield FieldError("identity_on", _("Copy the day on which the paper of identity was issued."))
    elif form.identity_on > form.paid_on:
        yield FieldError("identity_on", _("The paper of identity was issued after the payment: read it again."))
    for name in ("handed_at", "handed_place"):
        if not getattr(form, name):
            yield FieldError(name, _("Say at which hour and in which place the money was handed over."))
    if form.paid_on == work.today and (form.handed_at or "") > f"{work.now:%H:%M}":
        yield FieldError("handed_at", _("This hour is still to come. Enter the hour when it happens."))
    yield from witness_errors(work, disbursement, form)


def witness_errors(work: Work, disbursement: Disbursement, form: PayForm) -> Iterator[FieldError]:
    """Two different persons, neither the one who took the money nor the one who hands it over, each with a paper; needed where the register
    of the group says that this person cannot sign, and complete where any is typed."""
    taker = form.received_by or ""
    if not (form.witnesses() or queries.puts_thumbprint(work, disbursement, taker)):
        return
    for name in WITNESSES:
        for field in (name, f"{name}_paper"):
            if not getattr(form, field):
                yield FieldError(field, _("A thumbprint needs two witnesses, each with a paper of identity."))
        witness = getattr(form, name) or ""
        if witness and taker and alike(witness, taker):
            yield FieldError(name, _("Who takes the money cannot be a witness of it."))
        elif witness and alike(witness, work.actor.name):
            yield FieldError(name, _("Who hands the money over cannot be a witness of it."))
    if form.witness_one and form.witness_two and alike(form.witness_one, form.witness_two):
        yield FieldError("witness_two", _("The two witnesses must be two different persons."))
