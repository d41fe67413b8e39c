"""Conditions of tranches: met with their evidence, or waived by two people with a reason; tranches frozen and freed."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries
from portfolio.agreements.forms import WaiverForm
from portfolio.agreements.models import Agreement, Condition, Tranche
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def meet(work: Work, condition: Condition, evidence: str) -> None:
    """Record that a condition is met. Called by the room that knows (a visit validated, goods received), whose own verb has checked who may."""
    work.hold(condition)
    if condition.met_at is not None or condition.waived_at is not None:
        return
    condition.met_at = work.now
    condition.met_by_id = work.actor.id
    condition.evidence = evidence[:300]
    work.db.flush()
    work.record(
        "condition:met",
        work.db.get_one(Tranche, condition.tranche_id),
        data={"condition": condition.id, "kind": condition.kind, "evidence": [None, evidence[:300]]},
    )


def propose_waiver(work: Work, condition: Condition, form: WaiverForm) -> None:
    """Ask, with the reason, the act and its document, that a tranche be paid without this condition."""
    work.hold(condition)
    tranche = work.db.get_one(Tranche, condition.tranche_id)
    work.require("condition:meet", tranche)
    refuse(settled(condition, tranche))
    if not documents.attached(form.scan):
        raise Invalid(
            [
                FieldError(
                    "scan", _("Attach the document of the waiver: the letter or the note that asks for it.")
                )
            ]
        )
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    document = documents.add(work, agreement, "waiver", form.scan, "scan")
    condition.waiver_reason = form.reason.strip()
    condition.waiver_act = form.act
    condition.waiver_document_id = document.id
    condition.waiver_proposed_by_id = work.actor.id
    work.db.flush()
    work.record(
        "condition:waiver_proposed",
        tranche,
        reason=form.reason,
        data={"condition": condition.id, "kind": condition.kind, "act": form.act, "sha256": document.sha256},
    )


def waive_obstacles(work: Work, condition: Condition) -> Iterator[Refusal]:
    """A waiver is the act of two people."""
    if condition.waiver_proposed_by_id is None:
        yield Refusal(
            "waiver_unproposed",
            _("Nobody has asked for this waiver yet."),
            way_out=_("Have it proposed, with its reason."),
            who=who_may("condition:meet"),
        )
    elif condition.waiver_document_id is None:
        yield Refusal(
            "waiver_document_missing",
            _("This waiver has no document."),
            way_out=_("Have it proposed again, with its document."),
            who=who_may("condition:meet"),
        )
    elif condition.waiver_proposed_by_id == work.actor.id:
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already acted on this record. A second person must do this."),
            who=who_may("condition:waive"),
        )


def waive(work: Work, condition: Condition) -> None:
    """Grant the waiver that another person proposed: a named act, kept for ever."""
    work.hold(condition)
    tranche = work.db.get_one(Tranche, condition.tranche_id)
    grant = work.require("condition:waive", tranche)
    refuse(settled(condition, tranche))
    refuse(waive_obstacles(work, condition))
    condition.waived_by_id = work.actor.id
    condition.waived_at = work.now
    work.db.flush()
    work.record(
        "condition:waived",
        tranche,
        reason=condition.waiver_reason,
        data={"condition": condition.id, "kind": condition.kind},
    )
    _issue_waiver(work, condition, tranche, grant.capacity or "")


def _issue_waiver(work: Work, condition: Condition, tranche: Tranche, capacity: str) -> None:
    """Print the dérogation and keep it with the papers of the agreement."""
    from portfolio.agreements.pdf.waiver import waiver_pdf

    with speaking("fr"):  # a paper is French whatever the screen speaks
        documents.issue(
            work,
            kind="waiver",
            reference=f"{tranche.code}-D{condition.id}",
            title=_("Waiver of a condition of tranche %(number)d") % {"number": tranche.number},
            subject=work.db.get_one(Agreement, tranche.agreement_id),
            facts=queries.waiver_facts(work, condition, tranche, capacity),
            draw=waiver_pdf,
        )


def freeze(work: Work, tranche: Tranche, reason: str) -> None:
    """Hold a tranche back until a matter is settled. Called by the room that found it (a paper presented twice, a complaint)."""
    work.hold(tranche)
    tranche.frozen_reason = reason[:300]
    work.db.flush()
    work.record("tranche:frozen", tranche, reason=reason)


def unfreeze(work: Work, tranche: Tranche, reason: str) -> None:
    """Let a frozen tranche go, with the reason."""
    work.hold(tranche)
    if not tranche.frozen_reason:
        return
    tranche.frozen_reason = ""
    work.db.flush()
    work.record("tranche:unfrozen", tranche, reason=reason)


def settled(condition: Condition, tranche: Tranche) -> Iterator[Refusal]:
    """Nothing more is recorded on a condition met or waived, or of a tranche paid."""
    if condition.met_at is not None or condition.waived_at is not None:
        yield Refusal("already_done", _("This condition is already met or waived. Reload the page."))
    if tranche.status in ("paid", "cleared", "cancelled"):
        yield Refusal(
            "tranche_paid", _("This tranche is already paid or cancelled: its conditions are closed.")
        )
