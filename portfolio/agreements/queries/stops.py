"""Force majeure: the days during which the delays of a zone do not run (R18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import literal, null, select

from portfolio.agreements.models import Agreement, ForceMajeure, Suspension
from portfolio.places.models import Place
from portfolio.places.queries import Stop as Stop
from portfolio.places.queries import pushed as pushed
from portfolio.places.queries import stopped_days as stopped_days
from portfolio.places.queries import stops as stops
from portfolio.places.queries import touched as touched
from portfolio.work import Work


def stops_of(work: Work, agreement: Agreement) -> list[Stop]:
    """Every day that does not count for an agreement: force majeure in its zone, and its own suspensions."""
    statement = select(Suspension).where(Suspension.agreement_id == agreement.id)
    own = [Stop(s.id, s.starts_on, s.ends_on, s.act, "") for s in work.db.scalars(statement)]
    return sorted([*stops(work, agreement.place_id), *own], key=lambda s: s.starts_on)


def end_with_stops(found: Iterable[Stop], starts_on: date, ends_on: date, on: date) -> date:
    """The end of an agreement, pushed back by the days stopped since it began, up to `on`."""
    return pushed(found, starts_on, ends_on, on)


def end_of(work: Work, agreement: Agreement) -> date:
    """The end of an agreement as it stands today, days stopped added."""
    return end_with_stops(stops_of(work, agreement), agreement.starts_on, agreement.ends_on, work.today)


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
