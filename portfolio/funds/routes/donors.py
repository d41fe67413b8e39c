"""Calls for funds and refunds to donors, in the room of the fund."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import Response

from portfolio.documents import queries as documents
from portfolio.funds import queries, service
from portfolio.funds.forms import CallForm, ReasonForm, RefundForm, RefundPaidForm
from portfolio.funds.models import Fund
from portfolio.funds.routes.router import kept, router
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.funds import DONOR_REFUND, FUND_CALL
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

AHEAD = timedelta(days=92)
"""A call covers three months unless another day is typed."""


def _crumbs(fund: Fund, title: str) -> list[tuple[str, str | None]]:
    return [(_("Funds"), url("funds.index")), (fund.code, url("funds.show", id=fund.id)), (title, None)]


def _day(typed: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        return otherwise


def new_call_page(work: Work, id: int, bad: Bad | None = None, until: str = "") -> Response:
    """The form of a call, with what justifies it up to a day."""
    fund, shown = queries.get(work, id), kept(bad)
    day = _day(until, work.today + AHEAD)
    return page(
        work,
        "funds/call_form.html",
        title=_("New call for funds"),
        crumbs=_crumbs(fund, _("New call for funds")),
        bad=shown,
        fund=fund,
        until=day,
        need=queries.need(work, fund, day),
        accounts=[(a.id, f"{a.code} · {a.label}") for a in queries.treasury_options(work, fund)],
    )


@router.get("/{id:int}/calls/new", name="funds.new_call")
@allow("fund_call:prepare")
def new_call(work: W, id: int, query: Query) -> Response:
    """Draft a call for funds."""
    return new_call_page(work, id, until=query.get("until", ""))


@router.post("/{id:int}/calls", name="funds.draft_call")
@allow("fund_call:prepare")
@on_refusal(new_call_page)
def draft_call(work: W, raw: Raw, id: int) -> Response:
    """Draft it."""
    call = service.draft_call(work, queries.get(work, id), CallForm.read(raw))
    return done(
        work, url("funds.call", id=call.id), _("The call is drafted. Another person signs and sends it.")
    )


def call_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One call: what justifies it, what was received."""
    call = queries.get_call(work, id)
    fund = queries.fund(work, call.fund_id)
    return page(
        work,
        "funds/call.html",
        title=call.reference,
        crumbs=_crumbs(fund, call.reference),
        bad=bad,
        call=call,
        fund=fund,
        account=queries.treasury(work, call.treasury_account_id),
        receipts=[(r, a) for r, a in queries.receipts_of(work, fund) if r.fund_call_id == call.id],
        letter=documents.paper(work, "fund_call", call),
        steps=status_steps(FUND_CALL, call.status),
        cycle=FUND_CALL,
        moves=moves(
            work,
            FUND_CALL,
            call,
            f"/funds/calls/{id}",
            obstacles={"send": service.send_obstacles, "cancel": service.cancel_obstacles},
        ),
    )


@router.get("/calls/{id:int}", name="funds.call")
@allow("fund:view")
def call(work: W, id: int) -> Response:
    """One call for funds."""
    return call_page(work, id)


@router.get("/calls/{id:int}/letter", name="funds.call_letter")
@allow("fund:view")
def call_letter(work: W, id: int) -> Response:
    """The letter as issued."""
    issued = documents.paper(work, "fund_call", queries.get_call(work, id))
    if issued is None:
        raise NotFound
    return pdf_response(work, documents.bytes_of(work, issued), f"{issued.reference}.pdf")


@router.post("/calls/{id:int}/send", name="funds.send_call")
@allow("fund_call:send")
@on_refusal(call_page)
def send_call(work: W, raw: Raw, id: int) -> Response:
    """Sign and send."""
    service.send_call(work, queries.get_call(work, id))
    return done(work, url("funds.call", id=id), _("The call is signed: its letter is issued."))


@router.post("/calls/{id:int}/cancel", name="funds.cancel_call")
@allow("fund_call:send")
@on_refusal(call_page)
def cancel_call(work: W, raw: Raw, id: int) -> Response:
    """Give it up."""
    service.cancel_call(work, queries.get_call(work, id), ReasonForm.read(raw).reason)
    return done(work, url("funds.call", id=id), _("The call is cancelled."), "warn")


def new_refund_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The form of a refund, with what may go back."""
    fund = queries.get(work, id)
    return page(
        work,
        "funds/refund_form.html",
        title=_("Refund to the donor"),
        crumbs=_crumbs(fund, _("Refund to the donor")),
        bad=kept(bad),
        fund=fund,
        free=queries.free_cash(work, fund),
        accounts=[(a.id, f"{a.code} · {a.label}") for a in queries.treasury_options(work, fund)],
    )


@router.get("/{id:int}/refunds/new", name="funds.new_refund")
@allow("donor_refund:propose")
def new_refund(work: W, id: int) -> Response:
    """Propose a refund."""
    return new_refund_page(work, id)


@router.post("/{id:int}/refunds", name="funds.propose_refund")
@allow("donor_refund:propose")
@on_refusal(new_refund_page)
def propose_refund(work: W, raw: Raw, id: int) -> Response:
    """Propose it."""
    refund = service.propose_refund(work, queries.get(work, id), RefundForm.read(raw))
    return done(
        work,
        url("funds.refund", id=refund.id),
        _("The refund is proposed: a second person approves it, a third one pays it."),
    )


def refund_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One refund and what can be done with it."""
    refund = queries.get_refund(work, id)
    fund = queries.fund(work, refund.fund_id)
    people = {n for n in (refund.proposed_by_id, refund.approved_by_id, refund.paid_by_id) if n}
    found = moves(
        work,
        DONOR_REFUND,
        refund,
        f"/funds/refunds/{id}",
        obstacles={"approve": service.refund_obstacles, "pay": service.refund_obstacles},
        pages={"pay": "#pay"},
    )
    return page(
        work,
        "funds/refund.html",
        title=refund.reference,
        crumbs=_crumbs(fund, refund.reference),
        bad=bad,
        refund=refund,
        fund=fund,
        account=queries.treasury(work, refund.treasury_account_id),
        names=work.around.names_of(work.db, people),
        free=queries.free_cash(work, fund),
        order=documents.paper(work, "donor_refund", refund),
        payable=any(m.verb == "pay" and m.allowed and not m.blocked for m in found),
        steps=status_steps(DONOR_REFUND, refund.status),
        cycle=DONOR_REFUND,
        moves=[m for m in found if m.verb != "pay" or m.blocked or not m.allowed],
    )


@router.get("/refunds/{id:int}", name="funds.refund")
@allow("fund:view")
def refund(work: W, id: int) -> Response:
    """One refund."""
    return refund_page(work, id)


@router.get("/refunds/{id:int}/order", name="funds.refund_order")
@allow("fund:view")
def refund_order(work: W, id: int) -> Response:
    """The order as issued."""
    issued = documents.paper(work, "donor_refund", queries.get_refund(work, id))
    if issued is None:
        raise NotFound
    return pdf_response(work, documents.bytes_of(work, issued), f"{issued.reference}.pdf")


@router.post("/refunds/{id:int}/approve", name="funds.approve_refund")
@allow("donor_refund:approve")
@on_refusal(refund_page)
def approve_refund(work: W, raw: Raw, id: int) -> Response:
    """Approve it."""
    service.approve_refund(work, queries.get_refund(work, id))
    return done(work, url("funds.refund", id=id), _("The refund is approved: a third person pays it."))


@router.post("/refunds/{id:int}/reject", name="funds.reject_refund")
@allow("donor_refund:approve")
@on_refusal(refund_page)
def reject_refund(work: W, raw: Raw, id: int) -> Response:
    """Refuse it."""
    service.reject_refund(work, queries.get_refund(work, id), ReasonForm.read(raw).reason)
    return done(work, url("funds.refund", id=id), _("The refund is refused."), "warn")


@router.post("/refunds/{id:int}/pay", name="funds.pay_refund")
@allow("donor_refund:pay")
@on_refusal(refund_page)
def pay_refund(work: W, raw: Raw, id: int) -> Response:
    """Record the transfer."""
    service.pay_refund(work, queries.get_refund(work, id), RefundPaidForm.read(raw))
    return done(
        work, url("funds.refund", id=id), _("The refund is paid and in the books; its order is issued.")
    )
