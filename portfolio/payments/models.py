"""Batches of ordered payments, the approvals given to them, and the statements of banks and operators."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    JsonList,
    Label,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.rulebook.lifecycles.payments import CASH_COUNT, PAYMENT_BATCH, RECONCILIATION, STATEMENT_LINE

_AUTHORS = ("created_by_id", "locked_by_id")
_DECIDERS = ("approved_by_id", "authorised_by_id", "released_by_id")
_PAIRS = [(a, b) for a in _AUTHORS for b in _DECIDERS] + [
    (a, b) for i, a in enumerate(_DECIDERS) for b in _DECIDERS[i + 1 :]
]


class PaymentBatch(Base):
    """Payments that leave one account of the institution together. Whoever made it neither approves, authorises nor releases it (M09)."""

    __tablename__ = "payment_batch"
    __table_args__ = (
        status_check(PAYMENT_BATCH),
        CheckConstraint(
            " AND ".join(f"({a} IS NULL OR {b} IS NULL OR {a} <> {b})" for a, b in _PAIRS),
            name="distinct_people",
        ),
        CheckConstraint(
            "status NOT IN ('released', 'sent', 'reconciled') OR (locked_by_id IS NOT NULL AND approved_by_id IS NOT NULL"
            " AND authorised_by_id IS NOT NULL AND released_by_id IS NOT NULL)",
            name="released_is_complete",
        ),
        CheckConstraint("total_minor >= 0 AND line_count >= 0 AND round >= 0", name="counts_positive"),
        CheckConstraint("channel IN ('bank', 'mobile', 'cash')", name="channel_known"),
        UniqueConstraint("id", "created_by_id", name="uq_payment_batch_author"),
        Index("ix_payment_batch_status", "status", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    channel: Mapped[Code]
    profile: Mapped[Code] = mapped_column(default="")
    """The layout of the file that the bank or the operator reads; a code of the table of layouts."""
    amount_currency: Mapped[Currency]
    total_minor: Mapped[Minor] = mapped_column(default=0)
    line_count: Mapped[int] = mapped_column(default=0)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    """What the approvals bind to, taken when the batch is locked: the account, and payee, account and amount of every line (M10)."""
    round: Mapped[int] = mapped_column(default=0)
    """How many times it was locked; the approvals of an earlier round are void."""
    file_hash: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[Code] = mapped_column(default="draft")
    created_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    locked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    locked_at: Mapped[Moment | None]
    approved_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]
    authorised_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    authorised_at: Mapped[Moment | None]
    released_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[Moment | None]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]
    reconciled_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    reconciled_at: Mapped[Moment | None]


class PaymentLine(Base):
    """One payment of a batch, as it was when the batch was locked. Whether it is paid or failed is said by the payment itself, once."""

    __tablename__ = "payment_line"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("batch_id", "disbursement_id", name="uq_payment_line_disbursement"),
        Index("ix_payment_line_disbursement", "disbursement_id"),
    )

    id: Mapped[Id]
    batch_id: Mapped[Ref] = mapped_column(ForeignKey("payment_batch.id"))
    disbursement_id: Mapped[Ref] = mapped_column(ForeignKey("disbursement.id"))
    position: Mapped[int] = mapped_column(default=0)
    order_reference: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    payee: Mapped[Label]
    holder: Mapped[Label] = mapped_column(default="")
    """In whose name the account stands: what the bank compares; the payee when nothing else is known."""
    account_kind: Mapped[Code]
    account_provider: Mapped[Label] = mapped_column(default="")
    account_number: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")


class PaymentApproval(Base):
    """One signature on a batch: what its giver saw and typed. A person signs a round once, whatever the kind; its author never."""

    __tablename__ = "payment_approval"
    __table_args__ = (
        CheckConstraint("kind IN ('approve', 'authorise', 'release')", name="kind_known"),
        CheckConstraint("person_id <> author_id", name="not_the_author"),
        UniqueConstraint("batch_id", "round", "person_id", name="uq_payment_approval_person"),
        ForeignKeyConstraint(
            ["batch_id", "author_id"],
            ["payment_batch.id", "payment_batch.created_by_id"],
            name="fk_payment_approval_author",
        ),
    )

    id: Mapped[Id]
    batch_id: Mapped[Ref] = mapped_column(ForeignKey("payment_batch.id"))
    author_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int]
    kind: Mapped[Code]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[Label] = mapped_column(default="")
    at: Mapped[Moment]
    total_minor: Mapped[Minor]
    line_count: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))


class BankStatement(Base):
    """A statement imported from a bank or an operator. The same file again is this one (M19)."""

    __tablename__ = "bank_statement"
    __table_args__ = (UniqueConstraint("treasury_account_id", "file_hash", name="uq_bank_statement_file"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    file_name: Mapped[Label]
    file_hash: Mapped[str] = mapped_column(String(64))
    from_on: Mapped[date]
    to_on: Mapped[date]
    closing_minor: Mapped[Minor | None]
    """The balance at its end, as the statement says it or as it was typed; None when nobody said it."""
    row_count: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    errors: Mapped[JsonList] = mapped_column(default=list)
    """Rows that could not be read: [number, words]."""
    imported_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[Moment]


class StatementLine(Base):
    """One operation of a statement, kept once whatever the number of files that bring it (M19)."""

    __tablename__ = "statement_line"
    __table_args__ = (
        status_check(STATEMENT_LINE),
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint(
            "(status IN ('matched', 'charged')) = (matched_key IS NOT NULL)", name="matched_says_to_what"
        ),
        UniqueConstraint("treasury_account_id", "line_key", name="uq_statement_line_key"),
        Index("ix_statement_line_statement", "statement_id", "row_number"),
        Index("ix_statement_line_matched", "treasury_account_id", "matched_key"),
    )

    id: Mapped[Id]
    statement_id: Mapped[Ref] = mapped_column(ForeignKey("bank_statement.id"))
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    row_number: Mapped[int]
    booked_on: Mapped[date]
    label: Mapped[Label] = mapped_column(default="")
    bank_reference: Mapped[str] = mapped_column(String(100), default="")
    amount_minor: Mapped[Minor]
    """Negative when money left."""
    line_key: Mapped[str] = mapped_column(String(64))
    matched_key: Mapped[str | None] = mapped_column(String(100))
    """Which movement of the books it is: a payment, a receipt, the document of a fee, an act of the ledger."""
    note: Mapped[Label] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="unmatched")
    settled_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[Moment | None]


class CashCount(Base):
    """A cash box counted, note by note, and confirmed by a second person who saw it counted (R5)."""

    __tablename__ = "cash_count"
    __table_args__ = (
        status_check(CASH_COUNT),
        distinct_people("counted_by_id", "confirmed_by_id"),
        CheckConstraint("total_minor >= 0", name="total_positive"),
        CheckConstraint("total_minor = books_minor OR reason <> ''", name="gap_has_reason"),
        Index("ix_cash_count_account", "treasury_account_id", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    pieces: Mapped[JsonList] = mapped_column(default=list)
    """[value of the note or coin, how many], the largest first."""
    total_minor: Mapped[Minor]
    books_minor: Mapped[Minor]
    reason: Mapped[Label] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="counted")
    counted_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    counted_at: Mapped[Moment]
    confirmed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[Moment | None]


class Reconciliation(Base):
    """An état de rapprochement: an account at the day of its statement or count, prepared by one person and controlled by another (R5)."""

    __tablename__ = "reconciliation"
    __table_args__ = (
        status_check(RECONCILIATION),
        distinct_people("prepared_by_id", "controlled_by_id"),
        CheckConstraint("status <> 'controlled' OR unexplained_minor = 0", name="controlled_at_zero"),
        Index("ix_reconciliation_account", "treasury_account_id", "statement_on"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    source: Mapped[str] = mapped_column(String(40))
    """The statement or the count, by its reference."""
    statement_on: Mapped[date]
    statement_minor: Mapped[Minor]
    books_minor: Mapped[Minor]
    items: Mapped[JsonList] = mapped_column(default=list)
    """The outstanding operations of that day: side, label, reference, day, age in days, amount."""
    unexplained_minor: Mapped[Minor]
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    controlled_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    controlled_at: Mapped[Moment | None]
