"""The true records that show conditions: recorded with their paper, a report accepted or returned by another person (R16, J3, M2)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries
from portfolio.agreements.forms import ProofForm
from portfolio.agreements.models import PROVEN, Agreement, Condition, Proof, Tranche
from portfolio.agreements.queries.proofs import proof_text
from portfolio.agreements.service.conditions import meet, settled
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

PROVABLE = ("signed_by_group", "active", "suspended", "closing")
"""Agreements whose conditions no longer move: a draft may be written again whole."""


def record_obstacles(work: Work, condition: Condition, tranche: Tranche) -> Iterator[Refusal]:
    """Only what no other room tells is recorded here, and only while the condition stands open."""
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    if condition.kind not in PROVEN:
        yield Refusal(
            "condition_computed",
            _("This condition is not recorded by hand: it is computed, or met by the record that shows it."),
            way_out=_("Follow the link beside the condition."),
        )
        return
    if agreement.status not in PROVABLE:
        yield Refusal(
            "not_signed_yet",
            _(
                "Papers are recorded from the signature of the group on: until then the schedule may still be written again."
            )
            if agreement.status in ("draft", "ready", "sent")
            else _("The agreement has ended: its conditions are closed."),
        )
        return
    yield from settled(condition, tranche)


def record_errors(work: Work, agreement: Agreement, kind: str, form: ProofForm) -> Iterator[FieldError]:
    """What each kind of paper must say, beside its field."""
    if form.dated_on > work.today:
        yield FieldError("dated_on", _("This date is in the future: enter the date of the paper."))
    needed = {
        "own_contribution": ("number", "issuer", "amount"),
        "training": ("issuer", "place", "attended", "attended_women"),
        "opinion": ("number", "issuer", "opinion"),
        "works_contract": ("number", "issuer", "amount"),
        "report": ("from_on", "to_on", "note"),
        "document": ("issuer",),
        "no_reserve": ("number",),
    }[kind]
    for name in needed:
        if getattr(form, name) is None:
            yield FieldError(name, _("Fill in this field: the paper says it."))
    if kind == "training" and form.attended is not None:
        if not form.attended:
            yield FieldError(
                "attended", _("A training that nobody attended shows nothing: count the signatures.")
            )
        elif form.attended_women is not None and form.attended_women > form.attended:
            yield FieldError("attended_women", _("There are more women than people in all: count again."))
    if kind == "report" and form.from_on is not None and form.to_on is not None:
        if form.to_on < form.from_on:
            yield FieldError("to_on", _("The period ends before it begins."))
        elif form.to_on > form.dated_on:
            yield FieldError("to_on", _("The report cannot be dated before the end of its period."))
    if not documents.attached(form.scan):
        yield FieldError("scan", _("Attach the paper itself: scan or photo."))


def record_proof(work: Work, condition: Condition, form: ProofForm) -> Proof:
    """Keep one record with its paper. A report waits for another person; the others count at once, as far as they go."""
    work.hold(condition)
    tranche = work.db.get_one(Tranche, condition.tranche_id)
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    work.require("condition:meet", tranche)
    refuse(record_obstacles(work, condition, tranche))
    errors = list(record_errors(work, agreement, condition.kind, form))
    if errors:
        raise Invalid(errors)
    document = documents.add(work, agreement, "proof", form.scan, "scan")
    known = queries.same_paper(work, agreement, document.sha256)
    if known is not None:
        raise Invalid(
            [
                FieldError(
                    "scan",
                    _("This very file already shows « %(condition)s »: attach the right paper.")
                    % {"condition": queries.words(known[0], known[1].number)},
                )
            ]
        )
    kind = condition.kind
    proof = Proof(
        condition_id=condition.id,
        kind=kind,
        dated_on=form.dated_on,
        number=form.number or "",
        issuer=form.issuer or "",
        place=form.place or "",
        amount_minor=form.amount if kind in ("own_contribution", "works_contract") else None,
        amount_currency=agreement.amount_currency,
        attended=form.attended if kind == "training" else None,
        attended_women=form.attended_women if kind == "training" else None,
        opinion=(form.opinion or "") if kind == "opinion" else "",
        from_on=form.from_on if kind == "report" else None,
        to_on=form.to_on if kind == "report" else None,
        note=form.note or "",
        document_id=document.id,
        document_sha256=document.sha256,
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    work.db.add(proof)
    if kind != "report":
        proof.accepted_by_id, proof.accepted_at = work.actor.id, work.now
    work.db.flush()
    work.record(
        "proof:recorded",
        tranche,
        data={"condition": condition.id, "kind": kind, "proof": proof.id, "sha256": document.sha256},
    )
    _meet(work, agreement, condition, proof)
    return proof


def _meet(work: Work, agreement: Agreement, condition: Condition, proof: Proof) -> None:
    """Stamp the condition when its records suffice; what is read later is the records themselves."""
    if queries.shown(agreement, condition, queries.proofs_of(work, condition)):
        meet(work, condition, proof_text(proof))


def _waiting(proof: Proof) -> Iterator[Refusal]:
    if proof.accepted_at is not None or proof.returned_at is not None:
        yield Refusal("already_done", _("This report was already accepted or returned. Reload the page."))


def accept_proof(work: Work, proof: Proof) -> None:
    """Another person read the report and accepts it: the condition is met."""
    condition = work.hold(work.db.get_one(Condition, proof.condition_id))
    work.hold(proof)
    tranche = work.db.get_one(Tranche, condition.tranche_id)
    work.require("proof:accept", tranche)
    refuse(_waiting(proof))
    if proof.recorded_by_id == work.actor.id:
        raise Refused(
            Refusal(
                "four_eyes",
                _("Separation of duties: you already acted on this record. A second person must do this."),
                who=who_may("proof:accept"),
            )
        )
    proof.accepted_by_id, proof.accepted_at = work.actor.id, work.now
    work.db.flush()
    work.record("proof:accepted", tranche, data={"condition": condition.id, "proof": proof.id})
    _meet(work, work.db.get_one(Agreement, tranche.agreement_id), condition, proof)


def return_proof(work: Work, proof: Proof, reason: str) -> None:
    """The report goes back with the reason; another one is presented."""
    condition = work.hold(work.db.get_one(Condition, proof.condition_id))
    work.hold(proof)
    tranche = work.db.get_one(Tranche, condition.tranche_id)
    work.require("proof:accept", tranche)
    refuse(_waiting(proof))
    proof.returned_by_id, proof.returned_at, proof.returned_reason = work.actor.id, work.now, reason
    work.db.flush()
    work.record("proof:returned", tranche, reason=reason, data={"condition": condition.id, "proof": proof.id})
