"""The register of numbers given."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Long, Moment, Ref


class Counter(Base):
    """The last number given for a type in an exercice. Its row is locked by the one UPDATE that gives the next."""

    __tablename__ = "number_counter"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class GivenNumber(Base):
    """One number given to one thing; a voided number stays, with its reason (F2)."""

    __tablename__ = "given_number"
    __table_args__ = (UniqueConstraint("prefix", "year", "number", name="uq_given_number_number"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    prefix: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    number: Mapped[int]
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref | None]
    given_at: Mapped[Moment]
    voided_reason: Mapped[Long | None]
