"""The ledger's tables: entries that are transfers between two accounts, and the balances they add up to.

An entry row moves an amount from the credit account to the debit account, so that no unbalanced entry can be stored (M06).
Rows of one act share `posting`, the number an accountant says. Dimension codes are written on the entry, so that it is read by fund,
call, agreement … without a join upstream.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    BigId,
    Code,
    Currency,
    Id,
    JsonType,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.rulebook.lifecycles.periods import CLOCK, EXERCICE, PERIOD

DIMENSIONS = (
    "exercice",
    "donor",
    "fund",
    "line",
    "call",
    "agreement",
    "tranche",
    "party",
    "place",
    "objective",
    "treasury",
)


class LedgerEntry(Base):
    """One transfer. Never edited, never deleted: a correction is another entry that names this one (M07)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        CheckConstraint("reverses IS NULL OR reason IS NOT NULL", name="reversal_has_reason"),
        UniqueConstraint("reverses", name="uq_ledger_entry_reverses"),
        Index("ix_ledger_entry_debit", "debit", "dated_on", "seq"),
        Index("ix_ledger_entry_credit", "credit", "dated_on", "seq"),
        Index("ix_ledger_entry_fund", "fund", "dated_on", "seq"),
        Index("ix_ledger_entry_agreement", "agreement", "seq"),
        Index("ix_ledger_entry_subject", "subject_type", "subject_id"),
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    posting: Mapped[Ref]
    at: Mapped[Moment]
    dated_on: Mapped[date]
    event: Mapped[Code]
    debit: Mapped[str] = mapped_column(String(20))
    credit: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    exercice: Mapped[int | None]
    donor: Mapped[str | None] = mapped_column(String(40))
    fund: Mapped[str | None] = mapped_column(String(40))
    line: Mapped[str | None] = mapped_column(String(40))
    call: Mapped[str | None] = mapped_column(String(40))
    agreement: Mapped[str | None] = mapped_column(String(40))
    tranche: Mapped[str | None] = mapped_column(String(40))
    party: Mapped[str | None] = mapped_column(String(40))
    place: Mapped[str | None] = mapped_column(String(40))
    objective: Mapped[str | None] = mapped_column(String(60))
    treasury: Mapped[str | None] = mapped_column(String(40))
    document: Mapped[str | None] = mapped_column(String(60))
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    actor_id: Mapped[Ref | None]
    reverses: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str | None] = mapped_column(String(2000))
    value_on: Mapped[date | None]
    """The date of value of what came when its month was closed; `dated_on` is then the first day open (M17)."""
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class LedgerPeriod(Base):
    """One month of the books, proposed for closing and closed by two people. `head_seq` and `head_hash` say where the chain stood (M17)."""

    __tablename__ = "ledger_period"
    __table_args__ = (
        status_check(PERIOD),
        distinct_people("proposed_by_id", "closed_by_id"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_is_signed"),
        Index("ix_ledger_period_status", "status", "ends_on"),
    )

    id: Mapped[Id]
    ends_on: Mapped[date]
    """The last day of the month."""
    status: Mapped[Code] = mapped_column(default="proposed")
    entries: Mapped[int] = mapped_column(default=0)
    """Entries dated in this month."""
    head_seq: Mapped[int | None] = mapped_column(BigId)
    head_hash: Mapped[str | None] = mapped_column(String(64))
    proposed_by_id: Mapped[Ref]
    proposed_at: Mapped[Moment]
    closed_by_id: Mapped[Ref | None]
    closed_at: Mapped[Moment | None]

    @property
    def reference(self) -> str:
        """The month, as `2026-10`."""
        return f"{self.ends_on:%Y-%m}"


class LedgerExercice(Base):
    """One exercice of the budget, proposed for closing and closed by two people. Its sums are what the close carried or gave up (R12)."""

    __tablename__ = "ledger_exercice"
    __table_args__ = (
        status_check(EXERCICE),
        distinct_people("proposed_by_id", "closed_by_id"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_is_signed"),
        Index(
            "uq_ledger_exercice_year",
            "year",
            unique=True,
            sqlite_where=text("status <> 'withdrawn'"),
            postgresql_where=text("status <> 'withdrawn'"),
        ),
    )

    id: Mapped[Id]
    year: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    act: Mapped[str] = mapped_column(String(300))
    """The act that allows the credits to be carried: décision, arrêté, date."""
    reason: Mapped[str] = mapped_column(String(2000))
    funds: Mapped[list[str]] = mapped_column(JsonType)
    """Codes of the funds whose unused credits are carried; those of the others lapse."""
    status: Mapped[Code] = mapped_column(default="proposed")
    owed_minor: Mapped[Minor] = mapped_column(default=0)
    """Restes à payer: engagements not paid at the close, in francs."""
    reserved_minor: Mapped[Minor] = mapped_column(default=0)
    unused_minor: Mapped[Minor] = mapped_column(default=0)
    lapsed_minor: Mapped[Minor] = mapped_column(default=0)
    head_seq: Mapped[int | None] = mapped_column(BigId)
    head_hash: Mapped[str | None] = mapped_column(String(64))
    proposed_by_id: Mapped[Ref]
    proposed_at: Mapped[Moment]
    closed_by_id: Mapped[Ref | None]
    closed_at: Mapped[Moment | None]


class LedgerClock(Base):
    """The server's clock admitted by two people although it disagrees with the last entry: the next entry is judged against the moment of
    the admission instead (C09). It is used up by that entry: `head_seq` is the one before it."""

    __tablename__ = "ledger_clock"
    __table_args__ = (
        status_check(CLOCK),
        distinct_people("proposed_by_id", "admitted_by_id"),
        CheckConstraint("(status = 'admitted') = (admitted_at IS NOT NULL)", name="admitted_is_signed"),
    )

    id: Mapped[Id]
    status: Mapped[Code] = mapped_column(default="proposed")
    reason: Mapped[str] = mapped_column(String(2000))
    last_at: Mapped[Moment]
    """When the last entry says that it was made."""
    head_seq: Mapped[int] = mapped_column(BigId)
    """The last entry."""
    proposed_by_id: Mapped[Ref]
    proposed_at: Mapped[Moment]
    admitted_by_id: Mapped[Ref | None]
    admitted_at: Mapped[Moment | None]


class LedgerBalance(Base):
    """The running totals of an account for one set of dimensions, so that totals never come from a scan. Re-derived by `verify`."""

    __tablename__ = "ledger_balance"
    __table_args__ = (
        UniqueConstraint("account", "currency", *DIMENSIONS, name="uq_ledger_balance_key"),
        CheckConstraint("debit_minor >= 0 AND credit_minor >= 0", name="totals_positive"),
        Index("ix_ledger_balance_agreement", "agreement", "account"),
        Index("ix_ledger_balance_fund", "fund", "account"),
    )

    id: Mapped[Id]
    account: Mapped[str] = mapped_column(String(20))
    currency: Mapped[Currency]
    exercice: Mapped[int] = mapped_column(default=0)
    donor: Mapped[str] = mapped_column(String(40), default="")
    fund: Mapped[str] = mapped_column(String(40), default="")
    line: Mapped[str] = mapped_column(String(40), default="")
    call: Mapped[str] = mapped_column(String(40), default="")
    agreement: Mapped[str] = mapped_column(String(40), default="")
    tranche: Mapped[str] = mapped_column(String(40), default="")
    party: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[str] = mapped_column(String(40), default="")
    objective: Mapped[str] = mapped_column(String(60), default="")
    treasury: Mapped[str] = mapped_column(String(40), default="")
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]


class LedgerDay(Base):
    """What one account of one fund moved on one day, so that a statement of a million entries is read as one of ten thousand: its totals
    and running balances come from the days before, not from the entries. Moved with every entry, re-derived by `verify`."""

    __tablename__ = "ledger_day"
    __table_args__ = (
        CheckConstraint("debit_minor >= 0 AND credit_minor >= 0", name="totals_positive"),
        CheckConstraint("entries > 0", name="entries_positive"),
    )

    account: Mapped[str] = mapped_column(String(20), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    fund: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Empty for entries of no fund."""
    dated_on: Mapped[date] = mapped_column(primary_key=True)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]
    entries: Mapped[int] = mapped_column(BigId)
    first_seq: Mapped[int] = mapped_column(BigId)
    last_seq: Mapped[int] = mapped_column(BigId)
