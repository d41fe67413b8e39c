"""Administrative units: a list to search, a page each, and « ajouter une unité avec son acte » (R21)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from starlette.responses import Response

from portfolio.kit import i18n
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.places import queries, reference, service
from portfolio.places.forms import PlaceForm
from portfolio.places.models import Place
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("places")
_Above = aliased(Place)


def _statement(work: Work) -> Any:
    return select(
        Place.id,
        Place.name,
        Place.kind,
        func.coalesce(_Above.name, ""),
        Place.country,
        Place.code,
        Place.valid_from,
        Place.valid_to,
    ).outerjoin(_Above, _Above.id == Place.parent_id)


def _standing(work: Work, value: str) -> ColumnElement[bool] | None:
    over = Place.valid_to < work.today
    return over if value == "ended" else or_(Place.valid_to.is_(None), Place.valid_to >= work.today)


def countries(_work: Work) -> list[tuple[str, str]]:
    """The countries of the zone as choices."""
    return [(code, _(name)) for code, name in queries.COUNTRIES.items()]


PLACES = Listing(
    name="places",
    title=N_("Administrative units"),
    route="places.index",
    id_column=Place.id,
    statement=_statement,
    columns=(
        Column("name", N_("Name"), "link", sort=Place.folded, href="/places/{id}"),
        Column("kind", N_("Kind"), sort=Place.kind),
        Column("above", N_("Part of"), sort=func.coalesce(_Above.name, "")),
        Column("country", N_("Country"), "choice", sort=Place.country, words=queries.country_name),
        Column("code", N_("Code"), sort=Place.code),
        Column("from", N_("Since"), "date"),
        Column("to", N_("Until"), "date"),
    ),
    filters=(
        Search(Place.folded),
        Choice("country", N_("Country"), countries, Place.country),
        Choice(
            "level",
            N_("Level"),
            lambda _w: [(str(n), _(words)) for n, words in queries.LEVELS.items()],
            Place.level,
        ),
        Choice(
            "standing",
            N_("Standing"),
            lambda _w: [("now", _("In force")), ("ended", _("Ended"))],
            where=_standing,
        ),
    ),
    default_sort="code",
    new_url="/places/new",
    new_label=N_("Add a unit with its act"),
    new_permission="place:edit",
    template="places/index.html",
)


@router.get("", name="places.index")
@allow("place:view")
def index(work: W, query: Query) -> Response:
    """Every unit."""
    return PLACES.respond(work, query, note=reference.MALI_NOTE[i18n.locale()])


def new_page(work: Work, bad: Bad | None = None, parent: str = "") -> Response:
    """The form of a unit."""
    above = queries.get(work, int(parent)) if parent.isascii() and parent.isdigit() else None
    return page(
        work,
        "places/form.html",
        title=_("Add a unit with its act"),
        crumbs=[(_("Administrative units"), url("places.index")), (_("Add a unit with its act"), None)],
        bad=bad or Bad(status=200),
        above=above,
        parents=[
            *queries.options(work, level=0),
            *queries.options(work, level=1),
            *queries.options(work, level=2),
        ],
        kinds=[(k, k) for k in sorted({kind for kinds in service.BELOW.values() for kind in kinds})],
    )


@router.get("/new", name="places.new")
@allow("place:edit")
def new(work: W, query: Query) -> Response:
    """Add a unit."""
    return new_page(work, parent=query.get("parent", ""))


@router.post("", name="places.create")
@allow("place:edit")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Add a unit with the act that creates it."""
    place = service.add(work, PlaceForm.read(raw))
    return done(work, url("places.show", id=place.id), _("The unit is added."))


@router.get("/{id}", name="places.show")
@allow("place:view")
def show(work: W, id: int) -> Response:
    """One unit, those above and those below."""
    place = queries.get(work, id)
    facts = queries.facts(work, place)
    crumbs = [(_("Administrative units"), url("places.index"))]
    crumbs += [(a.name, url("places.show", id=a.id)) for a in facts["above"]]
    return page(
        work,
        "places/show.html",
        title=place.name,
        crumbs=[*crumbs, (place.name, None)],
        country=queries.country_name(place.country),
        **facts,
    )
