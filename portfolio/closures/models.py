"""Closures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    Label,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.rulebook.lifecycles.closures import CLOSURE


class Closure(Base):
    """The attestation de clôture of one grant: paid = justified + repaid, to the franc (document 20)."""

    __tablename__ = "closure"
    __table_args__ = (
        status_check(CLOSURE),
        distinct_people("prepared_by_id", "attested_by_id"),
        CheckConstraint(
            "paid_minor = justified_minor + repaid_minor + written_off_minor", name="to_the_franc"
        ),
        CheckConstraint("committed_minor = paid_minor + released_minor", name="commitment_settled"),
        CheckConstraint(
            "cleared_by_id IS NULL OR (cleared_by_id <> prepared_by_id"
            " AND (attested_by_id IS NULL OR cleared_by_id <> attested_by_id))",
            name="cleared_by_another",
        ),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    committed_minor: Mapped[Minor]
    paid_minor: Mapped[Minor]
    justified_minor: Mapped[Minor]
    repaid_minor: Mapped[Minor]
    written_off_minor: Mapped[Minor] = mapped_column(default=0)
    released_minor: Mapped[Minor]
    """Credits given back to the line at the signature: committed and never paid."""
    amount_currency: Mapped[Currency]
    keep_until: Mapped[date | None]
    follow_up_on: Mapped[date | None]
    note: Mapped[Label] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="prepared")
    prepared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[Moment]
    clearing_number: Mapped[str | None] = mapped_column(String(40))
    """« Compte apuré le … sous le n° … »: the comptable's own act, before the signature."""
    cleared_at: Mapped[Moment | None]
    cleared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    attested_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    attested_at: Mapped[Moment | None]
