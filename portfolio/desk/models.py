"""The auditor's samples: what the desk itself keeps."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, BigId, Code, Currency, Id, JsonList, Minor, Moment, Ref


class Sample(Base):
    """One audit sample as drawn, with all that is needed to draw it again. Never changed, never deleted: the database refuses (M6, M07)."""

    __tablename__ = "audit_sample"
    __table_args__ = (
        CheckConstraint("size > 0 AND size <= population_count", name="size_within"),
        CheckConstraint("drawn_count > 0 AND drawn_count <= size", name="drawn_within"),
        CheckConstraint("drawn_minor > 0 AND drawn_minor <= population_minor", name="covers_within"),
        CheckConstraint("population IN ('payments', 'deliveries', 'vouchers')", name="population_known"),
        CheckConstraint("method IN ('random', 'monetary', 'systematic')", name="method_known"),
        CheckConstraint("seed <> ''", name="seed_kept"),
        Index("ix_audit_sample_drawn", "drawn_at"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    population: Mapped[Code]
    fund: Mapped[str] = mapped_column(String(40), default="")
    """The code of a fund; empty for all of them."""
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    method: Mapped[Code]
    size: Mapped[int]
    """Rows asked for; a monetary draw may hit a row several times, and so hold fewer."""
    seed: Mapped[str] = mapped_column(String(80))
    population_count: Mapped[int] = mapped_column(BigId)
    population_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    population_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over every reference and amount it was drawn from."""
    head_seq: Mapped[int] = mapped_column(BigId)
    head_hash: Mapped[str] = mapped_column(String(64))
    """The last entry of the ledger when it was drawn: nothing after it is of the population."""
    drawn_count: Mapped[int]
    drawn_minor: Mapped[Minor]
    rows: Mapped[JsonList]
    """The rows drawn, in the order of the ledger: id, reference, day, amount_minor, seq, times."""
    drawn_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[Moment]
