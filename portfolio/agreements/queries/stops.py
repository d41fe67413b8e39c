"""Force majeure: the days during which the delays of a zone do not run (R18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portfolio.agreements.models import Agreement, ForceMajeure, Suspension
from portfolio.places.models import Place
from portfolio.work import Work


@dataclass(frozen=True)
class Stop:
    """One force majeure as it concerns a place; `ends_on` None while it lasts."""

    id: int
    starts_on: date
    ends_on: date | None
    act: str
    zone: str
    """The zone of a force majeure; empty for a suspension of the agreement itself."""

    def covers(self, on: date) -> bool:
        """Whether delays are stopped on this day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


def stops(work: Work, place_id: int) -> list[Stop]:
    """Every force majeure whose zone holds this place, oldest first."""
    zone = Place.__table__.alias("zone")
    here = select(Place.path).where(Place.id == place_id).scalar_subquery()
    statement = (
        select(ForceMajeure, zone.c.path, zone.c.name, here.label("here"))
        .join(zone, zone.c.id == ForceMajeure.place_id)
        .order_by(ForceMajeure.starts_on, ForceMajeure.id)
    )
    return [
        Stop(fm.id, fm.starts_on, fm.ends_on, fm.act, name)
        for fm, path, name, place in work.db.execute(statement)
        if fm.place_id == place_id or f"{place}/".startswith(f"{path}/")
    ]


def stops_of(work: Work, agreement: Agreement) -> list[Stop]:
    """Every day that does not count for an agreement: force majeure in its zone, and its own suspensions."""
    statement = select(Suspension).where(Suspension.agreement_id == agreement.id)
    own = [Stop(s.id, s.starts_on, s.ends_on, s.act, "") for s in work.db.scalars(statement)]
    return sorted([*stops(work, agreement.place_id), *own], key=lambda s: s.starts_on)


def stopped_days(found: Iterable[Stop], start: date, end: date) -> int:
    """How many days from `start` to `end`, both included, do not count; overlapping acts count once."""
    days, reached = 0, start - timedelta(days=1)
    for stop in sorted(found, key=lambda s: s.starts_on):
        first = max(stop.starts_on, start, reached + timedelta(days=1))
        last = min(stop.ends_on or end, end)
        if first <= last:
            days += (last - first).days + 1
            reached = last
    return days


def end_with_stops(found: Iterable[Stop], starts_on: date, ends_on: date, on: date) -> date:
    """The end of an agreement, pushed back by the days stopped since it began, up to `on`."""
    return ends_on + timedelta(days=stopped_days(found, starts_on, max(on, starts_on)))
