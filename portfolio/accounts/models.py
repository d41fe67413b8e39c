"""People, their sessions and their roles."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Id,
    Json,
    JsonList,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    known_check,
)
from portfolio.rulebook.permissions import ROLES, SCOPES

_SCOPES = ", ".join(f"'{s}'" for s in SCOPES)


class Person(Base):
    """Somebody who signs in: staff, committee member, auditor or applicant."""

    __tablename__ = "person"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(200), unique=True)
    full_name: Mapped[Label]
    function: Mapped[Label] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    id_number: Mapped[str] = mapped_column(String(60), default="")
    """Service number (matricule) or number of an identity paper: tells homonyms apart and two accounts of one person together (M09)."""
    locale: Mapped[str] = mapped_column(String(2), default="fr")
    password_hash: Mapped[Label]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    last_seen_at: Mapped[Moment | None]
    preferences: Mapped[Json] = mapped_column(default=dict)


class PersonTwin(Base):
    """Two accounts that look like one person's, and who says, with a reason, that they are two people; a second person confirms it before
    either is given a role that handles money (M09)."""

    __tablename__ = "person_twin"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="pair_ordered"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint(
            "said_by_id <> first_id AND said_by_id <> second_id AND (confirmed_by_id IS NULL OR "
            "(confirmed_by_id <> first_id AND confirmed_by_id <> second_id))",
            name="not_by_oneself",
        ),
        distinct_people("said_by_id", "confirmed_by_id"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        UniqueConstraint("first_id", "second_id", name="uq_person_twin_pair"),
    )

    id: Mapped[Id]
    first_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    signs: Mapped[JsonList] = mapped_column(default=list)
    """Why they look alike when it was said, by code."""
    reason: Mapped[Long]
    said_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[Moment]
    confirmed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[Moment | None]


class SignIn(Base):
    """One browser signed in: the token itself is only in the cookie, here is its hash (A01)."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person_id"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    authenticated_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    address: Mapped[str] = mapped_column(String(60), default="")
    browser: Mapped[str] = mapped_column(String(300), default="")


class SignInAttempt(Base):
    """A try at a password, kept to slow guessing down (A05); the address and the account are hashed."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account_hash", "at"),
        Index("ix_sign_in_attempt_address", "address_hash", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Moment]
    account_hash: Mapped[str] = mapped_column(String(64))
    address_hash: Mapped[str] = mapped_column(String(64))
    succeeded: Mapped[bool]


class RoleAssignment(Base):
    """A role held by a person on a scope between two dates, in one's own name, by delegation or by interim (R10)."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        known_check("role", ROLES),
        CheckConstraint(f"scope_kind IN ({_SCOPES})", name="scope_known"),
        CheckConstraint("kind IN ('own', 'delegation', 'interim')", name="kind_known"),
        CheckConstraint(
            "kind = 'own' OR (act_number IS NOT NULL AND principal_id IS NOT NULL AND ends_on IS NOT NULL)",
            name="act_needed",
        ),
        CheckConstraint("granted_by_id IS NULL OR granted_by_id <> person_id", name="not_by_oneself"),
        Index("ix_role_assignment_person", "person_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Code]
    scope_kind: Mapped[str] = mapped_column(String(10), default="all")
    scope_code: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(12), default="own")
    principal_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    act_number: Mapped[str | None] = mapped_column(String(100))
    act_on: Mapped[date | None]
    ceiling_minor: Mapped[Minor | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    confirmed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    """Money roles need a second person to take effect (Z06)."""
    confirmed_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    revoked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


class VisaRule(Base):
    """Whether the visa of the financial controller is a step of the institution, from a day on: an act that two people record (R3)."""

    __tablename__ = "visa_rule"
    __table_args__ = (
        distinct_people("proposed_by_id", "confirmed_by_id"),
        CheckConstraint("act <> '' AND reason <> ''", name="act_and_reason"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
    )

    id: Mapped[Id]
    required: Mapped[bool]
    from_on: Mapped[date]
    act: Mapped[Label]
    reason: Mapped[Long]
    proposed_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment]
    confirmed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[Moment | None]


class SavedView(Base):
    """A list's filters kept under a name by one person."""

    __tablename__ = "saved_view"

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    listing: Mapped[Code]
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))
