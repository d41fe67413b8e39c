"""Reading the caps by category of costs (K1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from portfolio.agreements.models import Agreement, CostCap
from portfolio.work import Work


def caps_of(work: Work, agreement_id: int) -> list[CostCap]:
    """Every cap of an agreement, by category, the newest first."""
    statement = select(CostCap).where(CostCap.agreement_id == agreement_id)
    return list(work.db.scalars(statement.order_by(CostCap.category, CostCap.valid_from.desc(), CostCap.id)))


def in_force(caps: Iterable[CostCap], on: date) -> list[CostCap]:
    """Of each category, the newest cap that holds on this day."""
    found: dict[str, CostCap] = {}
    for cap in sorted(caps, key=lambda c: c.valid_from):
        if cap.valid_from <= on:
            found[cap.category] = cap
    return list(found.values())


def most(cap: CostCap, agreement: Agreement) -> int:
    """What the category may cost, in minor units, rounded down."""
    return agreement.amount_minor * cap.tenths // 1000
