"""Reading administrative units. They are common reference data: no scope hides a commune."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select

from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.places.models import ForceMajeure, Place
from portfolio.work import Work

COUNTRIES = {"ML": N_("Mali"), "BF": N_("Burkina Faso"), "NE": N_("Niger")}
LEVELS = {0: N_("Country"), 1: N_("Region"), 2: N_("Cercle, province or department"), 3: N_("Commune")}
NAMED_ALONE = ("pays", "région")
"""Kinds that are not said before the name: « Gao », but « cercle d'Ansongo »."""


def visible(work: Work) -> Select[Place]:
    """Every unit."""
    return select(Place)


def get(work: Work, number: int) -> Place:
    """One unit; NotFound when there is none."""
    found = work.db.get(Place, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def by_code(work: Work, code: str) -> Place:
    """One unit by its P-code; NotFound when there is none."""
    found = work.db.scalars(select(Place).where(Place.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def said(kind: str, name: str) -> str:
    """The unit as it is said: « cercle d'Ansongo », « commune de Gao », « Mali »."""
    if kind in NAMED_ALONE:
        return name
    link = "d'" if re.match(r"[aeiouâàéèêîôû]", name, re.IGNORECASE) else "de "
    return f"{kind} {link}{name}"


def path_text(work: Work, place: Place) -> str:
    """From the country down: « Mali · Gao · cercle d'Ansongo · commune de Bourra »."""
    return path_texts(work, [place])[place.id]


def path_texts(work: Work, places: Iterable[Place]) -> dict[int, str]:
    """The same for several units, in one query."""
    wanted = list(places)
    codes = {code for place in wanted for code in place.path.split("/")}
    statement = select(Place.code, Place.kind, Place.name).where(Place.code.in_(sorted(codes)))
    names = {code: said(kind, name) for code, kind, name in work.db.execute(statement)}
    return {p.id: " · ".join(names[code] for code in p.path.split("/") if code in names) for p in wanted}


def texts(work: Work, ids: Iterable[int | None]) -> dict[int, str]:
    """Unit id → its path in words, for lists; two queries."""
    wanted = sorted({i for i in ids if i is not None})
    return path_texts(work, work.db.scalars(select(Place).where(Place.id.in_(wanted)))) if wanted else {}


def ancestors(work: Work, place: Place) -> list[Place]:
    """The units above, country first, without the unit itself."""
    codes = place.path.split("/")[:-1]
    return list(work.db.scalars(select(Place).where(Place.code.in_(codes)).order_by(Place.level)))


def children(work: Work, place: Place) -> list[Place]:
    """The units just below, by name."""
    return list(work.db.scalars(select(Place).where(Place.parent_id == place.id).order_by(Place.folded)))


def inside(place: Place, column: Any = Place.path) -> ColumnElement[bool]:
    """The clause that keeps a unit and everything below it, by its path."""
    found: ColumnElement[bool] = or_(
        column == place.path, column.startswith(f"{place.path}/", autoescape=True)
    )
    return found


def standing(work: Work) -> ColumnElement[bool]:
    """The clause that keeps the units that stand today."""
    return or_(Place.valid_to.is_(None), Place.valid_to >= work.today)


def options(
    work: Work, country: str | None = None, level: int | None = None, parent: int | None = None
) -> list[tuple[int, str]]:
    """Units that stand today as choices, each with the one above it so that namesakes are told apart."""
    statement = select(Place).where(standing(work))
    if country is not None:
        statement = statement.where(Place.country == country)
    if level is not None:
        statement = statement.where(Place.level == level)
    if parent is not None:
        statement = statement.where(Place.parent_id == parent)
    found = list(work.db.scalars(statement.order_by(Place.country, Place.folded)))
    above = {p.parent_id for p in found if p.parent_id}
    names = (
        dict(work.db.execute(select(Place.id, Place.name).where(Place.id.in_(above))).all()) if above else {}
    )
    return [
        (p.id, p.name if p.level < 2 or p.parent_id is None else f"{p.name} ({names.get(p.parent_id, '')})")
        for p in found
    ]


def search(work: Work, text: str, limit: int = 50) -> list[Place]:
    """Units whose name begins with or holds what was typed, without accents; beginnings first, larger units first."""
    folded = fold(text)
    if not folded:
        return []
    match = or_(Place.folded.contains(folded, autoescape=True), Place.code == text.strip().upper())
    found = work.db.scalars(select(Place).where(match).order_by(Place.level, Place.folded).limit(limit * 4))
    return sorted(found, key=lambda p: (not p.folded.startswith(folded), p.level, p.folded))[:limit]


def country_name(code: str) -> str:
    """The name of a country of the zone, or its code."""
    return _(COUNTRIES[code]) if code in COUNTRIES else code


def facts(work: Work, place: Place) -> dict[str, Any]:
    """All that a unit's page shows."""
    return {"place": place, "above": ancestors(work, place), "below": children(work, place)}


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


def touched(place_path: Any) -> ColumnElement[bool]:
    """Places in a zone where force majeure was ever declared, for the statement of a list."""
    zone = Place.__table__.alias("stopped_zone")
    inside = or_(place_path == zone.c.path, place_path.startswith(zone.c.path + "/"))
    return exists().where(ForceMajeure.place_id == zone.c.id, inside)


def last_day(work: Work, place_id: int, since: date, due_on: date) -> date:
    """The last day of a delay that runs from `since` in this place: its own, pushed back by the days stopped up to today. Everything that
    says late, or refuses for being late, asks this."""
    return pushed(stops(work, place_id), since, due_on, work.today)
