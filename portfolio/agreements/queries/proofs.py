"""Reading the records that show conditions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portfolio.agreements.models import Agreement, Condition, Proof, Tranche
from portfolio.agreements.reference import OPINION_WORDS
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import date_text, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.work import Work


def proofs_of(work: Work, condition: Condition) -> list[Proof]:
    """The records of one condition, oldest first."""
    statement = select(Proof).where(Proof.condition_id == condition.id)
    return list(work.db.scalars(statement.order_by(Proof.id)))


def get_proof(work: Work, number: int) -> tuple[Proof, Tranche]:
    """One record with its tranche; NotFound outside scope."""
    found = work.db.get(Proof, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    condition = work.db.get_one(Condition, found.condition_id)
    return found, work.fetch(Tranche, condition.tranche_id, "agreement:view")


def same_paper(work: Work, agreement: Agreement, sha256: str) -> tuple[Condition, Tranche] | None:
    """The condition of this agreement that the same file already shows; a returned report does not count."""
    statement = (
        select(Condition, Tranche)
        .join(Proof, Proof.condition_id == Condition.id)
        .join(Tranche, Tranche.id == Condition.tranche_id)
        .where(Tranche.agreement_id == agreement.id, Proof.document_sha256 == sha256)
    )
    row = work.db.execute(statement.limit(1)).first()
    return (row[0], row[1]) if row is not None else None


def counting(proofs: Sequence[Proof]) -> list[Proof]:
    """Those that count: accepted, and for an opinion, not against."""
    return [p for p in proofs if p.accepted_at is not None and p.opinion != "unfavourable"]


def deposit_missing(agreement: Agreement, proofs: Sequence[Proof]) -> int:
    """What the deposits recorded lack to reach the own contribution in cash, in minor units."""
    return max(0, agreement.own_cash_minor - sum(p.amount_minor or 0 for p in counting(proofs)))


def shown(agreement: Agreement, condition: Condition, proofs: Sequence[Proof]) -> bool:
    """Whether the records suffice for the condition. The last opinion is the one that counts."""
    if condition.kind == "opinion":
        return bool(counting(proofs[-1:]))
    if condition.kind == "own_contribution" and deposit_missing(agreement, proofs):
        return False
    return bool(counting(proofs))


def proof_text(proof: Proof) -> str:
    """« n° 12 · Caisse populaire · Gao · 12 mars 2026 · 445 000 F CFA »."""
    parts = [
        _("No. %(number)s") % {"number": proof.number} if proof.number else "",
        proof.issuer,
        proof.place,
        date_text(proof.dated_on),
        amount(proof.amount_minor, proof.amount_currency) if proof.amount_minor else "",
        _(OPINION_WORDS[proof.opinion]) if proof.opinion else "",
        ngettext("%(num)d person", "%(num)d people", proof.attended) % {"num": proof.attended}
        if proof.attended
        else "",
        _("from %(start)s to %(end)s") % {"start": date_text(proof.from_on), "end": date_text(proof.to_on)}
        if proof.from_on and proof.to_on
        else "",
    ]
    return " · ".join(part for part in parts if part)[:300]
