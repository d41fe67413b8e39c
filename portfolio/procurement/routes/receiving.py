"""Receptions, reservations, hand-over."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.documents.service import ACCEPT
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries, service
from portfolio.procurement.forms import GroupReceptionForm, HandOverForm, LiftForm, ReceptionForm
from portfolio.procurement.routes.door import router, show_page, typed
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def _people(work: Work, bad: Bad | None) -> list[str]:
    """Who is ticked: who was typed, or the one who records."""
    found = bad.value("commission", [str(work.actor.id)]) if bad else [str(work.actor.id)]
    return [str(n) for n in found] if isinstance(found, list) else [str(found)]


def receive_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page where a reception is recorded."""
    procedure = queries.get(work, id)
    crumbs = [
        (_("Purchases"), url("procurement.index")),
        (procedure.reference, url("procurement.show", id=id)),
        (_("Reception"), None),
    ]
    group = procedure.buyer == "group"
    return page(
        work,
        "procurement/receive.html",
        bad=bad,
        title=_("Reception"),
        crumbs=crumbs,
        action=url("procurement.record_reception" if group else "procurement.receive", id=id),
        typed_people=_people(work, bad),
        blocks=[] if group else list(service.receive_obstacles(work, procedure)),
        **typed(work, bad),
        **queries.receive_page(work, procedure),
    )


@router.get("/{id:int}/receive", name="procurement.receive_page")
@allow("procedure:receive", "procedure:manage_group")
def receive_get(work: W, id: int) -> Response:
    """The page where a reception is recorded."""
    return receive_page(work, id)


@router.post("/{id:int}/receive", name="procurement.receive")
@allow("procedure:receive")
@on_refusal(receive_page)
def receive(work: W, raw: Raw, id: int) -> Response:
    """Record a reception by the commission."""
    service.receive(work, queries.get(work, id), ReceptionForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Reception recorded: its minutes are issued."))


@router.post("/{id:int}/record-reception", name="procurement.record_reception")
@allow("procedure:manage_group")
@on_refusal(receive_page)
def record_reception(work: W, raw: Raw, id: int) -> Response:
    """Record a reception by the group."""
    service.record_reception(work, queries.get(work, id), GroupReceptionForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Reception recorded."))


@router.post("/{id:int}/receptions/{receipt:int}/lift", name="procurement.lift")
@allow("procedure:receive")
@on_refusal(show_page)
def lift(work: W, raw: Raw, id: int, receipt: int) -> Response:
    """Lift the reservations of a reception."""
    procedure = queries.get(work, id)
    service.lift_reserves(work, queries.get_receipt(work, procedure, receipt), LiftForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Reservations lifted."))


def hand_over_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page where goods are handed over."""
    procedure = queries.get(work, id)
    crumbs = [
        (_("Purchases"), url("procurement.index")),
        (procedure.reference, url("procurement.show", id=id)),
        (_("Hand-over"), None),
    ]
    return page(
        work,
        "procurement/hand_over.html",
        bad=bad,
        title=_("Hand-over to the group"),
        crumbs=crumbs,
        blocks=list(service.hand_over_obstacles(work, procedure)),
        accept=ACCEPT,
        **typed(work, bad),
        **queries.hand_over_page(work, procedure),
    )


@router.get("/{id:int}/hand-over", name="procurement.hand_over_page")
@allow("procedure:receive")
def hand_over_get(work: W, id: int) -> Response:
    """The page where goods are handed over."""
    return hand_over_page(work, id)


@router.post("/{id:int}/hand-over", name="procurement.hand_over")
@allow("procedure:receive")
@on_refusal(hand_over_page)
def hand_over(work: W, raw: Raw, id: int) -> Response:
    """Hand the goods over to the group."""
    form = HandOverForm.read(raw)
    service.hand_over(work, queries.get(work, id), form)
    return done(work, url("procurement.show", id=id), _("Hand-over recorded: its minutes are issued."))
