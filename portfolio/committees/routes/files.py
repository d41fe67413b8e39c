"""One file in session: who leaves the room, what is proposed, by how many voices."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees import queries, service
from portfolio.committees.forms import HourForm, ProposeForm, ReasonForm, RecuseForm
from portfolio.committees.models import Recusal, SessionItem
from portfolio.committees.queries.words import committee_words
from portfolio.committees.routes.bodies import typed
from portfolio.committees.routes.sessions import crumbs
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION_ITEM
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("committees")


def item_page(work: Work, id: int, item: int, bad: Bad | None = None) -> Response:
    """The page of one file: everything on one screen, by keyboard."""
    session = queries.get(work, id)
    row = queries.item(work, session, item)
    found = queries.item_facts(work, session, row)
    if found["row"].closed_to_me and not work.may("session:minute", session):
        raise NotFound
    obstacles = list(service.propose_obstacles(work, row)) if session.status == "sitting" else []
    return page(
        work,
        "committees/item.html",
        bad=bad,
        title=row.subject_ref,
        crumbs=crumbs(session, row.subject_ref),
        item_cycle=SESSION_ITEM,
        obstacles=obstacles if row.status == "open" else [],
        **found,
        **typed(bad),
        **committee_words(),
    )


def _item(work: Work, id: int, item: int) -> SessionItem:
    return queries.item(work, queries.get(work, id), item)


@router.get("/sessions/{id}/items/{item}", name="committees.item")
@allow("session:view")
def item(work: W, id: int, item: int) -> Response:
    """One file."""
    return item_page(work, id, item)


@router.post("/sessions/{id}/items/{item}/propose", name="committees.propose")
@allow("session:minute")
@on_refusal(item_page)
def propose(work: W, raw: Raw, id: int, item: int) -> Response:
    """Record the proposal, then go to the next file."""
    row = _item(work, id, item)
    service.propose(work, row, ProposeForm.read(raw))
    found = queries.item_facts(work, queries.get(work, id), row)
    message = _("Proposal recorded for %(file)s.") % {"file": row.subject_ref}
    following = found["next"]
    if following is None:
        return done(work, url("committees.session", id=id), message)
    return done(work, url("committees.item", id=id, item=following.item.id), message)


@router.post("/sessions/{id}/items/{item}/reconsider", name="committees.reconsider")
@allow("session:minute")
@on_refusal(item_page)
def reconsider(work: W, raw: Raw, id: int, item: int) -> Response:
    """Take the file up again."""
    service.reconsider(work, _item(work, id, item), ReasonForm.read(raw).reason)
    return done(work, url("committees.item", id=id, item=item), _("The file is taken up again."))


@router.post("/sessions/{id}/items/{item}/recuse", name="committees.recuse")
@allow("session:minute")
@on_refusal(item_page)
def recuse(work: W, raw: Raw, id: int, item: int) -> Response:
    """Somebody leaves the room for this file."""
    service.recuse(work, queries.get(work, id), _item(work, id, item), RecuseForm.read(raw))
    return done(work, url("committees.item", id=id, item=item), _("The hour out is recorded."))


def recusal_page(work: Work, id: int, recusal: int, bad: Bad | None = None) -> Response:
    """The page of the file that a member left."""
    found = work.db.get(Recusal, recusal) if 0 < recusal < 2**62 else None
    if found is None:
        raise NotFound
    return item_page(work, id, found.item_id, bad)


@router.post("/sessions/{id}/recusals/{recusal}/return", name="committees.return_")
@allow("session:minute")
@on_refusal(recusal_page)
def come_back(work: W, raw: Raw, id: int, recusal: int) -> Response:
    """The recused member comes back."""
    session = queries.get(work, id)
    found = work.db.get(Recusal, recusal) if 0 < recusal < 2**62 else None
    if found is None:
        raise NotFound
    row = queries.item(work, session, found.item_id)
    service.return_from_recusal(work, session, found, HourForm.read(raw))
    return done(work, url("committees.item", id=id, item=row.id), _("The hour in is recorded."))
