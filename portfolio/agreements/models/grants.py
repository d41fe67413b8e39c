"""Agreements, their budget, tranches and conditions."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    BigId,
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
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, TRANCHE

MODALITIES = ("advance", "direct", "reimbursement", "kind")
CONDITIONS = (
    "agreement_signed",
    "own_contribution",
    "justified_previous",
    "justified_earlier",
    "visit",
    "report",
    "handover",
    "goods_received",
    "training",
    "account_opened",
    "opinion",
    "do_no_harm",
    "document",
    "works_contract",
    "no_reserve",
    "less_shortfall",
    "retention",
)
"""Kinds of condition; a justified_* one is computed from the ledger, the others are met by the room that knows (R16)."""

FOUR_DATES = (
    "signed_by_group_on IS NULL OR ("
    "(committed_on IS NULL OR decided_on IS NULL OR committed_on <= decided_on) AND "
    "(decided_on IS NULL OR notified_on IS NULL OR decided_on <= notified_on) AND "
    "(notified_on IS NULL OR notified_on <= signed_by_group_on) AND "
    "(decided_on IS NULL OR decided_on <= signed_by_group_on))"
)
"""Visa of the commitment, decision, notification, agreement (R1, R2)."""


class Agreement(Base):
    """A convention de subvention: the engagement juridique, once per grant (R1)."""

    __tablename__ = "agreement"
    __table_args__ = (
        status_check(AGREEMENT),
        distinct_people("created_by_id", "checked_by_id", "signed_by_id"),
        CheckConstraint("amount_minor > 0 AND starts_on <= ends_on", name="amount_and_dates"),
        CheckConstraint(FOUR_DATES, name="four_dates"),
        Index("ix_agreement_call", "call_id"),
        Index("ix_agreement_group", "group_id"),
        Index("ix_agreement_status", "status", "id"),
        Index("uq_agreement_amount", "id", "amount_minor", unique=True),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[Label]
    search: Mapped[str] = mapped_column(String(700), default="")
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"), unique=True)
    """One file, one award, one agreement: the legal commitment is made once per grant (R1). Several awards of one file, or an award without
    one (domain I8), are not of this institution: another micro-project is another file, which the counter may enter for the group."""
    award_id: Mapped[Ref] = mapped_column(ForeignKey("award.id"))
    decision_id: Mapped[Ref] = mapped_column(ForeignKey("decision.id"))
    commitment_id: Mapped[Ref] = mapped_column(ForeignKey("commitment.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))
    country: Mapped[str] = mapped_column(String(2))
    fund_id: Mapped[Ref] = mapped_column(ForeignKey("fund.id"))
    budget_line_id: Mapped[Ref] = mapped_column(ForeignKey("budget_line.id"))
    amount_minor: Mapped[Minor]
    own_cash_minor: Mapped[Minor] = mapped_column(default=0)
    own_kind_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    bank_account_id: Mapped[Ref | None] = mapped_column(ForeignKey("group_account.id"))
    signatory_name: Mapped[Label] = mapped_column(default="")
    signatory_function: Mapped[Label] = mapped_column(default="")
    signed_with_thumbprint: Mapped[bool] = mapped_column(default=False)
    reading_language: Mapped[Label] = mapped_column(default="")
    translator: Mapped[Label] = mapped_column(default="")
    witnesses: Mapped[JsonList] = mapped_column(default=list)
    committed_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    notified_on: Mapped[date | None]
    """The days of the three acts before the signature, kept when the group signs; the database keeps their order."""
    signed_by_group_on: Mapped[date | None]
    signed_scan_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    template_version: Mapped[int] = mapped_column(default=1)
    template_hash: Mapped[str] = mapped_column(String(64), default="")
    """The version of the template in force when the text was settled, and its hash: the paper is always of that version."""
    status: Mapped[Code] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    checked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[Moment | None]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]
    signed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[Moment | None]
    signed_capacity: Mapped[Label] = mapped_column(default="")
    """« par délégation », « par intérim » and the act, when the ordonnateur was represented (R10, F5)."""
    results: Mapped[Long] = mapped_column(default="")
    """Expected results as the last amendment of results wrote them; empty while those of the file stand."""
    closed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]


class AgreementLine(Base):
    """A line of the agreed budget; `code` is what expenses are charged to."""

    __tablename__ = "agreement_line"
    __table_args__ = (
        UniqueConstraint("agreement_id", "position", name="uq_agreement_line_position"),
        CheckConstraint("source IN ('S', 'N', 'V')", name="source_known"),
        CheckConstraint("amount_minor = quantity * unit_minor", name="arithmetic"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    position: Mapped[int]
    label: Mapped[Label]
    unit: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[int]
    unit_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]
    source: Mapped[str] = mapped_column(String(1))


class CostCap(Base):
    """At most so much of the grant for a category of costs, from a day on, by an act: « frais de fonctionnement, 7 % » (K1).

    A category is the lines it names; its newest row on the day of an expense is the one that holds.
    """

    __tablename__ = "cost_cap"
    __table_args__ = (
        CheckConstraint("tenths >= 0 AND tenths <= 1000", name="share_known"),
        CheckConstraint("act <> ''", name="act_named"),
        UniqueConstraint("agreement_id", "category", "valid_from", name="uq_cost_cap_day"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    category: Mapped[str] = mapped_column(String(100))
    lines: Mapped[JsonList] = mapped_column(default=list)
    """Ids of the lines of the agreed budget that make the category."""
    tenths: Mapped[int]
    """Tenths of a percent of the grant."""
    valid_from: Mapped[date]
    act: Mapped[Label]
    """The rule it comes from: rules of the call, agreement with the donor, amendment."""
    set_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[Moment]


class Tranche(Base):
    """One payment of the schedule. The stage columns are guards: each stage at most the one before, at most the tranche (M04)."""

    __tablename__ = "tranche"
    __table_args__ = (
        status_check(TRANCHE),
        UniqueConstraint("agreement_id", "number", name="uq_tranche_number"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("modality IN ('advance', 'direct', 'reimbursement', 'kind')", name="modality_known"),
        CheckConstraint("requested_minor >= 0 AND requested_minor <= amount_minor", name="requested_within"),
        CheckConstraint(
            "liquidated_minor >= 0 AND liquidated_minor <= requested_minor", name="liquidated_within"
        ),
        CheckConstraint("ordered_minor >= 0 AND ordered_minor <= liquidated_minor", name="ordered_within"),
        CheckConstraint("paid_minor >= 0 AND paid_minor <= ordered_minor", name="paid_within"),
        CheckConstraint(
            "cleared_minor >= 0 AND refused_minor >= 0 AND cleared_minor + refused_minor <= paid_minor",
            name="cleared_within",
        ),
        CheckConstraint("shown_minor >= 0", name="shown_positive"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    """The agreement's reference and T1, T2 …: the ledger's dimension."""
    country: Mapped[str] = mapped_column(String(2))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    label: Mapped[Label] = mapped_column(default="")
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    modality: Mapped[Code]
    planned_on: Mapped[date | None]
    requested_minor: Mapped[Minor] = mapped_column(default=0)
    liquidated_minor: Mapped[Minor] = mapped_column(default=0)
    ordered_minor: Mapped[Minor] = mapped_column(default=0)
    paid_minor: Mapped[Minor] = mapped_column(default=0)
    cleared_minor: Mapped[Minor] = mapped_column(default=0)
    """Expenses accepted against this tranche's advance."""
    refused_minor: Mapped[Minor] = mapped_column(default=0)
    """What must come back: refused or unspent, under a repayment order."""
    shown_minor: Mapped[Minor] = mapped_column(default=0)
    """Of a reimbursement: the expenses already made whose vouchers were accepted and validated; no more is ever asked (R4)."""
    paid_on: Mapped[date | None]
    frozen_reason: Mapped[Label] = mapped_column(default="")
    given_up: Mapped[bool] = mapped_column(default=False)
    """Cancelled for good: its francs go back to the line, and still count in the sum of the schedule."""
    status: Mapped[Code] = mapped_column(default="planned")


class Schedule(Base):
    """What the tranches of an agreement sum to, kept by triggers; its deferred key to the agreement's own amount makes COMMIT refuse a
    schedule that does not sum to the grant, on both engines and whoever writes (J1)."""

    __tablename__ = "tranche_schedule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agreement_id", "scheduled_minor"],
            ["agreement.id", "agreement.amount_minor"],
            name="fk_tranche_schedule_sum",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    agreement_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    scheduled_minor: Mapped[Minor]


class Condition(Base):
    """What a tranche waits for: a rule as data (kind, threshold) or a fact that another room reports (R16)."""

    __tablename__ = "tranche_condition"
    __table_args__ = (
        Index("ix_tranche_condition_tranche", "tranche_id"),
        CheckConstraint(
            "waiver_proposed_by_id IS NULL OR waived_by_id IS NULL OR waiver_proposed_by_id <> waived_by_id",
            name="waiver_two_people",
        ),
    )

    id: Mapped[Id]
    tranche_id: Mapped[Ref] = mapped_column(ForeignKey("tranche.id"))
    position: Mapped[int]
    kind: Mapped[Code]
    threshold: Mapped[int | None]
    """Percent, for the justified_* kinds."""
    label: Mapped[Label] = mapped_column(default="")
    source: Mapped[Label] = mapped_column(default="")
    met_at: Mapped[Moment | None]
    met_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[Label] = mapped_column(default="")
    waiver_reason: Mapped[Long] = mapped_column(default="")
    waiver_act: Mapped[Label] = mapped_column(default="")
    waiver_document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    waiver_proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    waived_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    waived_at: Mapped[Moment | None]


guard_columns(
    Tranche,
    "requested_minor",
    "liquidated_minor",
    "ordered_minor",
    "paid_minor",
    "cleared_minor",
    "refused_minor",
    "shown_minor",
)
