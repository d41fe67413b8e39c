"""Complaints."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Moment, Ref, distinct_people, status_check
from portfolio.rulebook.lifecycles.grievances import GRIEVANCE


class Grievance(Base):
    """A complaint received by phone, paper, box or visit; anonymous allowed."""

    __tablename__ = "grievance"
    __table_args__ = (
        status_check(GRIEVANCE),
        distinct_people("answered_by_id", "closed_by_id"),
        Index("ix_grievance_project", "project_id"),
        Index("ix_grievance_status", "status", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[Ref | None] = mapped_column(ForeignKey("project.id"))
    call_id: Mapped[Ref | None] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref | None] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    category: Mapped[Code]
    sensitive: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Code]
    received_on: Mapped[date]
    reporter: Mapped[Label] = mapped_column(default="")
    """Empty when the person asked not to be named."""
    reporter_phone: Mapped[str] = mapped_column(String(20), default="")
    account: Mapped[Long]
    due_on: Mapped[date]
    assignee_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[Long] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="received")
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
    assigned_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[Moment | None]
    answered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    closed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]


class GrievanceNote(Base):
    """What was said and done about a complaint. Kept here and not in the common trail, which more people read than may read this."""

    __tablename__ = "grievance_note"
    __table_args__ = (Index("ix_grievance_note_grievance", "grievance_id"),)

    id: Mapped[Id]
    grievance_id: Mapped[Ref] = mapped_column(ForeignKey("grievance.id"))
    kind: Mapped[Code]
    """step, answer, reopening or closing"""
    text: Mapped[Long]
    written_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[Moment]
