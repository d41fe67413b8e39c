"""Reading batches: their lines with what each payment has become, the signatures, what looks like a splitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement
from portfolio.disbursements import queries as disbursements
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import CHANNEL_OF, Band, band_of
from portfolio.documents.reference import letterhead
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.chain import digest
from portfolio.payments.models import PaymentApproval, PaymentBatch, PaymentLine
from portfolio.payments.reference import SIGNATURE_WORDS, profile
from portfolio.work import Work

KINDS = {
    "bank": ("bank", "sfd"),
    "mobile": ("mobile",),
    "cash": ("cash",),
}
"""Kinds of payee accounts that each channel pays."""


@dataclass(frozen=True)
class Line:
    """A line with its payment as it stands now."""

    line: PaymentLine
    disbursement: Disbursement
    agreement: str
    follower: Disbursement | None
    """The payment that follows a failed one."""

    @property
    def drifted(self) -> bool:
        """Whether the payment left its place: returned or rejected since it was put here."""
        return self.disbursement.status in ("requested", "liquidated", "visaed", "rejected")


@dataclass(frozen=True)
class Needed:
    """Signatures that a batch needs, those it has, and the amount that decided."""

    approve: int
    authorise: int
    basis_minor: int
    band: Band


def visible(work: Work) -> Select[PaymentBatch]:
    """The batches that the actor may see."""
    return select(PaymentBatch).where(work.within("payment_batch:view", PaymentBatch))


def get(work: Work, number: int) -> PaymentBatch:
    """The batch with this id; NotFound outside scope."""
    return work.fetch(PaymentBatch, number, "payment_batch:view")


def lines_of(work: Work, batch: PaymentBatch) -> list[PaymentLine]:
    """The lines in their order."""
    statement = select(PaymentLine).where(PaymentLine.batch_id == batch.id)
    return list(work.db.scalars(statement.order_by(PaymentLine.position, PaymentLine.id)))


def rows_of(work: Work, batch: PaymentBatch) -> list[Line]:
    """The lines with their payments; two queries."""
    statement = (
        select(PaymentLine, Disbursement, Agreement.reference)
        .join(Disbursement, Disbursement.id == PaymentLine.disbursement_id)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .where(PaymentLine.batch_id == batch.id)
        .order_by(PaymentLine.position, PaymentLine.id)
    )
    found = list(work.db.execute(statement))
    failed = [d.id for _line, d, _reference in found if d.status == "failed"]
    followers: dict[int | None, Disbursement] = {}
    if failed:
        later = select(Disbursement).where(Disbursement.follows_id.in_(failed)).order_by(Disbursement.id)
        followers = {f.follows_id: f for f in work.db.scalars(later)}
    return [Line(line, d, reference, followers.get(d.id)) for line, d, reference in found]


def of_disbursement(work: Work, disbursement: Disbursement) -> list[PaymentBatch]:
    """The batches in which a payment stands, oldest first."""
    statement = (
        select(PaymentBatch)
        .join(PaymentLine, PaymentLine.batch_id == PaymentBatch.id)
        .where(PaymentLine.disbursement_id == disbursement.id)
        .order_by(PaymentBatch.id)
    )
    return list(work.db.scalars(statement))


def candidates(work: Work, treasury: TreasuryAccount, limit: int = 200) -> list[tuple[Disbursement, str]]:
    """Ordered payments that no batch holds and that this account may pay, oldest order first."""
    statement = (
        select(Disbursement, Agreement.reference)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .where(
            work.within("disbursement:view", Disbursement),
            Disbursement.status == "ordered",
            Disbursement.batch_reference.is_(None),
            Disbursement.account_kind.in_(KINDS[CHANNEL_OF[treasury.kind]]),
            Disbursement.amount_currency == treasury.amount_currency,
        )
        .order_by(Disbursement.ordered_at, Disbursement.id)
        .limit(limit)
    )
    if treasury.fund_id is not None:
        statement = statement.where(Agreement.fund_id == treasury.fund_id)
    return [(d, reference) for d, reference in work.db.execute(statement)]


def holder_of(work: Work, d: Disbursement) -> str:
    """In whose name the payee's account stands."""
    account = disbursements.account_of(work, d)
    return account.holder if account is not None else d.payee


def content_of(batch: PaymentBatch, lines: Sequence[PaymentLine]) -> str:
    """The fingerprint of a batch: its account, its layout, and payee, account and amount of each line (M10)."""
    return digest(
        "payment_batch",
        {
            "reference": batch.reference,
            "treasury": batch.treasury_account_id,
            "profile": batch.profile,
            "total_minor": sum(line.amount_minor for line in lines),
            "lines": [
                [
                    line.position,
                    line.order_reference,
                    line.payee,
                    line.holder,
                    line.account_kind,
                    line.account_provider,
                    line.account_number,
                    line.amount_minor,
                    line.amount_currency,
                    line.fingerprint,
                ]
                for line in lines
            ],
        },
    )


def drifted(work: Work, batch: PaymentBatch) -> list[PaymentLine]:
    """Lines whose payee, account or amount is no longer what was locked, read from their sources now, or that are no longer ordered; also
    those taken back and ordered anew since, perhaps by whoever signed the batch (M09)."""
    if batch.status in ("draft", "sent", "reconciled", "cancelled") or batch.locked_at is None:
        return []
    found = []
    for row in rows_of(work, batch):
        d = row.disbursement
        same = (
            d.status == "ordered"
            and d.batch_reference == batch.reference
            and max(at for at in (d.ordered_at, d.requisitioned_at, d.requested_at) if at) <= batch.locked_at
            and disbursements.content_of(work, d) == row.line.fingerprint
            and (d.net_minor, d.account_number, d.payee)
            == (row.line.amount_minor, row.line.account_number, row.line.payee)
        )
        if not same:
            found.append(row.line)
    return found


def signatures(work: Work, batch: PaymentBatch) -> list[tuple[PaymentApproval, Person]]:
    """The signatures of the present round, in their order."""
    statement = (
        select(PaymentApproval, Person)
        .join(Person, Person.id == PaymentApproval.person_id)
        .where(PaymentApproval.batch_id == batch.id, PaymentApproval.round == batch.round)
        .order_by(PaymentApproval.id)
    )
    return [(a, p) for a, p in work.db.execute(statement)]


def signatories(work: Work, batch: PaymentBatch) -> set[int]:
    """Who approved or authorised it in the present round: none of them sends or pays it (M09)."""
    kinds = ("approve", "authorise")
    return {person.id for approval, person in signatures(work, batch) if approval.kind in kinds}


def splits(work: Work, rows: Sequence[Line]) -> list[tuple[Line, disbursements.Pieces]]:
    """Lines whose payee received other payments in the window that together reach a higher band: shown to whoever approves (M11)."""
    found = []
    seen: set[str] = set()
    for row in rows:
        pieces = disbursements.pieces(work, row.disbursement)
        key = row.line.account_number or str(row.disbursement.group_id)
        if pieces.split and key not in seen:
            seen.add(key)
            found.append((row, pieces))
    return found


def band_for(work: Work, batch: PaymentBatch) -> tuple[int, Band]:
    """The amount that decides how many sign, and its band: the largest of the batch with the others that wait on the same account or left it in the
    window, and of what any of its payees received in the window. Cutting a batch or a payment in pieces changes nothing (M11)."""
    band = band_of(batch.total_minor, work.today)
    since = work.now - timedelta(days=band.account_days)
    beside = work.db.execute(
        select(func.coalesce(func.sum(PaymentBatch.total_minor), 0)).where(
            PaymentBatch.treasury_account_id == batch.treasury_account_id,
            PaymentBatch.id != batch.id,
            or_(
                PaymentBatch.status.in_(("locked", "approved", "authorised", "released")),
                PaymentBatch.sent_at >= since,
            ),
        )
    ).scalar_one()
    basis = batch.total_minor + int(beside)
    for row in rows_of(work, batch):
        basis = max(basis, disbursements.pieces(work, row.disbursement).total)
    return basis, band_of(basis, work.today)


def needed(work: Work, batch: PaymentBatch) -> Needed:
    """How many approvals and authorisations this batch needs."""
    basis, band = band_for(work, batch)
    return Needed(band.approvals, band.authorisations, basis, band)


def standing(given: Sequence[tuple[PaymentApproval, Person]], kind: str) -> int:
    """How many signatures of a kind were given in this round."""
    return sum(1 for approval, _person in given if approval.kind == kind)


def facts(work: Work, batch: PaymentBatch) -> dict[str, Any]:
    """The page of a batch."""
    rows = rows_of(work, batch)
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    paid = [r for r in rows if r.disbursement.status == "paid"]
    failed = [r for r in rows if r.disbursement.status == "failed"]
    alive = batch.status in ("draft", "locked", "approved", "authorised", "released")
    return {
        "batch": batch,
        "rows": rows,
        "treasury": treasury,
        "profile": profile(batch.profile),
        "signatures": signatures(work, batch),
        "needed": needed(work, batch) if batch.status in ("locked", "approved", "authorised") else None,
        "splits": splits(work, rows) if alive else [],
        "drifted": {line.id for line in drifted(work, batch)},
        "paid": (len(paid), sum(r.line.amount_minor for r in paid)),
        "failed": (len(failed), sum(r.line.amount_minor for r in failed)),
        "total": sum(r.line.amount_minor for r in rows),
        "names": work.around.names_of(
            work.db,
            {
                i
                for i in (batch.created_by_id, batch.locked_by_id, batch.sent_by_id, batch.reconciled_by_id)
                if i
            },
        ),
    }


def slip_facts(work: Work, batch: PaymentBatch) -> dict[str, Any]:
    """What the slip of a batch prints (document "bordereau d'émission", with the names of who signed, J16)."""
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    author = work.db.get_one(Person, batch.locked_by_id or batch.created_by_id)
    found = profile(batch.profile)
    on = (batch.sent_at or batch.locked_at or batch.created_at).date()
    signed = [(author, "prepare", batch.locked_at, "")] + [
        (person, approval.kind, approval.at, approval.capacity)
        for approval, person in signatures(work, batch)
    ]
    return {
        "letterhead": letterhead(on),
        "on": on.isoformat(),
        "batch": batch.reference,
        "source": f"{treasury.label}, n° {treasury.number}" if treasury.number else treasury.label,
        "channel": batch.channel,
        "file": f"{found.label} ({batch.reference}.{found.extension})" if found else "",
        "file_hash": batch.file_hash,
        "content_hash": batch.content_hash,
        "currency": batch.amount_currency,
        "rows": [
            {
                "n": row.line.position,
                "order": row.line.order_reference,
                "agreement": row.agreement,
                "payee": row.line.payee,
                "bank": row.line.account_provider,
                "account": row.line.account_number,
                "kind": row.line.account_kind,
                "amount_minor": row.line.amount_minor,
            }
            for row in rows_of(work, batch)
        ],
        "signed": [
            {
                "name": person.full_name,
                "function": person.function,
                "kind": kind,
                "on": at.date().isoformat() if at else None,
                "capacity": capacity
                or act_of(work, person.id, at.date() if at else on, f"payment_batch:{kind}"),
            }
            for person, kind, at, capacity in signed
        ],
        "kinds": list(SIGNATURE_WORDS),
    }
