"""What is still to be paid, by month and by fund: the schedules of the agreements in force, less what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.funds.models import Fund
from portfolio.funds.queries import foresees
from portfolio.work import Work

FORESEEN = ("signed_by_group", "active", "suspended")
"""Agreements whose schedule is a promise."""
MONTHS = 12

LEFT = Tranche.amount_minor - Tranche.paid_minor
WHEN: ColumnElement[Any] = func.coalesce(Tranche.planned_on, Agreement.ends_on)
"""The day a tranche is planned; without one, the end of its agreement."""


def to_pay() -> ColumnElement[bool]:
    """Tranches planned or on their way, of agreements whose schedule is a promise."""
    return Agreement.status.in_(FORESEEN) & Tranche.status.in_(("planned", "requested"))


@foresees
def left_until(work: Work, fund: Fund, until: date) -> int:
    """What the schedules still promise on a fund until a day, what is late included: it justifies a call for funds."""
    statement = (
        select(func.coalesce(func.sum(LEFT), 0))
        .select_from(Tranche)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .where(Agreement.fund_id == fund.id, to_pay(), WHEN <= until)
    )
    return int(work.db.scalar(statement) or 0)


@dataclass(frozen=True)
class Month:
    """One month of the forecast: the first day, None for what is late, and the francs by fund."""

    first: date | None
    by_fund: dict[str, int]

    @property
    def total_minor(self) -> int:
        """All funds together, in minor units."""
        return sum(self.by_fund.values())


def months_from(today: date, count: int = MONTHS) -> list[date]:
    """The first days of so many months, this one first."""
    found, year, month = [], today.year, today.month
    for _n in range(count):
        found.append(date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def forecast(work: Work, clauses: Sequence[ColumnElement[bool]] = ()) -> tuple[list[Month], list[str]]:
    """What is late, twelve months, and what comes after them in the last; with the codes of the funds. One query."""
    statement = (
        select(WHEN.label("day"), Fund.code, func.sum(LEFT))
        .select_from(Tranche)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Fund, Fund.id == Agreement.fund_id)
        .where(work.within("agreement:view", Agreement), to_pay(), *clauses)
        .group_by(WHEN, Fund.code)
    )
    firsts = months_from(work.today)
    buckets: list[dict[str, int]] = [{} for _first in (None, *firsts)]
    funds: set[str] = set()
    for day, fund, amount in work.db.execute(statement):
        when = date.fromisoformat(day) if isinstance(day, str) else day
        at = (
            0
            if when < work.today
            else max((n for n, first in enumerate(firsts, 1) if first <= when), default=1)
        )
        buckets[at][fund] = buckets[at].get(fund, 0) + int(amount)
        funds.add(fund)
    made = [Month(first, found) for first, found in zip((None, *firsts), buckets, strict=True)]
    return made, sorted(funds)
