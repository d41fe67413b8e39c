"""What the reçu or the décharge of a payment prints (document 11)."""

from __future__ import annotations

from typing import Any

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.queries.papers import base, signer
from portfolio.disbursements.queries.records import agreement_of, tranche_of
from portfolio.groups.models import Group, Officer
from portfolio.groups.queries import officers
from portfolio.work import Work

OFFICE_WORDS = {
    "president": ("Président", "Présidente"),
    "treasurer": ("Trésorier", "Trésorière"),
    "secretary": ("Secrétaire", "Secrétaire"),
}
"""Offices of a group as its papers print them, a man's and a woman's."""


def taker_of(work: Work, d: Disbursement, name: str) -> tuple[str, Officer | None]:
    """Who takes the money for the payee, and the officer of the group of that name; a supplier has none."""
    if d.payee_kind != "group":
        return name, None
    taker = name or agreement_of(work, d).signatory_name
    bureau = officers(work, work.db.get_one(Group, d.group_id))
    return taker, next((o for o in bureau if o.full_name == taker), None)


def puts_thumbprint(work: Work, d: Disbursement, name: str) -> bool:
    """Whether who takes the money cannot sign: the register of the group says so, or the convention was signed so (R17)."""
    if d.payee_kind != "group":
        return False
    taker, member = taker_of(work, d, name)
    agreement = agreement_of(work, d)
    if member is not None:
        return not member.can_sign
    return agreement.signed_with_thumbprint and taker == agreement.signatory_name


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
    taker, member = taker_of(work, d, d.received_by)
    known = None if d.identity_number else member
    return {
        **base(work, d, on),
        "amount_minor": d.net_minor,
        "received_by": taker,
        "received_as": _capacity(agreement, taker, member) if d.payee_kind == "group" else "",
        "identity_kind": known.id_kind if known else d.identity_kind,
        "identity_number": known.id_number.removeprefix(known.id_kind).strip()
        if known
        else d.identity_number,
        "identity_on": d.identity_on.isoformat() if d.identity_on else None,
        "handed_at": d.handed_at,
        "handed_place": d.handed_place,
        "witnesses": list(d.witnesses or []),
        "receipt_number": d.receipt_number or "",
        "payment_reference": d.payment_reference or "",
        "thumbprint": bool(d.witnesses) or puts_thumbprint(work, d, d.received_by),
        "language": agreement.reading_language,
        "balance_minor": tranche.amount_minor - tranche.paid_minor,
        "payer": signer(work, persons.get(d.paid_by_id or 0), d.paid_at, "disbursement:pay"),
    }
