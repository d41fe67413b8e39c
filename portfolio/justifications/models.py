"""Expense reports, expenses and repayment orders."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    guard_columns,
    status_check,
)
from portfolio.rulebook.lifecycles.justifications import EXPENSE, JUSTIFICATION, RECOVERY

VOUCHER_KINDS = (
    "invoice",
    "receipt",
    "livestock_sale",
    "payroll",
    "works",
    "purchase_note",
    "statement",
    "pro_forma",
    "honour",
)


class Justification(Base):
    """A financial report on one tranche's advance, with its list of vouchers (document 16)."""

    __tablename__ = "justification"
    __table_args__ = (
        status_check(JUSTIFICATION),
        CheckConstraint(
            "validated_by_id IS NULL OR (validated_by_id <> submitted_by_id AND validated_by_id <> reviewed_by_id)",
            name="second_verifier",
        ),
        Index("ix_justification_agreement", "agreement_id"),
        Index("ix_justification_tranche", "tranche_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    tranche_id: Mapped[Ref] = mapped_column(ForeignKey("tranche.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    from_on: Mapped[date]
    to_on: Mapped[date]
    opening_cash_minor: Mapped[Minor] = mapped_column(default=0)
    bank_balance_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    status: Mapped[Code] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    submitted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[Moment | None]
    reviewed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[Moment | None]
    validated_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    validated_at: Mapped[Moment | None]


class Expense(Base):
    """One voucher charged to a budget line: so much accepted, held, refused; a reason for what is not accepted."""

    __tablename__ = "expense"
    __table_args__ = (
        status_check(EXPENSE),
        UniqueConstraint("justification_id", "number", name="uq_expense_number"),
        CheckConstraint(
            "amount_minor > 0 AND accepted_minor >= 0 AND refused_minor >= 0 AND accepted_minor + refused_minor <= amount_minor",
            name="verdict_adds_up",
        ),
        CheckConstraint("cleared_minor >= 0 AND cleared_minor <= accepted_minor", name="cleared_within"),
        Index("ix_expense_invoice", "invoice_key"),
        Index("ix_expense_justification", "justification_id", "number"),
    )

    id: Mapped[Id]
    justification_id: Mapped[Ref] = mapped_column(ForeignKey("justification.id"))
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    country: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    spent_on: Mapped[date]
    kind: Mapped[Code]
    supplier: Mapped[Label]
    tax_number: Mapped[str] = mapped_column(String(60), default="")
    voucher_number: Mapped[str] = mapped_column(String(80), default="")
    no_number_reason: Mapped[Label] = mapped_column(default="")
    description: Mapped[Label] = mapped_column(default="")
    agreement_line_id: Mapped[Ref | None] = mapped_column(ForeignKey("agreement_line.id"))
    method: Mapped[Code] = mapped_column(default="cash")
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    accepted_minor: Mapped[Minor] = mapped_column(default=0)
    refused_minor: Mapped[Minor] = mapped_column(default=0)
    cleared_minor: Mapped[Minor] = mapped_column(default=0)
    """How much of the accepted part the ledger has cleared from the advance."""
    verdict_reason: Mapped[Long] = mapped_column(default="")
    invoice_key: Mapped[str] = mapped_column(String(64), default="")
    """Hash of supplier, number, date and amount: the same invoice in two grants (K8)."""
    document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    status: Mapped[Code] = mapped_column(default="presented")


class Recovery(Base):
    """An ordre de reversement: what is refused or unspent comes back (document 17)."""

    __tablename__ = "recovery"
    __table_args__ = (
        status_check(RECOVERY),
        distinct_people("prepared_by_id", "issued_by_id"),
        CheckConstraint(
            "amount_minor > 0 AND collected_minor >= 0 AND collected_minor <= amount_minor",
            name="collected_within",
        ),
        Index("ix_recovery_agreement", "agreement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    tranche_id: Mapped[Ref] = mapped_column(ForeignKey("tranche.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    collected_minor: Mapped[Minor] = mapped_column(default=0)
    reason: Mapped[Long]
    due_on: Mapped[date]
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    issued_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[Moment | None]


class RecoveryReceipt(Base):
    """A quittance for money that came back, from the single series of the comptable (document 11)."""

    __tablename__ = "recovery_receipt"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    recovery_id: Mapped[Ref] = mapped_column(ForeignKey("recovery.id"))
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    received_on: Mapped[date]
    payer: Mapped[Label]
    bank_reference: Mapped[str] = mapped_column(String(100), default="")
    received_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[Moment]


guard_columns(Recovery, "collected_minor")
