"""Donors, funds, budget lines, the institution's accounts, money received. Guard columns move only by conditional updates."""

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
from portfolio.kit.money import Money
from portfolio.rulebook.lifecycles.funds import BUDGET_LINE, DONOR_REFUND, FUND, FUND_CALL, MONEY_RECEIPT


class Donor(Base):
    """Who gives the money."""

    __tablename__ = "donor"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]


class Fund(Base):
    """A donor's money for a purpose. `received` and `disbursed` are its cash guard: nothing is paid that has not arrived (R5)."""

    __tablename__ = "fund"
    __table_args__ = (
        status_check(FUND),
        distinct_people("created_by_id", "validated_by_id"),
        CheckConstraint(
            "received_minor >= 0 AND disbursed_minor >= 0 AND disbursed_minor <= received_minor",
            name="cash_covered",
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    donor_id: Mapped[Ref] = mapped_column(ForeignKey("donor.id"))
    agreement_ref: Mapped[Label] = mapped_column(default="")
    granted_minor: Mapped[Minor]
    granted_currency: Mapped[Currency]
    rate_text: Mapped[Label] = mapped_column(default="")
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    status: Mapped[Code] = mapped_column(default="draft")
    received_minor: Mapped[Minor] = mapped_column(default=0)
    disbursed_minor: Mapped[Minor] = mapped_column(default=0)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    validated_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    validated_at: Mapped[Moment | None]

    @property
    def granted(self) -> Money:
        """What the donor agreement gives, in its own currency."""
        return Money(self.granted_minor, self.granted_currency)


class BudgetLine(Base):
    """Credits voted on a fund for an exercice. `reserved` is what committees hold now; the others are cumulative stages of R1."""

    __tablename__ = "budget_line"
    __table_args__ = (
        status_check(BUDGET_LINE),
        distinct_people("created_by_id", "voted_by_id"),
        CheckConstraint(
            "voted_minor >= 0 AND lapsed_minor >= 0 AND reserved_minor >= 0 AND committed_minor >= 0",
            name="amounts_positive",
        ),
        CheckConstraint(
            "reserved_minor + committed_minor <= voted_minor + carried_minor - lapsed_minor",
            name="within_vote",
        ),
        CheckConstraint(
            "liquidated_minor >= 0 AND liquidated_minor <= committed_minor", name="liquidated_within"
        ),
        CheckConstraint("ordered_minor >= 0 AND ordered_minor <= liquidated_minor", name="ordered_within"),
        CheckConstraint("paid_minor >= 0 AND paid_minor <= ordered_minor", name="paid_within"),
    )

    id: Mapped[Id]
    fund_id: Mapped[Ref] = mapped_column(ForeignKey("fund.id"))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[Label]
    exercice: Mapped[int]
    status: Mapped[Code] = mapped_column(default="proposed")
    voted_minor: Mapped[Minor]
    carried_minor: Mapped[Minor] = mapped_column(default=0)
    """Credits that came from the exercice before, less those that went to the next (report de crédits, R12)."""
    lapsed_minor: Mapped[Minor] = mapped_column(default=0)
    """Credits given up at the close of the exercice."""
    reserved_minor: Mapped[Minor] = mapped_column(default=0)
    committed_minor: Mapped[Minor] = mapped_column(default=0)
    liquidated_minor: Mapped[Minor] = mapped_column(default=0)
    ordered_minor: Mapped[Minor] = mapped_column(default=0)
    paid_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    voted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    voted_at: Mapped[Moment | None]

    @property
    def opened_minor(self) -> int:
        """Credits of the line: voted, carried in or out, less what lapsed."""
        return self.voted_minor + self.carried_minor - self.lapsed_minor


class TreasuryAccount(Base):
    """One of the institution's own accounts: bank by fund, SFD, mobile-money float, cash (R5)."""

    __tablename__ = "treasury_account"
    __table_args__ = (
        CheckConstraint("kind IN ('bank', 'sfd', 'mobile', 'cash')", name="kind_known"),
        CheckConstraint("balance_minor >= 0", name="not_overdrawn"),
        CheckConstraint("ceiling_minor IS NULL OR balance_minor <= ceiling_minor", name="below_ceiling"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[Label]
    kind: Mapped[Code]
    fund_id: Mapped[Ref | None] = mapped_column(ForeignKey("fund.id"))
    holder: Mapped[Label] = mapped_column(default="")
    number: Mapped[str] = mapped_column(String(60), default="")
    amount_currency: Mapped[Currency]
    balance_minor: Mapped[Minor] = mapped_column(default=0)
    ceiling_minor: Mapped[Minor | None]
    active: Mapped[bool] = mapped_column(default=True)


class MoneyReceipt(Base):
    """Money that arrived from a donor, at its date and rate; another person confirms it before it can be spent."""

    __tablename__ = "money_receipt"
    __table_args__ = (
        status_check(MONEY_RECEIPT),
        distinct_people("recorded_by_id", "confirmed_by_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("treasury_account_id", "bank_reference", name="uq_money_receipt_bank_reference"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    fund_id: Mapped[Ref] = mapped_column(ForeignKey("fund.id"))
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    received_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(100))
    donor_minor: Mapped[Minor]
    donor_currency: Mapped[Currency]
    rate_text: Mapped[Label] = mapped_column(default="")
    rate_source: Mapped[Label] = mapped_column(default="")
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    fund_call_id: Mapped[Ref | None] = mapped_column(ForeignKey("fund_call.id"))
    """The call for funds that this money answers."""
    status: Mapped[Code] = mapped_column(default="recorded")
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment | None]
    confirmed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[Moment | None]

    @property
    def sent(self) -> Money:
        """What the donor sent, in its own currency."""
        return Money(self.donor_minor, self.donor_currency)


class FundCall(Base):
    """Appel de fonds: money asked from a donor for the payments foreseen until a day, less the cash in hand. One drafts, another signs."""

    __tablename__ = "fund_call"
    __table_args__ = (
        status_check(FUND_CALL),
        distinct_people("created_by_id", "sent_by_id"),
        CheckConstraint(
            "amount_minor > 0 AND donor_minor > 0 AND received_minor >= 0", name="amounts_positive"
        ),
        CheckConstraint("amount_minor <= foreseen_minor - cash_minor - called_minor", name="within_need"),
        Index("ix_fund_call_fund", "fund_id", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    fund_id: Mapped[Ref] = mapped_column(ForeignKey("fund.id"))
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    until_on: Mapped[date]
    """The last day of the payments that it covers."""
    wanted_on: Mapped[date]
    foreseen_minor: Mapped[Minor]
    cash_minor: Mapped[Minor]
    called_minor: Mapped[Minor]
    """Asked by earlier calls and not arrived yet."""
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    donor_minor: Mapped[Minor]
    donor_currency: Mapped[Currency]
    rate_text: Mapped[Label] = mapped_column(default="")
    purpose: Mapped[Long]
    received_minor: Mapped[Minor] = mapped_column(default=0)
    status: Mapped[Code] = mapped_column(default="draft")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]

    @property
    def donor(self) -> Money:
        """What is asked, in the donor's currency."""
        return Money(self.donor_minor, self.donor_currency)


class DonorRefund(Base):
    """Reversement au bailleur of what is neither spent nor engaged: proposed, approved and paid by three people (R7)."""

    __tablename__ = "donor_refund"
    __table_args__ = (
        status_check(DONOR_REFUND),
        distinct_people("proposed_by_id", "approved_by_id", "paid_by_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name="paid_is_signed"),
        UniqueConstraint("treasury_account_id", "bank_reference", name="uq_donor_refund_bank_reference"),
        Index("ix_donor_refund_fund", "fund_id", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    fund_id: Mapped[Ref] = mapped_column(ForeignKey("fund.id"))
    treasury_account_id: Mapped[Ref] = mapped_column(ForeignKey("treasury_account.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    reason: Mapped[Long]
    bank_reference: Mapped[str | None] = mapped_column(String(100))
    paid_on: Mapped[date | None]
    status: Mapped[Code] = mapped_column(default="proposed")
    proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment]
    approved_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]
    paid_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[Moment | None]


guard_columns(FundCall, "received_minor")
guard_columns(Fund, "received_minor", "disbursed_minor")
guard_columns(
    BudgetLine,
    "carried_minor",
    "lapsed_minor",
    "reserved_minor",
    "committed_minor",
    "liquidated_minor",
    "ordered_minor",
    "paid_minor",
)
guard_columns(TreasuryAccount, "balance_minor")
