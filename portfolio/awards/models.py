"""Reservations, commitments, decisions, awards and letters."""

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
    status_check,
)
from portfolio.rulebook.lifecycles.awards import COMMITMENT, DECISION, NOTICE

OUTCOMES = ("awarded", "waitlisted", "adjourned", "not_selected")


class Decision(Base):
    """The ordonnateur's décision portant attribution: the act on which a payment before service rests (R2)."""

    __tablename__ = "decision"
    __table_args__ = (status_check(DECISION), distinct_people("prepared_by_id", "signed_by_id"))

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    session_id: Mapped[Ref | None] = mapped_column(ForeignKey("session.id"))
    kind: Mapped[Code] = mapped_column(default="award")
    """award, promotion or rectification"""
    total_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    preamble: Mapped[Long] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="draft")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    signed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[Moment | None]


class Award(Base):
    """What the decision says of one file."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("decision_id", "application_id", name="uq_award_application"),
        CheckConstraint(
            "outcome IN ('awarded', 'waitlisted', 'adjourned', 'not_selected')", name="outcome_known"
        ),
        CheckConstraint(
            "outcome <> 'awarded' OR (amount_minor > 0 AND budget_line_id IS NOT NULL)",
            name="award_has_amount",
        ),
        Index("ix_award_application", "application_id"),
    )

    id: Mapped[Id]
    decision_id: Mapped[Ref] = mapped_column(ForeignKey("decision.id"))
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    outcome: Mapped[Code]
    rank: Mapped[int | None]
    waiting_rank: Mapped[int | None]
    score_tenths: Mapped[int | None]
    amount_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    budget_line_id: Mapped[Ref | None] = mapped_column(ForeignKey("budget_line.id"))
    reason: Mapped[Long] = mapped_column(default="")
    conditions: Mapped[Long] = mapped_column(default="")


class Reservation(Base):
    """Credits blocked for a file by a committee's proposal, until they are committed or freed (R1)."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("application_id", "budget_line_id", name="uq_reservation_line"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    budget_line_id: Mapped[Ref] = mapped_column(ForeignKey("budget_line.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    reserved_at: Mapped[Moment]
    freed_at: Mapped[Moment | None]


class Commitment(Base):
    """The engagement comptable: charged to a line before anyone signs, with the controller's visa where there is one (R1, R3)."""

    __tablename__ = "commitment"
    __table_args__ = (
        status_check(COMMITMENT),
        distinct_people("prepared_by_id", "visaed_by_id"),
        CheckConstraint(
            "amount_minor > 0 AND released_minor >= 0 AND released_minor <= amount_minor",
            name="amounts_ordered",
        ),
        Index("ix_commitment_application", "application_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    budget_line_id: Mapped[Ref] = mapped_column(ForeignKey("budget_line.id"))
    amount_minor: Mapped[Minor]
    released_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    voted_minor: Mapped[Minor]
    already_minor: Mapped[Minor]
    """What the line already carried when this was prepared, as the fiche d'engagement prints it."""
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    visaed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    visaed_at: Mapped[Moment | None]


class Notice(Base):
    """A letter of notification: prepared, checked by a second person, sent, received; delays run from receipt (R11)."""

    __tablename__ = "notice"
    __table_args__ = (
        status_check(NOTICE),
        distinct_people("prepared_by_id", "checked_by_id"),
        Index("ix_notice_application", "application_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    award_id: Mapped[Ref | None] = mapped_column(ForeignKey("award.id"))
    kind: Mapped[Code]
    """awarded, waitlisted, adjourned, not_selected, ineligible, inadmissible"""
    reply_by: Mapped[date | None]
    """Awarded: conditions to meet before signature, by then. Waiting list: the list is valid until then."""
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    checked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[Moment | None]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]
    received_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[Moment | None]
    received_on: Mapped[date | None]
    received_person: Mapped[Label] = mapped_column(default="")
    received_channel: Mapped[Code] = mapped_column(default="")
