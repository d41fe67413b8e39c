"""Batches of ordered payments and the approvals given to them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Currency, Id, Label, Minor, Moment, Ref, status_check
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH

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
