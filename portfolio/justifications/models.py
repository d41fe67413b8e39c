"""Expense reports, expenses and repayment orders."""

from __future__ import annotations

import hashlib
import re
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
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
from portfolio.kit.i18n import N_
from portfolio.kit.text import fold
from portfolio.rulebook.lifecycles.justifications import EXPENSE, JUSTIFICATION, RECOVERY
from portfolio.rulebook.reminders import STAGES

VOUCHER_KINDS: dict[str, str] = {
    "invoice": N_("Final invoice, receipted"),
    "receipt": N_("Receipt or discharge of an individual"),
    "livestock_sale": N_("Livestock sale certificate"),
    "payroll": N_("Payroll or signed attendance sheet"),
    "works": N_("Contract, minutes of reception and invoice"),
    "purchase_note": N_("Purchase certificate of a market, with witnesses"),
    "statement": N_("Bank or mobile-money statement"),
    "pro_forma": N_("Pro forma invoice, estimate or delivery note"),
    "honour": N_("Sworn statement for lost papers"),
}
"""Kinds of paper (documents.md 3.6); what each proves is data with dates, in `data/voucher_rules.csv`."""
METHODS: dict[str, str] = {
    "cash": N_("Cash in hand"),
    "transfer": N_("Bank transfer"),
    "cheque": N_("Cheque"),
    "mobile": N_("Mobile-money payment"),
}


def invoice_key(supplier: str, number: str, spent_on: date, amount_minor: int) -> str:
    """The mark by which the same invoice is known in another grant (K8): supplier, number, date and amount, without case, accents,
    « n° » or leading zeros. Empty without a number: two receipts of one market day are no duplicate."""
    told = re.sub(r"^(?:n|no|num|numero|facture)(?=\d)", "", re.sub(r"[^a-z0-9]", "", fold(number))).lstrip(
        "0"
    )
    if not told:
        return ""
    who = re.sub(r"[^a-z0-9]", "", fold(supplier))
    return hashlib.sha256(f"{who}|{told}|{spent_on.isoformat()}|{amount_minor}".encode()).hexdigest()


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
    own_cash_minor: Mapped[Minor] = mapped_column(default=0)
    own_kind_minor: Mapped[Minor] = mapped_column(default=0)
    """The group's own contribution spent in the period, in cash and valued in kind."""
    gap_note: Mapped[Label] = mapped_column(default="")
    """Why the cash left on paper is not the balance of the account."""
    overrun_notes: Mapped[JsonList] = mapped_column(default=list)
    """{position, note}: why a line of the budget is spent beyond the tolerance."""
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
    """One voucher charged to a budget line: so much accepted, held and refused, to the franc, with a reason each (K2)."""

    __tablename__ = "expense"
    __table_args__ = (
        status_check(EXPENSE),
        UniqueConstraint("justification_id", "number", name="uq_expense_number"),
        CheckConstraint(
            "amount_minor > 0 AND accepted_minor >= 0 AND refused_minor >= 0 AND accepted_minor + refused_minor <= amount_minor",
            name="verdict_adds_up",
        ),
        CheckConstraint("cleared_minor >= 0 AND cleared_minor <= accepted_minor", name="cleared_within"),
        CheckConstraint(
            "queried_minor >= 0 AND accepted_minor + queried_minor + refused_minor"
            " = CASE WHEN status = 'presented' THEN 0 ELSE amount_minor END",
            name="shares_make_the_amount",
        ),
        CheckConstraint(
            "status = CASE WHEN queried_minor > 0 THEN 'queried' WHEN accepted_minor > 0 THEN 'accepted'"
            " WHEN refused_minor > 0 THEN 'refused' ELSE 'presented' END",
            name="status_of_its_shares",
        ),
        CheckConstraint("kind <> 'pro_forma' OR accepted_minor = 0", name="pro_forma_is_no_expense"),
        distinct_people("decided_by_id", "cleared_by_id"),
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
    queried_minor: Mapped[Minor] = mapped_column(default=0)
    refused_minor: Mapped[Minor] = mapped_column(default=0)
    cleared_minor: Mapped[Minor] = mapped_column(default=0)
    """How much of the accepted part the ledger has cleared from the advance."""
    accepted_reason: Mapped[Long] = mapped_column(default="")
    """Why it is accepted against a warning."""
    queried_reason: Mapped[Long] = mapped_column(default="")
    """What is asked of the group before the held part is decided."""
    refused_reason: Mapped[Long] = mapped_column(default="")
    accepted_by: Mapped[JsonList] = mapped_column(default=list)
    """Who accepted a part of it, in any of its verdicts: none of them clears it."""
    invoice_key: Mapped[str] = mapped_column(String(64), default="")
    """Hash of supplier, number, date and amount: the same invoice in two grants (K8)."""
    duplicate_reason: Mapped[Long] = mapped_column(default="")
    """Why the same invoice or the same file elsewhere is no obstacle, by whom it was decided."""
    duplicate_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    duplicate_of: Mapped[JsonList] = mapped_column(default=list)
    """The other papers that this decision knew of: one that comes later is an obstacle again."""
    status: Mapped[Code] = mapped_column(default="presented")
    presented_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    presented_at: Mapped[Moment | None]
    decided_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    cleared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    cleared_at: Mapped[Moment | None]


class ExpenseClearing(Base):
    """What one clearing act took of one paper: the parts of a paper are cleared one after the other, and each act is reversed alone."""

    __tablename__ = "expense_clearing"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_expense_clearing_expense", "expense_id"),
    )

    id: Mapped[Id]
    expense_id: Mapped[Ref] = mapped_column(ForeignKey("expense.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    cleared_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    cleared_at: Mapped[Moment]
    reversed_at: Mapped[Moment | None]


class Recovery(Base):
    """An ordre de reversement: what is refused or unspent comes back (document 17)."""

    __tablename__ = "recovery"
    __table_args__ = (
        status_check(RECOVERY),
        distinct_people("prepared_by_id", "issued_by_id"),
        CheckConstraint(
            "held_minor >= 0 AND collected_minor + written_off_minor + held_minor <= amount_minor",
            name="held_within",
        ),
        CheckConstraint(
            "amount_minor > 0 AND collected_minor >= 0 AND written_off_minor >= 0"
            " AND collected_minor + written_off_minor <= amount_minor",
            name="collected_within",
        ),
        CheckConstraint(
            "status <> 'cancelled' OR collected_minor + written_off_minor + held_minor = 0",
            name="cancelled_asks_nothing",
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
    for_refused_minor: Mapped[Minor | None]
    """The part of it that asks back refused papers; the rest is money that was not spent."""
    collected_minor: Mapped[Minor] = mapped_column(default=0)
    held_minor: Mapped[Minor] = mapped_column(default=0)
    """What payments under way will take off it: owed until they are made, asked of nobody meanwhile."""
    reason: Mapped[Long]
    article: Mapped[Label] = mapped_column(default="")
    """The article of the convention that it rests on."""
    ground: Mapped[Code] = mapped_column(default="unjustified")
    """Why it is asked back; all but an unspent balance need a mise en demeure whose delay is over."""
    formal_notice_id: Mapped[Ref | None] = mapped_column(ForeignKey("formal_notice.id"))
    notice_reference: Mapped[Label] = mapped_column(default="")
    notice_received_on: Mapped[date | None]
    """The mise en demeure and its receipt, copied from its record when the order is signed: what the order prints."""
    due_on: Mapped[date]
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    issued_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[Moment | None]
    charge_number: Mapped[str | None] = mapped_column(String(40))
    """« Pris en charge le … sous le n° … »: the comptable's register (document 17)."""
    charged_at: Mapped[Moment | None]
    charged_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    written_off_minor: Mapped[Minor] = mapped_column(default=0)
    written_off_act: Mapped[Label] = mapped_column(default="")
    write_off_act: Mapped[Label] = mapped_column(default="")
    """The act proposed for the admission en non-valeur: its number, its date and its document, entered by another person than who decides."""
    write_off_act_on: Mapped[date | None]
    write_off_document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    write_off_document_sha256: Mapped[str] = mapped_column(String(64), default="")
    write_off_proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    write_off_proposed_at: Mapped[Moment | None]
    written_off_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    written_off_at: Mapped[Moment | None]
    cancelled_reason: Mapped[Long] = mapped_column(default="")
    cancelled_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[Moment | None]
    """Withdrawn before its signature, or its entry reversed: the number stays, and asks nothing of anybody."""


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
    voided_reason: Mapped[Long] = mapped_column(default="")
    voided_at: Mapped[Moment | None]
    """A receipt whose money went back keeps its number and its reason."""


class Deduction(Base):
    """So much of an order to repay taken from a payment to the same group, by an act of the ordonnateur (compensation, document 10)."""

    __tablename__ = "payment_deduction"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("status IN ('held', 'applied', 'released')", name="status_known"),
        Index("ix_payment_deduction_recovery", "recovery_id"),
        Index("ix_payment_deduction_disbursement", "disbursement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    recovery_id: Mapped[Ref] = mapped_column(ForeignKey("recovery.id"))
    disbursement_id: Mapped[Ref] = mapped_column(ForeignKey("disbursement.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    reason: Mapped[Long]
    status: Mapped[Code] = mapped_column(default="held")
    """held until the payment is made, then applied; released when it comes back."""
    decided_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class Reminder(Base):
    """One reminder of a report that is due, made once for one stage and one last day (M1)."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(f"stage IN ({', '.join(repr(each.code) for each in STAGES)})", name="stage_known"),
        UniqueConstraint("tranche_id", "stage", "due_on", name="uq_reminder_once"),
        Index("ix_reminder_agreement", "agreement_id"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    tranche_id: Mapped[Ref] = mapped_column(ForeignKey("tranche.id"))
    stage: Mapped[Code]
    due_on: Mapped[date]
    made_at: Mapped[Moment]
    job_id: Mapped[Ref | None] = mapped_column(ForeignKey("outbox_job.id"))
    """The message; none where nobody has an address, and somebody must go and say it."""


guard_columns(Recovery, "collected_minor", "held_minor", "written_off_minor")
