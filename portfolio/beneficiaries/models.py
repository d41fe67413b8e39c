"""People reached by a project, three ways that are never added together (R13)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, JsonList, Label, Moment, Ref, distinct_people, status_check
from portfolio.rulebook.lifecycles.beneficiaries import DUPLICATE, ERASURE

SEXES = ("F", "M", "unknown")
BANDS = ("0-14", "15-24", "25-35", "36-59", "60+", "unknown")
DISPLACEMENT = ("host", "displaced", "returned", "refugee", "unknown")


class ReachedPerson(Base):
    """A direct beneficiary known by name; the name shows only to who may see it (P04)."""

    __tablename__ = "reached_person"
    __table_args__ = (
        CheckConstraint("sex IN ('F', 'M', 'unknown')", name="sex_known"),
        Index("ix_reached_person_project", "project_id"),
        CheckConstraint("same_as_id IS NULL OR same_as_id <> id", name="same_as_another"),
        Index("ix_reached_person_sound", "sound"),
        Index("ix_reached_person_phone", "phone"),
        Index("ix_reached_person_village", "country", "village_folded"),
        Index("ix_reached_person_same_as", "same_as_id"),
        Index("ix_reached_person_call", "call_id"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[Ref] = mapped_column(ForeignKey("project.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    full_name: Mapped[Label]
    sound: Mapped[Label]
    """The sounds of the name in alphabetical order: family name first or last gives the same key."""
    sex: Mapped[Code]
    birth_year: Mapped[int | None]
    estimated: Mapped[bool] = mapped_column(default=False)
    """The year was worked out from a spoken age."""
    band: Mapped[Code] = mapped_column(default="unknown")
    """The age band at the date of the assistance (row 24)."""
    phone: Mapped[str] = mapped_column(String(20), default="")
    village: Mapped[Label] = mapped_column(default="")
    village_folded: Mapped[Label] = mapped_column(default="")
    displacement: Mapped[Code] = mapped_column(default="unknown")
    disability: Mapped[bool | None]
    received_on: Mapped[date]
    assistance: Mapped[Label] = mapped_column(default="")
    same_as_id: Mapped[Ref | None] = mapped_column(ForeignKey("reached_person.id"))
    """Merged into this one after a second person decided so; counted once."""
    erased_at: Mapped[Moment | None]
    """Since when nothing here says who it was (T09): the figures keep counting one person."""
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]


class ReachedCount(Base):
    """Directs counted without names, or indirects estimated, by sex, age band and displacement."""

    __tablename__ = "reached_count"
    __table_args__ = (
        CheckConstraint("kind IN ('counted', 'indirect')", name="kind_known"),
        CheckConstraint("people > 0", name="people_positive"),
        Index("ix_reached_count_project", "project_id"),
    )

    id: Mapped[Id]
    project_id: Mapped[Ref] = mapped_column(ForeignKey("project.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[Code]
    sex: Mapped[Code]
    band: Mapped[Code]
    displacement: Mapped[Code]
    people: Mapped[int]
    on: Mapped[date]
    method: Mapped[Label] = mapped_column(default="")
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]


class Erasure(Base):
    """The erasure of what tells who a person reached is, asked for or due: proposed by one person, done by another, for good (T09, P08)."""

    __tablename__ = "erasure"
    __table_args__ = (
        status_check(ERASURE),
        distinct_people("proposed_by_id", "decided_by_id"),
        Index(
            "uq_erasure_person",
            "person_id",
            unique=True,
            sqlite_where=text("status <> 'withdrawn'"),
            postgresql_where=text("status <> 'withdrawn'"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("reached_person.id"))
    country: Mapped[str] = mapped_column(String(2))
    basis: Mapped[Code]
    """Why: asked by the person, or the time of keeping is over. A code, so that no sentence names anybody."""
    status: Mapped[Code] = mapped_column(default="proposed")
    proposed_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment]
    decided_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]


class Duplicate(Base):
    """Two records that may be the same: people reached or groups. A second person decides (D4)."""

    __tablename__ = "duplicate"
    __table_args__ = (
        status_check(DUPLICATE),
        distinct_people("found_by_id", "decided_by_id"),
        CheckConstraint("first_id < second_id", name="pair_ordered"),
        CheckConstraint("subject_type IN ('reached_person', 'grp')", name="subject_known"),
        Index("ix_duplicate_pair", "subject_type", "first_id", "second_id", unique=True),
        Index("ix_duplicate_status", "status", "id"),
    )

    id: Mapped[Id]
    subject_type: Mapped[Code]
    first_id: Mapped[Ref]
    second_id: Mapped[Ref]
    country: Mapped[str] = mapped_column(String(2))
    signs: Mapped[JsonList] = mapped_column(default=list)
    """Why they look alike, by code."""
    score: Mapped[int] = mapped_column(default=0)
    status: Mapped[Code] = mapped_column(default="open")
    found_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    found_at: Mapped[Moment]
    decided_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
