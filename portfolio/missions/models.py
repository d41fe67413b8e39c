"""Audit missions, findings and recommendations (domain M7)."""

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
    known_check,
    status_check,
)
from portfolio.rulebook.findings import ABOUT, KINDS, SCOPES, SEVERITIES
from portfolio.rulebook.lifecycles.missions import FINDING, MISSION, RECOMMENDATION


class Mission(Base):
    """One audit: what it looks at, over which period, who does it, and how far it is."""

    __tablename__ = "mission"
    __table_args__ = (
        status_check(MISSION),
        known_check("kind", KINDS),
        known_check("scope", SCOPES),
        CheckConstraint(
            "(scope = 'fund') = (fund_id IS NOT NULL) AND (scope = 'call') = (call_id IS NOT NULL)"
            " AND (scope = 'agreement') = (agreement_id IS NOT NULL) AND (scope = 'exercice') = (exercice IS NOT NULL)",
            name="scope_is_told",
        ),
        CheckConstraint("from_on <= to_on", name="period_in_order"),
        CheckConstraint(
            "answered_by_id IS NULL OR ((opened_by_id IS NULL OR answered_by_id <> opened_by_id)"
            " AND (communicated_by_id IS NULL OR answered_by_id <> communicated_by_id)"
            " AND (finalised_by_id IS NULL OR answered_by_id <> finalised_by_id))",
            name="audited_is_another",
        ),
        Index("ix_mission_status", "status", "id"),
        Index("ix_mission_agreement", "agreement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[Code]
    title: Mapped[Label]
    firm: Mapped[Label] = mapped_column(default="")
    """The office of an outside auditor, and those of its people who have no account."""
    scope: Mapped[Code]
    fund_id: Mapped[Ref | None] = mapped_column(ForeignKey("fund.id"))
    call_id: Mapped[Ref | None] = mapped_column(ForeignKey("call.id"))
    agreement_id: Mapped[Ref | None] = mapped_column(ForeignKey("agreement.id"))
    exercice: Mapped[int | None]
    from_on: Mapped[date]
    to_on: Mapped[date]
    answers_due_on: Mapped[date | None]
    """Until when the audited may answer the provisional report."""
    status: Mapped[Code] = mapped_column(default="opened")
    opened_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[Moment]
    communicated_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    communicated_at: Mapped[Moment | None]
    answered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    lapsed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    lapsed_at: Mapped[Moment | None]
    finalised_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    finalised_at: Mapped[Moment | None]
    closed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]


class MissionAuditor(Base):
    """One auditor of a mission: none of them answers a finding, nor is responsible for an action."""

    __tablename__ = "mission_auditor"

    mission_id: Mapped[Ref] = mapped_column(ForeignKey("mission.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Finding(Base):
    """What the auditors found, the amount they question and how each franc of it is settled."""

    __tablename__ = "finding"
    __table_args__ = (
        status_check(FINDING),
        known_check("severity", SEVERITIES),
        known_check("about_kind", (*ABOUT, "")),
        UniqueConstraint("mission_id", "number", name="uq_finding_number"),
        CheckConstraint(
            "accepted_minor >= 0 AND refunded_minor >= 0 AND impaired_minor >= 0 AND pending_minor >= 0"
            " AND accepted_minor + refunded_minor + impaired_minor + pending_minor = questioned_minor",
            name="settled_to_the_franc",
        ),
        CheckConstraint("agreed_minor >= 0 AND agreed_minor <= questioned_minor", name="agreed_within"),
        CheckConstraint("status NOT IN ('settled', 'lifted') OR pending_minor = 0", name="nothing_pending"),
        CheckConstraint("refunded_minor = 0 OR recovery_id IS NOT NULL", name="refund_has_order"),
        CheckConstraint(
            "impaired_minor = 0 OR recovery_id IS NOT NULL OR impaired_act <> ''", name="given_up_by_an_act"
        ),
        CheckConstraint("(about_kind = '') = (about_id IS NULL)", name="about_is_whole"),
        CheckConstraint("(agreement_id IS NULL) = (country IS NULL)", name="country_of_its_grant"),
        CheckConstraint(
            "answered_by_id IS NULL OR (answered_by_id <> stated_by_id"
            " AND (judged_by_id IS NULL OR answered_by_id <> judged_by_id)"
            " AND (settled_by_id IS NULL OR answered_by_id <> settled_by_id))",
            name="audited_is_another",
        ),
        Index("ix_finding_agreement", "agreement_id"),
        Index("ix_finding_recovery", "recovery_id"),
        Index("ix_finding_status", "status", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    mission_id: Mapped[Ref] = mapped_column(ForeignKey("mission.id"))
    number: Mapped[int]
    category: Mapped[Code]
    severity: Mapped[Code]
    title: Mapped[Label]
    account: Mapped[Long]
    """What was seen, against which rule, and what came of it."""
    about_kind: Mapped[Code] = mapped_column(default="")
    about_id: Mapped[Ref | None]
    about_reference: Mapped[str] = mapped_column(String(60), default="")
    agreement_id: Mapped[Ref | None] = mapped_column(ForeignKey("agreement.id"))
    country: Mapped[str | None] = mapped_column(String(2))
    questioned_minor: Mapped[Minor] = mapped_column(default=0)
    accepted_minor: Mapped[Minor] = mapped_column(default=0)
    refunded_minor: Mapped[Minor] = mapped_column(default=0)
    impaired_minor: Mapped[Minor] = mapped_column(default=0)
    pending_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    answer: Mapped[Long] = mapped_column(default="")
    agreed_minor: Mapped[Minor] = mapped_column(default=0)
    """What the audited agree to have paid back."""
    conclusion: Mapped[Long] = mapped_column(default="")
    """What the auditors say to the answer: printed in the final report."""
    settlement: Mapped[Long] = mapped_column(default="")
    """On which evidence the amount is shared as it is."""
    impaired_act: Mapped[Label] = mapped_column(default="")
    recovery_id: Mapped[Ref | None] = mapped_column(ForeignKey("recovery.id"))
    """The order to repay by which the money comes back."""
    status: Mapped[Code] = mapped_column(default="stated")
    version: Mapped[int] = mapped_column(default=1)
    stated_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    stated_at: Mapped[Moment]
    answered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    judged_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[Moment | None]
    settled_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[Moment | None]


class Recommendation(Base):
    """One agreed action of a finding: who carries it out, until when, and who verified it."""

    __tablename__ = "recommendation"
    __table_args__ = (
        status_check(RECOMMENDATION),
        UniqueConstraint("finding_id", "number", name="uq_recommendation_number"),
        distinct_people("responsible_id", "stated_by_id"),
        CheckConstraint(
            "verified_by_id IS NULL OR (verified_by_id <> responsible_id"
            " AND (done_by_id IS NULL OR verified_by_id <> done_by_id))",
            name="verified_by_another",
        ),
        CheckConstraint(
            "status <> 'verified' OR (done_at IS NOT NULL AND evidence <> '')", name="verified_on_evidence"
        ),
        Index("ix_recommendation_due", "status", "due_on"),
        Index("ix_recommendation_responsible", "responsible_id", "status"),
        Index("ix_recommendation_mission", "mission_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    finding_id: Mapped[Ref] = mapped_column(ForeignKey("finding.id"))
    mission_id: Mapped[Ref] = mapped_column(ForeignKey("mission.id"))
    country: Mapped[str | None] = mapped_column(String(2))
    number: Mapped[int]
    action: Mapped[Long]
    responsible_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    stated_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    """Who stated its finding: never the one who is responsible."""
    first_due_on: Mapped[date]
    due_on: Mapped[date]
    evidence: Mapped[Long] = mapped_column(default="")
    """What was done, in the words of who did it; its papers are attached."""
    status: Mapped[Code] = mapped_column(default="proposed")
    proposed_at: Mapped[Moment]
    done_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[Moment | None]
    verified_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[Moment | None]
