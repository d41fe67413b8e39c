"""Force majeure: the days during which the delays of a zone do not run (R18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, literal, null, or_, select

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


def pushed(found: Iterable[Stop], since: date, due_on: date, on: date) -> date:
    """The last day of a delay that runs from `since`, pushed back by the days stopped up to `on` (R18). A delay that was over when a stop
    began is not revived by it."""
    rows, end = list(found), due_on
    while (later := due_on + timedelta(days=stopped_days(rows, since, min(on, end)))) != end:
        end = later
    return end


def end_with_stops(found: Iterable[Stop], starts_on: date, ends_on: date, on: date) -> date:
    """The end of an agreement, pushed back by the days stopped since it began, up to `on`."""
    return pushed(found, starts_on, ends_on, on)


def end_of(work: Work, agreement: Agreement) -> date:
    """The end of an agreement as it stands today, days stopped added."""
    return end_with_stops(stops_of(work, agreement), agreement.starts_on, agreement.ends_on, work.today)


def touched(place_path: Any) -> ColumnElement[bool]:
    """Places in a zone where force majeure was ever declared, for the statement of a list."""
    zone = Place.__table__.alias("stopped_zone")
    inside = or_(place_path == zone.c.path, place_path.startswith(zone.c.path + "/"))
    return exists().where(ForceMajeure.place_id == zone.c.id, inside)


def stops_along(work: Work, paths: Mapping[int, str], *, suspended: bool = True) -> dict[int, list[Stop]]:
    """The days that do not count, of things by the path of their place: force majeure of their zones and, where the numbers are those of
    agreements, their own suspensions. One query."""
    zones: Any = select(
        null().label("agreement_id"), Place.path, Place.name, ForceMajeure.id,
        ForceMajeure.starts_on, ForceMajeure.ends_on, ForceMajeure.act,
    ).join(Place, Place.id == ForceMajeure.place_id)  # fmt: skip
    own: Any = select(
        Suspension.agreement_id, literal(""), literal(""), Suspension.id,
        Suspension.starts_on, Suspension.ends_on, Suspension.act,
    ).where(Suspension.agreement_id.in_(paths if suspended else ()))  # fmt: skip
    found: dict[int, list[Stop]] = {number: [] for number in paths}
    for agreement, zone, name, act_id, start, end, act in work.db.execute(own.union_all(zones)):
        stop_of = Stop(act_id, start, end, act, name)
        if agreement is not None:
            found[agreement].append(stop_of)
            continue
        for number, path in paths.items():
            if f"{path}/".startswith(f"{zone}/"):
                found[number].append(stop_of)
    return {number: sorted(rows, key=lambda stop: stop.starts_on) for number, rows in found.items()}
