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
from portfolio.groups.models import Group, Officer
from portfolio.groups.queries import officers
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import last4
from portfolio.procurement import queries as purchases
from portfolio.work import Work

OFFICE_WORDS = {
    "president": ("Président", "Présidente"),
    "treasurer": ("Trésorier", "Trésorière"),
    "secretary": ("Secrétaire", "Secrétaire"),
}
"""Offices of a group as its papers print them, a man's and a woman's."""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _base(work: Work, d: Disbursement, on: date) -> dict[str, Any]:
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


def _signer(work: Work, person: Person | None, at: Any, permission: str, act: str = "") -> dict[str, Any]:
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
        **_base(work, d, d.requested_at.date()),
        "conditions": _conditions(work, agreement, tranche),
        "missing": missing,
        "papers": list(d.papers or []),
        "requester": _signer(
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
        **_base(work, d, on),
        "conditions": conditions,
        "receptions": [
            {"reference": r.reference, "on": r.received_on.isoformat()}
            for r in (
                purchases.receptions_of_tranche(work, tranche.id) if tranche.modality in TO_SUPPLIER else ()
            )
        ],
        "papers": list(d.papers or []),
        "liquidator": _signer(work, liquidator, d.liquidated_at, "disbursement:liquidate"),
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
        **_base(work, d, on),
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
            "liquidated": _signer(
                work, persons.get(d.liquidated_by_id or 0), d.liquidated_at, "disbursement:liquidate"
            ),
            "visaed": _signer(work, persons.get(d.visaed_by_id or 0), d.visaed_at, "disbursement:visa"),
            "ordered": _signer(
                work, persons.get(d.ordered_by_id or 0), d.ordered_at, "disbursement:order", d.order_capacity
            ),
            "paid": _signer(
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
        "refuser": _signer(work, who, refused.rejected_at, "disbursement:reject"),
    }


def _answer(work: Work, answer: Requisition) -> dict[str, Any]:
    who = agreements.people(work, [answer.requisitioned_by_id]).get(answer.requisitioned_by_id)
    return {
        "requisition": answer.reference,
        "reason": answer.reason,
        "on": answer.requisitioned_at.date().isoformat(),
        "signer": _signer(work, who, answer.requisitioned_at, "disbursement:requisition", answer.capacity),
    }


def rejection_facts(work: Work, d: Disbursement, refused: Rejection) -> dict[str, Any]:
    """The note de rejet: what was refused, its cause, its reason, what can answer it (R3)."""
    on = refused.rejected_at.date()
    return {
        **_base(work, d, on),
        **_refusal(work, refused),
        "ordered_on": _iso(d.ordered_at.date()) if d.ordered_at and refused.reached == "ordered" else None,
    }


def requisition_facts(work: Work, d: Disbursement, answer: Requisition) -> dict[str, Any]:
    """The ordre de réquisition: the order, the refusal that it overrides, the reason, who answers for it (R3)."""
    refused = work.db.get_one(Rejection, answer.rejection_id)
    found = _answer(work, answer)
    return {
        **_base(work, d, answer.requisitioned_at.date()),
        "refusal": _refusal(work, refused),
        "ordered_on": _iso(d.ordered_at.date()) if d.ordered_at else None,
        "reason": found["reason"],
        "signer": found["signer"],
        "ampliations": documents.ampliations(work, "requisition"),
    }


def _capacity(agreement: Agreement, taker: str, member: Officer | None) -> str:
    """As what this person receives for the group: the signatory's own words, else the office held."""
    if taker == agreement.signatory_name:
        return agreement.signatory_function
    if member is None:
        return ""
    masculine, feminine = OFFICE_WORDS[member.office]
    return feminine if member.sex == "F" else masculine


def receipt_facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The reçu or décharge that the payee signs, with the balance of the tranche after."""
    agreement, tranche = agreement_of(work, d), tranche_of(work, d)
    persons = agreements.people(work, [d.paid_by_id])
    on = d.paid_on or work.today
    to_group = d.payee_kind == "group"
    taker = d.received_by or (agreement.signatory_name if to_group else "")
    bureau = officers(work, work.db.get_one(Group, agreement.group_id)) if to_group else []
    member = next((o for o in bureau if o.full_name == taker), None)
    known = None if d.identity_number else member
    return {
        **_base(work, d, on),
        "amount_minor": d.net_minor,
        "received_by": taker,
        "received_as": _capacity(agreement, taker, member) if to_group else "",
        "identity_kind": known.id_kind if known else d.identity_kind,
        "identity_number": known.id_number.removeprefix(known.id_kind).strip()
        if known
        else d.identity_number,
        "receipt_number": d.receipt_number or "",
        "payment_reference": d.payment_reference or "",
        "thumbprint": not member.can_sign if member else agreement.signed_with_thumbprint,
        "language": agreement.reading_language,
        "balance_minor": tranche.amount_minor - tranche.paid_minor,
        "payer": _signer(work, persons.get(d.paid_by_id or 0), d.paid_at, "disbursement:pay"),
    }
