"""Score sheets and the mark a committee settles."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Minor, Moment, Ref, status_check
from portfolio.rulebook.lifecycles.scoring import SCORE_SHEET


class ScoreSheet(Base):
    """A fiche de notation: one assessor, one file. Nothing of it shows before all sheets of the file are locked (R9)."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        status_check(SCORE_SHEET),
        UniqueConstraint("application_id", "assessor_id", name="uq_score_sheet_assessor"),
        Index("ix_score_sheet_assessor", "assessor_id", "status"),
    )

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    country: Mapped[str] = mapped_column(String(2))
    assessor_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    assigned_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[Moment]
    extra: Mapped[bool] = mapped_column(default=False)
    """True for the assessor called after a wide spread; the outlier keeps its place in the trail."""
    set_aside: Mapped[bool] = mapped_column(default=False)
    """Left out of the mean after a wide spread, by a reasoned choice of the secretary."""
    strengths: Mapped[Long] = mapped_column(default="")
    weaknesses: Mapped[Long] = mapped_column(default="")
    conditions: Mapped[Long] = mapped_column(default="")
    questioned: Mapped[Long] = mapped_column(default="")
    """Budget lines that the assessor doubts, in words."""
    suggested_minor: Mapped[Minor | None]
    entered_from_paper_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    declared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[Moment | None]
    locked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    locked_at: Mapped[Moment | None]
    status: Mapped[Code] = mapped_column(default="assigned")
    version: Mapped[int] = mapped_column(default=1)


class Mark(Base):
    """A mark from 0 to 5 on one criterion with its justification; NULL is an abstention, outside the mean."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_id", name="uq_mark_criterion"),
        CheckConstraint("value IS NULL OR value BETWEEN 0 AND 5", name="value_range"),
        CheckConstraint("value IS NULL OR NOT abstained", name="abstained_has_no_value"),
    )

    id: Mapped[Id]
    sheet_id: Mapped[Ref] = mapped_column(ForeignKey("score_sheet.id"))
    criterion_id: Mapped[Ref] = mapped_column(ForeignKey("criterion.id"))
    value: Mapped[int | None]
    abstained: Mapped[bool] = mapped_column(default=False)
    """« Sans objet »: a choice, not a mark still to give."""
    justification: Mapped[Long] = mapped_column(default="")


class SettledScore(Base):
    """A note arrêtée by the committee beside the mean, with its reason (R19)."""

    __tablename__ = "settled_score"

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"), unique=True)
    tenths: Mapped[int]
    reason: Mapped[Label]
    by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
