"""Groups for staff: the list, registering at the counter, the record, its bureau and its accounts."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, select, true
from starlette.responses import Response

from portfolio.groups import queries, service
from portfolio.groups.forms import (
    EditForm,
    ReasonForm,
    RegisterForm,
)
from portfolio.groups.models import CATEGORIES, Group
from portfolio.groups.reference import legal_forms
from portfolio.kit.errors import Bad, Invalid
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.groups import GROUP, GROUP_ACCOUNT
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("groups")


def _statement(work: Work) -> Select[Any]:
    g = Group
    hidden = g.hidden_place.is_(False) if not work.may("group:view_names") else true()
    commune = case((hidden, Place.name), else_=None)
    statement: Any = (
        select(g.id, g.code, g.name, g.category, commune, g.country, g.women + g.men, g.women, g.status)
        .join(Place, Place.id == g.place_id)
        .where(work.within("group:view", g))
    )
    return cast(Select[Any], statement)


def _statuses(_work: Work) -> list[tuple[str, str]]:
    return [(s.code, pgettext("group", s.label)) for s in GROUP.states]


def _categories(_work: Work) -> list[tuple[str, str]]:
    return [(c, queries.category_text(c)) for c in CATEGORIES]


def _countries(_work: Work) -> list[tuple[str, str]]:
    return [(c, places.country_name(c)) for c in places.COUNTRIES]


def _found(work: Work, value: str) -> ColumnElement[bool] | None:
    return queries.search_clause(work, value)


LISTING = Listing(
    name="groups",
    title=N_("Groups"),
    route="groups.index",
    id_column=Group.id,
    statement=_statement,
    columns=(
        Column("code", N_("Number"), "link", sort=Group.code, href="/groups/{id}"),
        Column("name", N_("Name"), sort=Group.name),
        Column("category", N_("Category"), "choice", words=queries.category_text),
        Column("place", N_("Commune")),
        Column("country", N_("Country"), "choice", sort=Group.country, words=places.country_name),
        Column("members", N_("Members"), "number", total=True),
        Column("women", N_("of whom women"), "number", total=True),
        Column("status", N_("Status"), "status", cycle=GROUP),
    ),
    filters=(
        Search(Group.folded, label=N_("Name, number, village, telephone, récépissé"), where=_found),
        Choice("status", N_("Status"), _statuses, Group.status),
        Choice("category", N_("Category"), _categories, Group.category),
        Choice("country", N_("Country"), _countries, Group.country),
    ),
    default_sort="-code",
    new_url="/groups/new",
    new_label=N_("Register a group"),
    new_permission="group:register",
    empty_title=N_("No group found"),
    empty_text=N_(
        "Try another spelling: names are searched by their sound. If the group is new, register it."
    ),
)


@router.get("", name="groups.index")
@allow("group:view")
def index(work: W, query: Query) -> Response:
    """Every group in scope; searched by sound, telephone and récépissé."""
    return LISTING.respond(work, query)


def typed(bad: Bad | None) -> dict[str, Any]:
    """`v(name, stored)` is what was typed or what is stored, `e(name)` the error beside the field: for templates of forms."""

    def value(name: str, stored: object = "") -> object:
        return bad.value(name, stored) if bad and bad.typed else stored

    def error(name: str) -> str | None:
        return bad.error(name) if bad else None

    return {"v": value, "e": error}


def choices(work: Work, bad: Bad | None, group: Group | None = None) -> dict[str, Any]:
    """What the form of a group offers: legal forms, categories, and the communes that bear the name typed."""
    wanted = str(bad.value("place") or "") if bad else ""
    found = places.search(work, wanted) if wanted and (bad and bad.error("place")) else []
    texts = places.path_texts(work, found)
    asked = typed(bad)
    if group is not None:
        lives = work.db.get_one(Place, group.place_id).name
        shown = asked["v"]
        asked["v"] = lambda name, stored="": shown(
            name, stored or (lives if name == "place" else getattr(group, name, stored))
        )
    return {
        "legal_forms": sorted({f.form for f in legal_forms()}),
        "communes": [(p.id, texts[p.id]) for p in found[:20]],
        **queries.words(),
        **asked,
    }


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """The form at the counter; after a refusal, the three nearest groups with what the ledger knows of them."""
    near: list[queries.Near] = []
    if bad and any(r.code == "similar_group" for r in bad.refusals):
        near = _near(work, bad)
    return page(
        work,
        "groups/new.html",
        bad=bad,
        near=near,
        title=_("Register a group"),
        crumbs=[(_("Groups"), url("groups.index")), (_("Register a group"), None)],
        **choices(work, bad),
    )


def _near(work: Work, bad: Bad) -> list[queries.Near]:
    class Typed:
        def multi_items(self) -> list[tuple[str, Any]]:
            return list(bad.typed.items())

    try:
        return service.near(work, RegisterForm.read(Typed()))
    except Invalid:
        return []


@router.get("/new", name="groups.new")
@allow("group:register")
def new(work: W) -> Response:
    """A group comes to the counter."""
    return new_page(work)


@router.post("", name="groups.create")
@allow("group:register")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Register it, once the nearest groups were looked at."""
    group = service.register(work, RegisterForm.read(raw))
    return done(
        work, url("groups.show", id=group.id), _("Group registered: %(code)s.") % {"code": group.code}
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The record of a group."""
    group = queries.get(work, id)
    facts = queries.facts(work, group)
    base = url("groups.show", id=id)
    return page(
        work,
        "groups/show.html",
        bad=bad,
        title=group.name,
        crumbs=[(_("Groups"), url("groups.index") if work.may("group:view") else None), (group.code, None)],
        moves=moves(
            work,
            GROUP,
            group,
            base,
            obstacles={"verify": service.verify_obstacles},
            pages={"verify": url("groups.verify_page", id=id)},
        ),
        steps=status_steps(GROUP, group.status),
        cycle=GROUP,
        account_cycle=GROUP_ACCOUNT,
        flags=queries.flags(work, group) if facts["staff"] else [],
        flag_words=queries.FLAG_WORDS,
        **facts,
    )


@router.get("/{id}", name="groups.show")
@allow("group:view", "own:view")
def show(work: W, id: int) -> Response:
    """One group: staff in their scope, an applicant its own."""
    return show_page(work, id)


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """What is known of a group, to be corrected."""
    group = work.fetch(Group, id, "group:edit")
    return page(
        work,
        "groups/edit.html",
        bad=bad,
        group=group,
        title=_("Correct the group"),
        crumbs=crumbs(group, _("Correct the group")),
        **choices(work, bad, group),
    )


def crumbs(group: Group, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Groups"), url("groups.index")),
        (group.code, url("groups.show", id=group.id)),
        (last, None),
    ]


@router.get("/{id}/edit", name="groups.edit")
@allow("group:edit")
def edit(work: W, id: int) -> Response:
    """The form of a group."""
    return edit_page(work, id)


@router.post("/{id}/edit", name="groups.save")
@allow("group:edit")
@on_refusal(edit_page)
def save(work: W, raw: Raw, id: int) -> Response:
    """Save the corrections."""
    group = work.fetch(Group, id, "group:edit")
    form = EditForm.read(raw)
    lives = work.db.get_one(Place, group.place_id)
    if form.place_id is None and (form.place is None or fold(form.place) == lives.folded):
        form = form.model_copy(update={"place_id": group.place_id})
    service.edit(work, group, form)
    return done(work, url("groups.show", id=id), _("Group corrected."))


@router.post("/{id}/block", name="groups.block")
@allow("group:block")
@on_refusal(show_page)
def block(work: W, raw: Raw, id: int) -> Response:
    """Set aside with a reason."""
    service.block(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("groups.show", id=id), _("Group blocked."), "warn")


@router.post("/{id}/lift", name="groups.lift")
@allow("group:lift")
@on_refusal(show_page)
def lift(work: W, raw: Raw, id: int) -> Response:
    """Let it go again, by another person."""
    service.lift(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("groups.show", id=id), _("The block is lifted: verify the group again."))


__all__ = ["choices", "crumbs", "router", "typed"]
