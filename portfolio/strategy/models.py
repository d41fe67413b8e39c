"""Frameworks, objectives, cross-walk and tags."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Moment, Ref, distinct_people, status_check
from portfolio.rulebook.lifecycles.strategy import FRAMEWORK


class Framework(Base):
    """A strategy, plan or list of goals: versioned, dated, approved by an act, with a territory (R8)."""

    __tablename__ = "framework"
    __table_args__ = (
        status_check(FRAMEWORK),
        distinct_people("proposed_by_id", "approved_by_id"),
        UniqueConstraint("code", "edition", name="uq_framework_edition"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    title: Mapped[Label]
    edition: Mapped[str] = mapped_column(String(20), default="1")
    """What people call its version; `version` is the engine's own counter elsewhere."""
    territory: Mapped[str] = mapped_column(String(40))
    """Country codes separated by commas: ML,BF,NE."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    status: Mapped[Code] = mapped_column(default="draft")
    act: Mapped[Label] = mapped_column(default="")
    source: Mapped[Label] = mapped_column(default="")
    global_objective: Mapped[Long] = mapped_column(default="")
    proposed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment | None]
    approved_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]


class Objective(Base):
    """A node of a framework's tree: axis, objective, expected result, principle, priority or goal."""

    __tablename__ = "objective"
    __table_args__ = (
        UniqueConstraint("framework_id", "code", name="uq_objective_code"),
        Index("ix_objective_framework", "framework_id", "position"),
    )

    id: Mapped[Id]
    framework_id: Mapped[Ref] = mapped_column(ForeignKey("framework.id"))
    parent_id: Mapped[Ref | None] = mapped_column(ForeignKey("objective.id"))
    code: Mapped[Code]
    level: Mapped[Code]
    title: Mapped[Long]
    position: Mapped[int] = mapped_column(default=0)
    taggable: Mapped[bool] = mapped_column(default=True)


class Crosswalk(Base):
    """An objective that answers to one of another framework or of a later version."""

    __tablename__ = "crosswalk"
    __table_args__ = (UniqueConstraint("from_id", "to_id", name="uq_crosswalk_pair"),)

    id: Mapped[Id]
    from_id: Mapped[Ref] = mapped_column(ForeignKey("objective.id"))
    to_id: Mapped[Ref] = mapped_column(ForeignKey("objective.id"))
    note: Mapped[Label] = mapped_column(default="")


class Tag(Base):
    """So many percent of a thing goes to an objective; the weights of a framework sum to 100 on each thing."""

    __tablename__ = "tag"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_range"),
        UniqueConstraint("subject_type", "subject_id", "objective_id", name="uq_tag_objective"),
        Index("ix_tag_objective", "objective_id"),
    )

    id: Mapped[Id]
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    framework_id: Mapped[Ref] = mapped_column(ForeignKey("framework.id"))
    objective_id: Mapped[Ref] = mapped_column(ForeignKey("objective.id"))
    weight: Mapped[int]
