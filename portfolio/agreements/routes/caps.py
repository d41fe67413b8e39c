"""Caps by category of costs of one agreement: what holds, since when, and the form that sets one."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import CapForm
from portfolio.agreements.routes.records import router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def caps_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The caps of an agreement."""
    agreement = queries.get(work, id)
    caps = queries.caps_of(work, id)
    holding = queries.in_force(caps, work.today)
    return page(
        work,
        "agreements/caps.html",
        bad=bad,
        title=_("Caps by category"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
            (_("Caps by category"), None),
        ],
        agreement=agreement,
        caps=[(cap, queries.most(cap, agreement), cap in holding) for cap in caps],
        budget=[line for line in queries.lines(work, agreement) if line.source == "S"],
        choices=[(str(line.id), line.label) for line in queries.lines(work, agreement) if line.source == "S"],
        may_set=work.may("cost_cap:set", agreement),
        ticked=[str(v) for v in typed]
        if isinstance(typed := bad.value("lines") if bad else [], list)
        else [str(typed)],
    )


@router.get("/{id:int}/caps", name="agreements.caps")
@allow("agreement:view")
def caps(work: W, id: int) -> Response:
    """What each category may cost."""
    return caps_page(work, id)


@router.post("/{id:int}/caps", name="agreements.set_cap")
@allow("cost_cap:set")
@on_refusal(caps_page)
def set_cap(work: W, raw: Raw, id: int) -> Response:
    """Set a cap."""
    service.set_cap(work, queries.get(work, id), CapForm.read(raw))
    return done(work, url("agreements.caps", id=id), _("Cap set."))
