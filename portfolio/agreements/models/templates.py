"""Versions of the templates that the institution wrote itself, after those shipped with the product."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Moment, Ref, distinct_people


class AgreementTemplate(Base):
    """One version, proposed by a person and approved by another; its text never changes after that (I1, I2)."""

    __tablename__ = "agreement_template"
    __table_args__ = (
        distinct_people("proposed_by_id", "approved_by_id"),
        UniqueConstraint("code", "number", name="uq_agreement_template_number"),
        CheckConstraint("code IN ('convention', 'avenant')", name="code_known"),
        CheckConstraint("number > 1", name="after_shipped"),
        CheckConstraint("source <> '' AND body <> ''", name="text_and_source"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved_by_somebody"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    """`convention` or `avenant`."""
    number: Mapped[int]
    """The version: 2, 3 …; those before come with the product."""
    title: Mapped[Label]
    valid_from: Mapped[date]
    source: Mapped[Label]
    """The act that adopts this version."""
    body: Mapped[Long]
    template_hash: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Moment]
    approved_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]
