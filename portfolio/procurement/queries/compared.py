"""How many offers the rules in force make a group compare: its agreement says so (documents.md 9, article 9)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from portfolio.agreements.queries import OFFERS
from portfolio.procurement import reference
from portfolio.procurement.models import MethodRule
from portfolio.work import Work


def offers_compared(work: Work, country: str, on: date) -> int | None:
    """The valid offers that the first threshold asks for on a day, a country's own rule before the common one; None where every purchase is
    direct. The shipped table speaks until the institution has its own."""
    recorded = work.db.scalars(select(MethodRule).where(MethodRule.buyer == "group").limit(1)).first()
    rows = _recorded(work, country, on) if recorded else _shipped(country, on)
    rows.sort()
    return rows[0][2] if rows else None


def _recorded(work: Work, country: str, on: date) -> list[tuple[bool, int, int]]:
    statement = select(MethodRule.country, MethodRule.from_minor, MethodRule.min_valid).where(
        MethodRule.buyer == "group",
        MethodRule.min_valid > 1,
        MethodRule.country.in_(("", country)),
        MethodRule.valid_from <= on,
        or_(MethodRule.valid_to.is_(None), MethodRule.valid_to > on),
    )
    return [(where == "", start, least) for where, start, least in work.db.execute(statement)]


def _shipped(country: str, on: date) -> list[tuple[bool, int, int]]:
    rules = (MethodRule(**row) for row in reference.rules())
    return [
        (r.country == "", r.from_minor, r.min_valid)
        for r in rules
        if r.buyer == "group" and r.min_valid > 1 and r.country in ("", country) and r.valid_from <= on
        and (r.valid_to is None or r.valid_to > on)
    ]  # fmt: skip


OFFERS.append(offers_compared)
