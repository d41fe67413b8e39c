"""Micro-projects, their activities and visits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, JsonList, Label, Long, Moment, Ref, distinct_people, status_check
from portfolio.rulebook.lifecycles.projects import PROJECT, VISIT


class Project(Base):
    """What the grant is for, as people on the ground know it."""

    __tablename__ = "project"
    __table_args__ = (status_check(PROJECT), Index("ix_project_country", "country"))

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[Label]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"), unique=True)
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))
    country: Mapped[str] = mapped_column(String(2))
    hidden_place: Mapped[bool] = mapped_column(default=False)
    """The exact place is masked in exports and on papers (L7)."""
    objectives: Mapped[Long] = mapped_column(default="")
    context: Mapped[Long] = mapped_column(default="")
    expected: Mapped[Long] = mapped_column(default="")
    do_no_harm: Mapped[JsonList] = mapped_column(default=list)
    status: Mapped[Code] = mapped_column(default="preparing")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]


class Activity(Base):
    """A thing to do by a date."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_project", "project_id", "position"),)

    id: Mapped[Id]
    project_id: Mapped[Ref] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int]
    label: Mapped[Label]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]


class Indicator(Base):
    """A result of the micro-project that is counted: what was to be reached, what is, when and by what it was seen (results, L)."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("project_id", "label", name="uq_indicator_label"),
        CheckConstraint("target > 0 AND (reached IS NULL OR reached >= 0)", name="counts"),
        CheckConstraint("(reached IS NULL) = (measured_on IS NULL)", name="measured_is_dated"),
    )

    id: Mapped[Id]
    project_id: Mapped[Ref] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int]
    label: Mapped[Label]
    unit: Mapped[Label] = mapped_column(default="")
    target: Mapped[int] = mapped_column(BigInteger)
    reached: Mapped[int | None] = mapped_column(BigInteger)
    measured_on: Mapped[date | None]
    source: Mapped[Label] = mapped_column(default="")
    """What shows it: a register, a visit, a count."""
    gap_note: Mapped[Label] = mapped_column(default="")
    """Why the target is not reached, or is passed."""

    @property
    def gap(self) -> int | None:
        """Reached less the target; None before any measure."""
        return None if self.reached is None else self.reached - self.target


class Visit(Base):
    """A visit, or a remote check with the reason why nobody could go."""

    __tablename__ = "visit"
    __table_args__ = (
        status_check(VISIT),
        distinct_people("reported_by_id", "validated_by_id"),
        Index("ix_visit_project", "project_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[Ref] = mapped_column(ForeignKey("project.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    planned_on: Mapped[date]
    visited_on: Mapped[date | None]
    remote: Mapped[bool] = mapped_column(default=False)
    remote_reason: Mapped[Label] = mapped_column(default="")
    team: Mapped[Label] = mapped_column(default="")
    planned_work: Mapped[Long] = mapped_column(default="")
    findings: Mapped[Long] = mapped_column(default="")
    """What was found; in reports of before, everything that was told."""
    people_met: Mapped[Long] = mapped_column(default="")
    risks: Mapped[Long] = mapped_column(default="")
    action_points: Mapped[Long] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="planned")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    reported_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[Moment | None]
    validated_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    validated_at: Mapped[Moment | None]
