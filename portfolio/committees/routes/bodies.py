"""Committees and their seats."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.committees import queries, service
from portfolio.committees.forms import CommitteeForm, PlanForm, ReasonForm, SeatForm
from portfolio.committees.models import Committee, Seat
from portfolio.committees.queries.words import committee_words
from portfolio.kit.errors import Bad, FieldError, Invalid, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("committees")


def typed(bad: Bad | None) -> dict[str, Any]:
    """`v(name, stored)` is what was typed or what is stored, `e(name)` the error beside the field."""

    def value(name: str, stored: object = "") -> object:
        return bad.value(name, stored) if bad and bad.typed else stored

    def error(name: str) -> str | None:
        return bad.error(name) if bad else None

    return {"v": value, "e": error}


@router.get("", name="committees.index")
@allow("session:view")
def index(work: W) -> Response:
    """Sessions, the next and the last ones first, and the committees."""
    title = _("Committees and sessions")
    facts = queries.index_facts(work)
    return page(work, "committees/index.html", title=title, cycle=SESSION, **facts, **committee_words())


def edit_page(work: Work, id: int | None = None, bad: Bad | None = None) -> Response:
    """A committee as its act says."""
    committee = queries.committee(work, id) if id else None
    if committee is not None:
        work.require("member:appoint", committee)
    title = _("Change the committee") if committee else _("New committee")
    crumbs = [(_("Committees"), url("committees.index")), (title, None)]
    return page(
        work,
        "committees/edit.html",
        bad=bad,
        committee=committee,
        title=title,
        crumbs=crumbs,
        **typed(bad),
        **committee_words(),
    )


@router.get("/new", name="committees.new")
@allow("member:appoint")
def new(work: W) -> Response:
    """The form of a committee."""
    return edit_page(work)


@router.post("/new", name="committees.create")
@allow("member:appoint")
@on_refusal(edit_page)
def create(work: W, raw: Raw) -> Response:
    """Create it."""
    committee = service.create(work, CommitteeForm.read(raw))
    return done(
        work, url("committees.show", id=committee.id), _("The committee is created: appoint its members.")
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A committee: seats, sessions, and the planning of the next one."""
    committee = queries.committee(work, id)
    crumbs = [(_("Committees"), url("committees.index")), (committee.name, None)]
    return page(
        work,
        "committees/show.html",
        bad=bad,
        title=committee.name,
        crumbs=crumbs,
        cycle=SESSION,
        **queries.show_committee_facts(work, committee),
        **typed(bad),
        **committee_words(),
    )


@router.get("/{id}", name="committees.show")
@allow("session:view")
def show(work: W, id: int) -> Response:
    """One committee."""
    return show_page(work, id)


@router.get("/{id}/edit", name="committees.edit")
@allow("member:appoint")
def edit(work: W, id: int) -> Response:
    """Its form."""
    return edit_page(work, id)


@router.post("/{id}/edit", name="committees.save")
@allow("member:appoint")
@on_refusal(edit_page)
def save(work: W, raw: Raw, id: int) -> Response:
    """Change it."""
    service.edit(work, queries.committee(work, id), CommitteeForm.read(raw))
    return done(work, url("committees.show", id=id), _("The committee is changed."))


@router.post("/{id}/seats", name="committees.appoint")
@allow("member:appoint")
@on_refusal(show_page)
def appoint(work: W, raw: Raw, id: int) -> Response:
    """Appoint a member."""
    service.appoint(work, queries.committee(work, id), SeatForm.read(raw))
    return done(work, url("committees.show", id=id), _("The member is appointed."))


@router.post("/{id}/seats/{seat}/vacate", name="committees.vacate")
@allow("member:appoint")
@on_refusal(show_page)
def vacate(work: W, raw: Raw, id: int, seat: int) -> Response:
    """End a seat."""
    queries.committee(work, id)
    found = work.db.get(Seat, seat) if 0 < seat < 2**62 else None
    if found is None or found.committee_id != id:
        raise NotFound
    service.vacate(work, found, ReasonForm.read(raw).reason)
    return done(work, url("committees.show", id=id), _("The seat is vacated."))


@router.post("/{id}/plan", name="committees.plan")
@allow("session:convene")
@on_refusal(show_page)
def plan(work: W, raw: Raw, id: int) -> Response:
    """Plan a session about a call."""
    committee: Committee = queries.committee(work, id)
    wanted = [value for name, value in raw.multi_items() if name == "call_id"]
    known = {str(number) for number, _label in queries.show_committee_facts(work, committee)["calls"]}
    form = PlanForm.read(raw, ignore=("call_id",))
    if len(wanted) != 1 or wanted[0] not in known:
        raise Invalid([FieldError("call_id", _("Choose the call that the session is about."))])
    session = service.plan(work, committee, form, "call", int(wanted[0]))
    return done(
        work,
        url("committees.session", id=session.id),
        _("The session is planned: put its files on the agenda."),
    )
