"""Administrative units, and the force majeure declared in their zones."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, Label, Long, Moment, Ref


class Place(Base):
    """A country, region, cercle / province / département or commune, with the dates of the map that knows it (R21)."""

    __tablename__ = "place"
    __table_args__ = (Index("ix_place_parent", "parent_id"), Index("ix_place_folded", "folded"))

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[Ref | None] = mapped_column(ForeignKey("place.id"))
    level: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[Code]
    name: Mapped[Label]
    folded: Mapped[Label]
    path: Mapped[str] = mapped_column(String(200), default="")
    """The codes from the country down, separated by /, so that a region holds its communes by prefix."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[Label]


class ForceMajeure(Base):
    """A zone and dates in which every delay stops, by an act, lifted once (R18)."""

    __tablename__ = "force_majeure"

    id: Mapped[Id]
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    act: Mapped[Label]
    reason: Mapped[Long]
    declared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[Moment]
    lifted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[Moment | None]
