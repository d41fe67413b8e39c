"""Committees, seats, declarations, sessions, attendance, recusals, votes, signatures."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Currency, Id, Json, Label, Long, Minor, Moment, Ref, status_check
from portfolio.rulebook.lifecycles.committees import SESSION, SESSION_ITEM

PROPOSALS = ("favourable", "revised", "waiting_list", "adjourned", "unfavourable")


class Committee(Base):
    """A body created by an act: selection, procurement or reception. Its quorum is data, per convening (R19)."""

    __tablename__ = "committee"
    __table_args__ = (
        CheckConstraint("kind IN ('selection', 'procurement', 'reception')", name="kind_known"),
        CheckConstraint("quorum >= 1 AND second_quorum >= 1", name="quorum_positive"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    kind: Mapped[Code]
    act: Mapped[Label]
    voices: Mapped[int]
    quorum: Mapped[int]
    second_quorum: Mapped[int]
    casting_vote: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)


class Seat(Base):
    """A person's place on a committee, by an act."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint("capacity IN ('titular', 'substitute', 'observer')", name="capacity_known"),
        CheckConstraint("voice IN ('deliberative', 'consultative')", name="voice_known"),
        UniqueConstraint("committee_id", "person_id", name="uq_seat_person"),
    )

    id: Mapped[Id]
    committee_id: Mapped[Ref] = mapped_column(ForeignKey("committee.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    structure: Mapped[Label] = mapped_column(default="")
    function: Mapped[Code] = mapped_column(default="member")
    """president, vice_president, secretary or member"""
    capacity: Mapped[Code] = mapped_column(default="titular")
    voice: Mapped[Code] = mapped_column(default="deliberative")
    act: Mapped[Label] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class InterestDeclaration(Base):
    """What a person declares about a file or a purchase before opening it: no link, or which one."""

    __tablename__ = "interest_declaration"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id", name="uq_interest_declaration_subject"),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    conflict: Mapped[bool]
    nature: Mapped[Label] = mapped_column(default="")
    declared_at: Mapped[Moment]


class Session(Base):
    """One sitting of a committee about a call or a purchase; first or second convening, each with its own quorum."""

    __tablename__ = "session"
    __table_args__ = (
        status_check(SESSION),
        Index("ix_session_subject", "subject_type", "subject_id"),
        CheckConstraint("convening IN (1, 2)", name="convening_known"),
    )

    id: Mapped[Id]
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    """The number of its minutes, given at closing."""
    committee_id: Mapped[Ref] = mapped_column(ForeignKey("committee.id"))
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    convening: Mapped[int] = mapped_column(default=1)
    first_id: Mapped[Ref | None] = mapped_column(ForeignKey("session.id"))
    place: Mapped[Label]
    room: Mapped[Label] = mapped_column(default="")
    scheduled_at: Mapped[Moment]
    agenda: Mapped[Long] = mapped_column(default="")
    quorum: Mapped[int]
    facts: Mapped[Json] = mapped_column(default=dict)
    """What the ranked list or the comparison said when the session closed: handed in by the room that owns it."""
    remarks: Mapped[Long] = mapped_column(default="")
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[Code] = mapped_column(default="planned")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    convened_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    convened_at: Mapped[Moment | None]
    opened_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[Moment | None]
    closed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]
    finalised_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    finalised_at: Mapped[Moment | None]


class Attendance(Base):
    """Who was called, who came, with hours of arrival and departure (document 6)."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("session_id", "seat_id", name="uq_attendance_seat"),)

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(ForeignKey("session.id"))
    seat_id: Mapped[Ref] = mapped_column(ForeignKey("seat.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    replaces_id: Mapped[Ref | None] = mapped_column(ForeignKey("seat.id"))
    voice: Mapped[Code]
    arrived_at: Mapped[Moment | None]
    left_at: Mapped[Moment | None]
    excused: Mapped[Label] = mapped_column(default="")
    signed_at: Mapped[Moment | None]
    prevented: Mapped[Label] = mapped_column(default="")


class SessionItem(Base):
    """One file or purchase deliberated: its proposal, votes and reason. It proposes; it does not award (R2)."""

    __tablename__ = "session_item"
    __table_args__ = (
        status_check(SESSION_ITEM),
        UniqueConstraint("session_id", "subject_type", "subject_id", name="uq_session_item_subject"),
        CheckConstraint(
            "proposal IS NULL OR proposal IN ('favourable', 'revised', 'waiting_list', 'adjourned', 'unfavourable')",
            name="proposal_known",
        ),
        CheckConstraint(
            "status <> 'proposed' OR (proposal IS NOT NULL AND votes_for + votes_against + abstentions <= voices_present)",
            name="votes_within_voices",
        ),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(ForeignKey("session.id"))
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    subject_ref: Mapped[Label] = mapped_column(default="")
    position: Mapped[int]
    rank: Mapped[int | None]
    requested_minor: Mapped[Minor] = mapped_column(default=0)
    proposal: Mapped[Code | None]
    proposed_minor: Mapped[Minor | None]
    amount_currency: Mapped[Currency]
    waiting_rank: Mapped[int | None]
    reason: Mapped[Long] = mapped_column(default="")
    conditions: Mapped[Long] = mapped_column(default="")
    rank_waiver: Mapped[Long] = mapped_column(default="")
    """The reason of a dérogation au classement."""
    casting: Mapped[bool] = mapped_column(default=False)
    """True when the president's voice decided between equal votes."""
    dissent: Mapped[Long] = mapped_column(default="")
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    abstentions: Mapped[int] = mapped_column(default=0)
    voices_present: Mapped[int] = mapped_column(default=0)
    status: Mapped[Code] = mapped_column(default="open")
    proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment | None]


class Recusal(Base):
    """A déport: out of the room for one file, with hours out and in; not counted for that file."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("item_id", "person_id", name="uq_recusal_person"),)

    id: Mapped[Id]
    item_id: Mapped[Ref] = mapped_column(ForeignKey("session_item.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[Label]
    out_at: Mapped[Moment]
    in_at: Mapped[Moment | None]
