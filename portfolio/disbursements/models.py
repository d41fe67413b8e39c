"""Payments of tranches."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    JsonList,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    guard_columns,
    status_check,
)
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT


class Disbursement(Base):
    """One try to pay a tranche, through the chain of R1. The payee is frozen at liquidation; a failed one is followed by a new one."""

    __tablename__ = "disbursement"
    __table_args__ = (
        status_check(DISBURSEMENT),
        distinct_people("requested_by_id", "liquidated_by_id", "visaed_by_id", "ordered_by_id", "paid_by_id"),
        CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="amounts_positive"),
        CheckConstraint("deducted_minor >= 0 AND deducted_minor < amount_minor", name="deducted_within"),
        CheckConstraint(
            "status <> 'paid' OR (payment_reference IS NOT NULL AND paid_by_id IS NOT NULL"
            " AND ordered_by_id IS NOT NULL AND liquidated_by_id IS NOT NULL)",
            name="paid_is_complete",
        ),
        CheckConstraint(
            "status <> 'paid' OR account_kind <> 'cash' OR (receipt_number IS NOT NULL AND identity_number <> '')",
            name="cash_has_receipt_and_identity",
        ),
        Index("ix_disbursement_tranche", "tranche_id"),
        Index("ix_disbursement_agreement", "agreement_id"),
        Index("ix_disbursement_status", "status", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    tranche_id: Mapped[Ref] = mapped_column(ForeignKey("tranche.id"))
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    follows_id: Mapped[Ref | None] = mapped_column(ForeignKey("disbursement.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    modality: Mapped[Code]
    payee_kind: Mapped[Code] = mapped_column(default="group")
    supplier_id: Mapped[Ref | None] = mapped_column(ForeignKey("supplier.id"))
    payee: Mapped[Label]
    account_id: Mapped[Ref | None] = mapped_column(ForeignKey("group_account.id"))
    supplier_account_id: Mapped[Ref | None] = mapped_column(ForeignKey("supplier_account.id"))
    account_kind: Mapped[Code] = mapped_column(default="bank")
    account_provider: Mapped[Label] = mapped_column(default="")
    account_number: Mapped[str] = mapped_column(String(80), default="")
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    """What the approvals bind to: payee, account, amount, purpose (M10)."""
    treasury_account_id: Mapped[Ref | None] = mapped_column(ForeignKey("treasury_account.id"))
    fee_minor: Mapped[Minor] = mapped_column(default=0)
    deducted_minor: Mapped[Minor] = mapped_column(default=0)
    """What orders to repay of the same group take from it: the order is for the whole, the net leaves the account (document 10)."""
    payment_reference: Mapped[str | None] = mapped_column(String(100), unique=True)
    paid_on: Mapped[date | None]
    receipt_number: Mapped[str | None] = mapped_column(String(60), unique=True)
    """Number of the reçu that the payee signed; a payment in cash needs one (M15)."""
    received_by: Mapped[Label] = mapped_column(default="")
    identity_kind: Mapped[Label] = mapped_column(default="")
    identity_number: Mapped[str] = mapped_column(String(60), default="")
    identity_on: Mapped[date | None]
    """The day the paper of identity was issued (document 11)."""
    handed_at: Mapped[str] = mapped_column(String(5), default="")
    handed_place: Mapped[Label] = mapped_column(default="")
    """The hour, `10:42`, and the place at which cash was handed over, as the décharge says them."""
    witnesses: Mapped[JsonList] = mapped_column(default=list)
    """Of the thumbprint of who took cash and cannot sign: name and paper of each (F10, R17)."""
    papers: Mapped[JsonList] = mapped_column(default=list)
    batch_reference: Mapped[str | None] = mapped_column(String(40))
    """The batch that holds it between its order and its sending: nothing else may then send or pay it."""
    signatory_ids: Mapped[JsonList] = mapped_column(default=list)
    """Who approved or authorised the batch that sent it: none of them sends it or records it as paid (M09)."""
    note: Mapped[Label] = mapped_column(default="")
    """Why it last failed, was returned or rejected: the cause in words."""
    status: Mapped[Code] = mapped_column(default="requested")
    requested_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[Moment]
    liquidated_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    liquidated_at: Mapped[Moment | None]
    visaed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    visaed_at: Mapped[Moment | None]
    visa_reserve: Mapped[Long] = mapped_column(default="")
    """The controller's reservation, printed on the order (R3)."""
    ordered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[Moment | None]
    order_capacity: Mapped[Label] = mapped_column(default="")
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]
    paid_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[Moment | None]
    rejected_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    rejected_at: Mapped[Moment | None]
    """Who last refused it; every refusal stays in `payment_rejection`."""
    requisitioned_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    requisitioned_at: Mapped[Moment | None]
    """The ordonnateur who answers for this payment, refused by the comptable and requisitioned (R3)."""

    @hybrid_property
    def net_minor(self) -> int:
        """What leaves the account of the institution for the payee, in minor units."""
        return self.amount_minor - self.deducted_minor


class Rejection(Base):
    """A written refusal to visa or to pay, with its cause: kept for ever, the database refuses to change it (R3)."""

    __tablename__ = "payment_rejection"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        Index("ix_payment_rejection_disbursement", "disbursement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    disbursement_id: Mapped[Ref] = mapped_column(ForeignKey("disbursement.id"))
    cause: Mapped[Code]
    """A row of `rejection_causes.csv`: it says whether a réquisition may answer it."""
    reason: Mapped[Long]
    reached: Mapped[Code]
    """The status of the payment when it was refused: only a signed order can be requisitioned."""
    rejected_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    rejected_at: Mapped[Moment]


class Requisition(Base):
    """The ordonnateur's written order to pay what the comptable refused: once per refusal, kept for ever (R3)."""

    __tablename__ = "payment_requisition"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        Index("ix_payment_requisition_disbursement", "disbursement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    disbursement_id: Mapped[Ref] = mapped_column(ForeignKey("disbursement.id"))
    rejection_id: Mapped[Ref] = mapped_column(ForeignKey("payment_rejection.id"), unique=True)
    reason: Mapped[Long]
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    capacity: Mapped[Label] = mapped_column(default="")
    """« Par délégation » or « par intérim », with the act (R10)."""
    requisitioned_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    requisitioned_at: Mapped[Moment]


guard_columns(Disbursement, "deducted_minor")
