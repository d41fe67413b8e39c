"""Complaints."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Moment, Ref, distinct_people, status_check
from portfolio.rulebook.lifecycles.grievances import GRIEVANCE


class Grievance(Base):
    """A complaint received by phone, paper, box or visit; anonymous allowed."""

    __tablename__ = "grievance"
    __table_args__ = (status_check(GRIEVANCE), distinct_people("answered_by_id", "closed_by_id"))

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[Ref | None] = mapped_column(ForeignKey("project.id"))
    country: Mapped[str] = mapped_column(String(2))
    category: Mapped[Code]
    sensitive: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Code]
    received_on: Mapped[date]
    reporter: Mapped[Label] = mapped_column(default="")
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
