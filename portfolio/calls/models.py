"""Calls for proposals and all that freezes when one is published."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    Json,
    JsonList,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.rulebook.lifecycles.calls import CALL


class Call(Base):
    """A call for proposals. Scheduled, open and closed are computed from `opens_at` and `closes_at`, never stored."""

    __tablename__ = "call"
    __table_args__ = (
        status_check(CALL),
        distinct_people("created_by_id", "published_by_id"),
        CheckConstraint(
            "sent_by_id IS NULL OR published_by_id IS NULL OR sent_by_id <> published_by_id",
            name="publisher_is_not_sender",
        ),
        CheckConstraint(
            "envelope_minor > 0 AND floor_minor > 0 AND ceiling_minor >= floor_minor AND ceiling_minor <= envelope_minor",
            name="amounts_ordered",
        ),
        CheckConstraint("opens_at < closes_at", name="dates_ordered"),
    )

    id: Mapped[Id]
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[Label]
    summary: Mapped[Long] = mapped_column(default="")
    exercice: Mapped[int]
    envelope_minor: Mapped[Minor]
    floor_minor: Mapped[Minor]
    ceiling_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    own_contribution_percent: Mapped[int] = mapped_column(default=10)
    cash_exempt_displaced: Mapped[bool] = mapped_column(default=False)
    max_months: Mapped[int] = mapped_column(default=12)
    min_members: Mapped[int] = mapped_column(default=1)
    min_age_months: Mapped[int] = mapped_column(default=0)
    min_youth_percent: Mapped[int] = mapped_column(default=0)
    max_files: Mapped[int] = mapped_column(default=1)
    """How many files one group may hand in."""
    categories: Mapped[JsonList] = mapped_column(default=list)
    excluded: Mapped[JsonList] = mapped_column(default=list)
    """Who may not apply, as sentences printed in the notice."""
    refused_expenses: Mapped[JsonList] = mapped_column(default=list)
    cost_caps: Mapped[JsonList] = mapped_column(default=list)
    """At most so many percent of a grant for a category of costs: `category`, `percent`, and the `words` that name its lines (K1)."""
    opens_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    questions_until: Mapped[date | None]
    answers_on: Mapped[date | None]
    pieces_by: Mapped[date | None]
    scoring_from: Mapped[date | None]
    scoring_until: Mapped[date | None]
    session_on: Mapped[date | None]
    decision_on: Mapped[date | None]
    notification_on: Mapped[date | None]
    appeal_days: Mapped[int] = mapped_column(default=15)
    appeal_to: Mapped[Label] = mapped_column(default="")
    filing_place: Mapped[Long] = mapped_column(default="")
    filing_hours: Mapped[Label] = mapped_column(default="")
    copies: Mapped[int] = mapped_column(default=1)
    answers_where: Mapped[Label] = mapped_column(default="")
    contact: Mapped[Label] = mapped_column(default="")
    complaints_contact: Mapped[Label] = mapped_column(default="")
    corruption_contact: Mapped[Label] = mapped_column(default="")
    score_floor: Mapped[int] = mapped_column(default=60)
    spread_limit: Mapped[int] = mapped_column(default=25)
    """A spread above it calls for one more assessor (G12)."""
    assessors_needed: Mapped[int] = mapped_column(default=2)
    form: Mapped[Json] = mapped_column(default=dict)
    """The application form as frozen: its edition and the questions it asks beside the common pages (C5)."""
    register_closed_at: Mapped[Moment | None]
    outcome: Mapped[Code | None]
    """How a finalised call ended: awarded, no_candidate (infructueux) or abandoned (C10)."""
    status: Mapped[Code] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment | None]
    published_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[Moment | None]
    finalised_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    finalised_at: Mapped[Moment | None]


class CallLine(Base):
    """The share of the envelope that one budget line carries."""

    __tablename__ = "call_line"
    __table_args__ = (
        UniqueConstraint("call_id", "budget_line_id", name="uq_call_line_line"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    budget_line_id: Mapped[Ref] = mapped_column(ForeignKey("budget_line.id"))
    amount_minor: Mapped[Minor]


class CallPlace(Base):
    """A territory where groups may apply."""

    __tablename__ = "call_place"
    __table_args__ = (UniqueConstraint("call_id", "place_id", name="uq_call_place_place"),)

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))


class ReservedShare(Base):
    """A part of the envelope kept for a category: at least so many percent."""

    __tablename__ = "reserved_share"
    __table_args__ = (
        UniqueConstraint("call_id", "category", name="uq_reserved_share_category"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent_range"),
    )

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    category: Mapped[Code]
    """women, youth, or woman_president."""
    percent: Mapped[int]


class RequiredPiece(Base):
    """A paper that every file must hold; `needed_from_minor` asks it only above an amount, `sectors` only for some works."""

    __tablename__ = "required_piece"
    __table_args__ = (UniqueConstraint("call_id", "code", name="uq_required_piece_code"),)

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    code: Mapped[Code]
    label: Mapped[Label]
    position: Mapped[int]
    needed_from_minor: Mapped[Minor | None]
    conditional: Mapped[bool] = mapped_column(default=False)
    condition: Mapped[Label] = mapped_column(default="")
    """When a conditional paper is asked, as printed: « travaux et jardins seulement »."""
    categories: Mapped[JsonList] = mapped_column(default=list)
    """The categories of groups that must bring it; empty for all."""


class Criterion(Base):
    """A line of the grid: weight out of 100, floor on the weighted mark, and the rank it has in a tie."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("call_id", "code", name="uq_criterion_code"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_range"),
    )

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    code: Mapped[Code]
    label: Mapped[Label]
    guidance: Mapped[Long] = mapped_column(default="")
    weight: Mapped[int]
    floor: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    tie_rank: Mapped[int | None]
    levels: Mapped[JsonList] = mapped_column(default=list)
    """What each mark from 0 to 5 means, in order."""


class Question(Base):
    """A question asked about a call, and the answer published to all (C7)."""

    __tablename__ = "call_question"
    __table_args__ = (Index("ix_call_question_call", "call_id"),)

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    asked_at: Mapped[Moment]
    text: Mapped[Long]
    answer: Mapped[Long | None]
    answered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]


class Correction(Base):
    """« Avis rectificatif n° … »: what was put off, from when to when, why, by whom. Published, never edited."""

    __tablename__ = "call_correction"
    __table_args__ = (UniqueConstraint("call_id", "number", name="uq_call_correction_number"),)

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    reason: Mapped[Long]
    changes: Mapped[Json] = mapped_column(default=dict)
    """Column → [old, new], as ISO text."""
    published_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[Moment]
