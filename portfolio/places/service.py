"""Loading the units shipped with the product, and adding one with the act that creates it (R21)."""

from __future__ import annotations

from sqlalchemy import insert, select

from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.places import queries, reference
from portfolio.places.forms import PlaceForm
from portfolio.places.models import Place
from portfolio.work import Work

BELOW = {
    0: ("région", "district"),
    1: ("cercle", "province", "département", "district", "ville"),
    2: ("commune", "arrondissement communal"),
}
"""The kinds that a unit of each level may hold."""


def load(work: Work) -> int:
    """Store the shipped units that are not there yet, level by level; the number added. Run at set-up, with or without an actor."""
    known = {
        code: (number, path)
        for number, code, path in work.db.execute(select(Place.id, Place.code, Place.path))
    }
    fresh = [u for u in reference.units() if u.code not in known]
    for level in sorted({u.level for u in fresh}):
        rows = []
        for unit in (u for u in fresh if u.level == level):
            parent, above = known[unit.parent] if unit.parent else (None, "")
            path = f"{above}/{unit.code}" if above else unit.code
            rows.append(
                {
                    "code": unit.code,
                    "parent_id": parent,
                    "level": unit.level,
                    "country": unit.country,
                    "kind": unit.kind,
                    "name": unit.name,
                    "folded": fold(unit.name),
                    "path": path,
                    "valid_from": unit.valid_from,
                    "valid_to": unit.valid_to,
                    "source": unit.source,
                }
            )
        work.db.execute(insert(Place), rows)
        stored = work.db.execute(select(Place.id, Place.code, Place.path).where(Place.level == level))
        known |= {code: (number, path) for number, code, path in stored}
    for country in queries.COUNTRIES if fresh else ():
        added = sum(1 for u in fresh if u.country == country)
        if added:
            work.record("place:added", queries.by_code(work, country), data={"units": added})
    return len(fresh)


def add(work: Work, form: PlaceForm) -> Place:
    """Add a unit created by an act, under the unit that holds it. Invalid for a code already taken or a kind that cannot stand there."""
    parent = work.db.get(Place, form.parent_id)
    errors = []
    if parent is None or parent.level >= 3:
        errors.append(FieldError("parent_id", _("Choose the unit that holds this one.")))
    elif form.kind not in BELOW[parent.level]:
        words = _("%(parent)s can hold: %(kinds)s.")
        kinds = ", ".join(BELOW[parent.level])
        errors.append(FieldError("kind", words % {"parent": parent.name, "kinds": kinds}))
    if not form.code.isascii() or "/" in form.code or " " in form.code:
        errors.append(
            FieldError("code", _("Use capital letters, figures and hyphens only, for example ML-R18."))
        )
    elif work.db.scalar(select(Place.id).where(Place.code == form.code.upper())):
        errors.append(FieldError("code", _("This code is already taken. Choose another.")))
    if form.valid_to is not None and form.valid_to < form.valid_from:
        errors.append(
            FieldError("valid_to", _("The end comes before the start. Correct one of the two dates."))
        )
    if errors or parent is None:
        raise Invalid(errors)
    code = form.code.upper()
    place = Place(
        code=code,
        parent_id=parent.id,
        level=parent.level + 1,
        country=parent.country,
        kind=form.kind,
        name=form.name,
        folded=fold(form.name),
        path=f"{parent.path}/{code}",
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        source=form.act,
    )
    return work.create(place, "place:added", permission="place:edit", data={"code": code, "act": form.act})
