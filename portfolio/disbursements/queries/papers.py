"""What the papers of a payment print: plain facts (documents 10 and 11, demande, fiche de liquidation)."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of, visa_required
from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.disbursements.models import Disbursement, Rejection, Requisition
from portfolio.disbursements.queries.deductions import deductions
from portfolio.disbursements.queries.records import agreement_of, figures, rejections, tranche_of
from portfolio.disbursements.reference import CAUSE_WORDS, causes
from portfolio.documents import queries as documents
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import last4
from portfolio.procurement import queries as purchases
from portfolio.work import Work


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def base(work: Work, d: Disbursement, on: date) -> dict[str, Any]:
    """What every paper of a payment says first."""
    agreement, tranche = agreement_of(work, d), tranche_of(work, d)
    found = agreements.parties(work, agreement)
    return {
        "letterhead": letterhead(on),
        "head": institution(on)["head"],
        "on": on.isoformat(),
        "order": d.reference,
        "call": found.call.code,
        "application": found.application.reference,
        "agreement": agreement.reference,
        "agreement_on": _iso(agreement.signed_at.date() if agreement.signed_at else None),
        "title": agreement.title,
        "decision": found.decision.reference,
        "decision_on": _iso(found.decision.signed_at.date() if found.decision.signed_at else None),
        "commitment": found.commitment.reference,
        "commitment_on": found.commitment.prepared_at.date().isoformat(),
        "commitment_visa_on": _iso(found.commitment.visaed_at.date() if found.commitment.visaed_at else None),
        "fund": f"{found.fund.code} — {found.fund.name}",
        "line": f"{found.line.code} — {found.line.label}",
        "exercice": found.line.exercice,
        "group": found.group.name,
        "place": agreements.place_words(work, found.place),
        "tranche": tranche.number,
        "tranche_minor": tranche.amount_minor,
        "tranche_label": tranche.label,
        "modality": d.modality,
        "amount_minor": d.amount_minor,
        "currency": d.amount_currency,
        "payee": d.payee,
        "payee_kind": d.payee_kind,
        "account_kind": d.account_kind,
        "account_provider": d.account_provider,
        "account_number": last4(d.account_number),
    }


def signer(work: Work, person: Person | None, at: Any, permission: str, act: str = "") -> dict[str, Any]:
    """Who signed, in what capacity: what was noted at the signature, else the act of the role held that day (F5)."""
    if not act and person and at:
        act = act_of(work, person.id, at.date(), permission)
    return {
        "name": person.full_name if person else "",
        "function": person.function if person else "",
        "on": at.date().isoformat() if at else None,
        "act": act,
    }


def _conditions(work: Work, agreement: Agreement, tranche: Tranche) -> list[dict[str, Any]]:
    """Condition by condition: what it is, its source, its value, when and by whom it was met."""
    snap = agreements.snapshot(work, agreement)
    own = next(t for t in snap.tranches if t.id == tranche.id)
    rows = snap.conditions.get(tranche.id, [])
    persons = agreements.people(work, [i for c in rows for i in (c.met_by_id, c.waived_by_id)])
    found = []
    for c in rows:
        person = persons.get(c.waived_by_id or c.met_by_id or 0)
        when = c.waived_at or c.met_at
        value, source = c.evidence, c.source
        if c.kind in ("justified_previous", "justified_earlier"):
            source = "grand livre"
            value = " ; ".join(
                f"T{t.number} : {snap.standing(t).accepted} / {snap.standing(t).advanced}"
                for t in snap.tranches
                if t.number < tranche.number and snap.standing(t).advanced
            )
        elif c.kind == "agreement_signed":
            source, value = "convention", agreement.reference
            when = agreement.signed_at
        found.append(
            {
                "condition": agreements.words(c, tranche.number),
                "source": source,
                "value": value,
                "met": agreements.is_met(snap, own, c),
                "waived": c.waived_at is not None,
                "waiver_reason": c.waiver_reason if c.waived_at else "",
                "on": _iso(when.date() if when else None),
                "by": person.full_name if person else "",
            }
        )
    return found


def request_facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The demande de décaissement: conditions claimed with their proofs, and what is missing, in francs."""
    agreement, tranche = agreement_of(work, d), tranche_of(work, d)
    persons = agreements.people(work, [d.requested_by_id])
    missing = [
        {"message": r.message, "missing_minor": r.missing_minor or 0}
        for r in (agreements.blockers(work, tranche) if d.status == "requested" else ())
        if r.code != "tranche_taken"
    ]
    return {
        **base(work, d, d.requested_at.date()),
        "conditions": _conditions(work, agreement, tranche),
        "missing": missing,
        "papers": list(d.papers or []),
        "requester": signer(
            work, persons.get(d.requested_by_id or 0), d.requested_at, "disbursement:request"
        ),
        "signatory": {"name": agreement.signatory_name, "function": agreement.signatory_function},
    }


def liquidation_facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The fiche de liquidation: condition by condition, the sum, the liquidateur."""
    agreement, tranche = agreement_of(work, d), tranche_of(work, d)
    persons = agreements.people(work, [d.liquidated_by_id])
    on = d.liquidated_at.date() if d.liquidated_at else work.today
    liquidator = persons.get(d.liquidated_by_id or 0)
    conditions = _conditions(work, agreement, tranche)
    for row in conditions:  # what the ledger or the agreement tells, the liquidateur has looked up that day
        if row["met"] and not row["by"]:
            row["by"] = liquidator.full_name if liquidator else ""
            row["on"] = row["on"] or on.isoformat()
    return {
        **base(work, d, on),
        "conditions": conditions,
        "receptions": [
            {"reference": r.reference, "on": r.received_on.isoformat()}
            for r in (
                purchases.receptions_of_tranche(work, tranche.id) if tranche.modality in TO_SUPPLIER else ()
            )
        ],
        "papers": list(d.papers or []),
        "liquidator": signer(work, liquidator, d.liquidated_at, "disbursement:liquidate"),
        "requested_on": d.requested_at.date().isoformat(),
    }


def order_facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The ordre de paiement, as far as the chain has gone."""
    persons = agreements.people(work, [d.liquidated_by_id, d.visaed_by_id, d.ordered_by_id, d.paid_by_id])
    on = d.ordered_at.date() if d.ordered_at else work.today
    table = figures(work, d)
    treasury = work.db.get(TreasuryAccount, d.treasury_account_id) if d.treasury_account_id else None
    paid = d.status == "paid"
    answers = [answer for _refused, answer in rejections(work, d) if answer is not None]
    requisitioned = {"requisition": _answer(work, answers[-1])} if d.requisitioned_at and answers else {}
    return {
        **base(work, d, on),
        **requisitioned,
        "ampliations": documents.ampliations(work, "order"),
        **({"visa_reserve": d.visa_reserve} if d.visa_reserve else {}),
        "figures": {
            "committed": table.committed,
            "ordered": table.ordered,
            "present": table.present,
            "left": table.left,
            "deductions": table.deductions,
            "net": table.net,
        },
        "deducted": [
            {"reference": row.reference, "order": row.order, "amount_minor": row.amount_minor}
            for row in deductions(work, d)
        ],
        "papers": list(d.papers or []),
        "controller": visa_required(work) or d.visaed_by_id is not None,
        "chain": {
            "liquidated": signer(
                work, persons.get(d.liquidated_by_id or 0), d.liquidated_at, "disbursement:liquidate"
            ),
            "visaed": signer(work, persons.get(d.visaed_by_id or 0), d.visaed_at, "disbursement:visa"),
            "ordered": signer(
                work, persons.get(d.ordered_by_id or 0), d.ordered_at, "disbursement:order", d.order_capacity
            ),
            "paid": signer(
                work, persons.get(d.paid_by_id or 0), d.paid_at if paid else None, "disbursement:pay"
            ),
        },
        "status": d.status,
        "payment_reference": d.payment_reference if paid else "",
        "paid_on": _iso(d.paid_on) if paid else None,
        "treasury": treasury.label if paid and treasury else "",
    }


def _refusal(work: Work, refused: Rejection) -> dict[str, Any]:
    found = causes(refused.rejected_at.date()).get(refused.cause)
    who = agreements.people(work, [refused.rejected_by_id]).get(refused.rejected_by_id)
    return {
        "rejection": refused.reference,
        "cause": _(CAUSE_WORDS[refused.cause]),
        "cause_source": found.source if found else "",
        "may_requisition": bool(found and found.may_requisition) and refused.reached == "ordered",
        "reason": refused.reason,
        "refused_on": refused.rejected_at.date().isoformat(),
        "refuser": signer(work, who, refused.rejected_at, "disbursement:reject"),
    }


def _answer(work: Work, answer: Requisition) -> dict[str, Any]:
    who = agreements.people(work, [answer.requisitioned_by_id]).get(answer.requisitioned_by_id)
    return {
        "requisition": answer.reference,
        "reason": answer.reason,
        "on": answer.requisitioned_at.date().isoformat(),
        "signer": signer(work, who, answer.requisitioned_at, "disbursement:requisition", answer.capacity),
    }


def rejection_facts(work: Work, d: Disbursement, refused: Rejection) -> dict[str, Any]:
    """The note de rejet: what was refused, its cause, its reason, what can answer it (R3)."""
    on = refused.rejected_at.date()
    return {
        **base(work, d, on),
        **_refusal(work, refused),
        "ordered_on": _iso(d.ordered_at.date()) if d.ordered_at and refused.reached == "ordered" else None,
    }


def requisition_facts(work: Work, d: Disbursement, answer: Requisition) -> dict[str, Any]:
    """The ordre de réquisition: the order, the refusal that it overrides, the reason, who answers for it (R3)."""
    refused = work.db.get_one(Rejection, answer.rejection_id)
    found = _answer(work, answer)
    return {
        **base(work, d, answer.requisitioned_at.date()),
        "refusal": _refusal(work, refused),
        "ordered_on": _iso(d.ordered_at.date()) if d.ordered_at else None,
        "reason": found["reason"],
        "signer": found["signer"],
        "ampliations": documents.ampliations(work, "requisition"),
    }
