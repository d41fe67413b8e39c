"""The committee, the choice, the order."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees import service as committees
from portfolio.committees.forms import DeclareForm
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries, service
from portfolio.procurement.forms import ChooseForm, DecideForm, DirectForm, OrderForm, SessionForm
from portfolio.procurement.models import Procedure
from portfolio.procurement.reference import TAX_WORDS
from portfolio.procurement.routes.door import router, show_page, typed, worded
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


@router.post("/{id:int}/session", name="procurement.session")
@allow("procedure:manage")
@on_refusal(show_page)
def session(work: W, raw: Raw, id: int) -> Response:
    """Put the purchase before the committee."""
    service.plan_session(work, queries.get(work, id), SessionForm.read(raw))
    return done(work, f"{url('procurement.show', id=id)}#committee", _("Session planned."))


@router.post("/{id:int}/decide", name="procurement.decide")
@allow("procedure:decide")
@on_refusal(show_page)
def decide(work: W, raw: Raw, id: int) -> Response:
    """Record the committee's decision."""
    service.decide(work, queries.get(work, id), DecideForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Decision recorded: its minutes are issued."))


@router.post("/{id:int}/choose", name="procurement.choose")
@allow("procedure:manage_group")
@on_refusal(show_page)
def choose(work: W, raw: Raw, id: int) -> Response:
    """Record the choice of the comité d'achat."""
    service.choose(work, queries.get(work, id), ChooseForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Choice recorded."))


@router.post("/{id:int}/buy_directly", name="procurement.buy_directly")
@allow("procedure:decide")
@on_refusal(show_page)
def buy_directly(work: W, raw: Raw, id: int) -> Response:
    """Retain the supplier of a direct purchase."""
    service.buy_directly(work, queries.get(work, id), DirectForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Supplier retained."))


def order_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page where the order is signed."""
    procedure = queries.get(work, id)
    crumbs = [
        (_("Purchases"), url("procurement.index")),
        (procedure.reference, url("procurement.show", id=id)),
        (_("Purchase order"), None),
    ]
    return page(
        work,
        "procurement/order.html",
        bad=bad,
        title=_("Purchase order"),
        crumbs=crumbs,
        action=url("procurement.record_order" if procedure.buyer == "group" else "procurement.order", id=id),
        tax_options=worded(TAX_WORDS),
        blocks=list(service.order_obstacles(work, procedure)) if procedure.status == "decided" else [],
        **typed(work, bad),
        **queries.order_page(work, procedure),
    )


@router.get("/{id:int}/order", name="procurement.order_page")
@allow("procedure:order", "procedure:manage_group")
def order_get(work: W, id: int) -> Response:
    """The page where the order is signed."""
    return order_page(work, id)


@router.post("/{id:int}/order", name="procurement.order")
@allow("procedure:order")
@on_refusal(order_page)
def order(work: W, raw: Raw, id: int) -> Response:
    """The ordonnateur signs the order."""
    made = service.order(work, queries.get(work, id), OrderForm.read(raw))
    words = _("Purchase order %(reference)s signed.") % {"reference": made.reference}
    return done(work, url("procurement.show", id=id), words)


@router.post("/{id:int}/record-order", name="procurement.record_order")
@allow("procedure:manage_group")
@on_refusal(order_page)
def record_order(work: W, raw: Raw, id: int) -> Response:
    """The order signed by the group."""
    made = service.record_order(work, queries.get(work, id), OrderForm.read(raw))
    words = _("Purchase order %(reference)s recorded.") % {"reference": made.reference}
    return done(work, url("procurement.show", id=id), words)


def declare_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The declaration of interests about a purchase, before it is opened."""
    procedure = work.fetch(Procedure, id, "procedure:view")
    return page(
        work,
        "procurement/declare.html",
        bad=bad,
        title=_("Declaration of interests"),
        crumbs=[(_("Purchases"), url("procurement.index")), (procedure.reference, None)],
        **typed(work, bad),
        **queries.declare_facts(work, procedure),
    )


@router.get("/{id:int}/declare", name="procurement.declare_page")
@allow("interest:declare")
def declare_get(work: W, id: int) -> Response:
    """The declaration of interests."""
    return declare_page(work, id)


@router.post("/{id:int}/declare", name="procurement.declare")
@allow("interest:declare")
@on_refusal(declare_page)
def declare(work: W, raw: Raw, id: int) -> Response:
    """Declare a link, or none."""
    procedure = work.fetch(Procedure, id, "procedure:view")
    form = DeclareForm.read(raw)
    committees.declare_interest(work, "procedure", procedure.id, form)
    if form.linked == "yes":
        return done(
            work, url("procurement.index"), _("Link declared: this purchase is closed to you."), "warn"
        )
    return done(work, url("procurement.show", id=id), _("Declaration kept."))
