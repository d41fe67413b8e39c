"""What is still to be paid, by month and by fund: the schedules of the agreements in force, less what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.blockers import Snapshot, is_met
from portfolio.agreements.queries.blockers import words as words_of
from portfolio.agreements.queries.many import snapshots
from portfolio.agreements.queries.stops import stopped_days
from portfolio.funds.models import Fund
from portfolio.funds.queries import foresees
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.work import Work

FORESEEN = ("signed_by_group", "active", "suspended")
"""Agreements whose schedule is a promise."""
MONTHS = 12
EXAMINED_IN = 30
"""Days before which a tranche that still waits for something is not foreseen: to show it, examine it, pay. Source: usual delays of the chain."""

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


@dataclass(frozen=True)
class Foreseen:
    """One tranche still to be paid: when it is planned, when it can be paid at the earliest, and why later."""

    tranche: Tranche
    agreement: Agreement
    fund: str
    planned_on: date
    foreseen_on: date
    left_minor: int
    reasons: tuple[str, ...] = ()

    @property
    def pushed(self) -> bool:
        """Whether something holds it back."""
        return self.foreseen_on > self.planned_on


def foreseen(work: Work, clauses: Sequence[ColumnElement[bool]] = ()) -> list[Foreseen]:
    """Every tranche still to be paid with its earliest day: days stopped push it back, what is not met holds it. Four queries in all."""
    statement = (
        select(Tranche, Agreement, Fund.code)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Fund, Fund.id == Agreement.fund_id)
        .where(work.within("agreement:view", Agreement), to_pay(), *clauses)
        .order_by(Tranche.id)
    )
    rows = [(t, a, code) for t, a, code in work.db.execute(statement)]
    snaps = snapshots(work, {a.id: a for _t, a, _code in rows})
    return [_foreseen(snaps[a.id], t, a, code, work.today) for t, a, code in rows]


def _foreseen(snap: Snapshot, tranche: Tranche, agreement: Agreement, fund: str, today: date) -> Foreseen:
    planned = tranche.planned_on or agreement.ends_on
    left = tranche.amount_minor - tranche.paid_minor
    reasons: list[str] = []
    day = planned
    stopped = stopped_days(snap.stops, agreement.starts_on, max(today, agreement.starts_on))
    if stopped:
        day += timedelta(days=stopped)
        words = ngettext("%(num)d day stopped by %(acts)s", "%(num)d days stopped by %(acts)s", stopped)
        acts = ", ".join(dict.fromkeys(stop.act for stop in snap.stops))
        reasons.append(words % {"num": stopped, "acts": acts})
    soonest = today + timedelta(days=EXAMINED_IN)
    if any(stop.covers(today) for stop in snap.stops):
        day = max(day, soonest)
        reasons.append(_("still stopped today: the day is the earliest possible"))
    if tranche.status == "planned":
        unmet = [
            words_of(c, tranche.number)
            for c in snap.conditions.get(tranche.id, [])
            if not is_met(snap, tranche, c)
        ]
        if unmet and day <= soonest:
            day = soonest
            reasons.append(_("not met yet: %(conditions)s") % {"conditions": " ; ".join(unmet)})
        if tranche.frozen_reason and day <= soonest:
            day = soonest
            reasons.append(_("frozen: %(reason)s") % {"reason": tranche.frozen_reason})
    return Foreseen(tranche, agreement, fund, planned, day, left, tuple(reasons) if day > planned else ())


def forecast(
    work: Work, clauses: Sequence[ColumnElement[bool]] = (), rows: Sequence[Foreseen] | None = None
) -> tuple[list[Month], list[str]]:
    """What is late, twelve months, and what comes after them in the last; with the codes of the funds."""
    firsts = months_from(work.today)
    buckets: list[dict[str, int]] = [{} for _first in (None, *firsts)]
    funds: set[str] = set()
    for row in foreseen(work, clauses) if rows is None else rows:
        when = row.foreseen_on
        at = (
            0
            if when < work.today
            else max((n for n, first in enumerate(firsts, 1) if first <= when), default=1)
        )
        buckets[at][row.fund] = buckets[at].get(row.fund, 0) + row.left_minor
        funds.add(row.fund)
    made = [Month(first, found) for first, found in zip((None, *firsts), buckets, strict=True)]
    return made, sorted(funds)
