"""The counts of cash boxes: the form, what waits for a second person, what was confirmed."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries, service
from portfolio.payments.forms import NOTES, CountForm, ReasonForm
from portfolio.payments.routes.records import router
from portfolio.rulebook.lifecycles.payments import CASH_COUNT
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work


def counts_page(work: Work, id: int | None = None, bad: Bad | None = None) -> Response:
    """The cash boxes, the form of a count, and the last counts."""
    return page(
        work,
        "payments/counts.html",
        bad=bad,
        title=_("Cash counts"),
        crumbs=[(_("Batches of payments"), url("payments.index")), (_("Cash counts"), None)],
        boxes=queries.cash_accounts(work),
        rows=queries.counts(work),
        notes=NOTES,
        cycle=CASH_COUNT,
    )


@router.get("/counts", name="payments.counts")
@allow("treasury:view")
def counts(work: W) -> Response:
    """The page."""
    return counts_page(work)


@router.post("/counts", name="payments.count_cash")
@allow("cash_count:count")
@on_refusal(counts_page)
def count_cash(work: W, raw: Raw) -> Response:
    """Record a count."""
    service.count_cash(work, CountForm.read(raw))
    return done(work, url("payments.counts"), _("Count recorded: a second person must confirm it."))


@router.post("/counts/{id:int}/confirm", name="payments.confirm_count")
@allow("cash_count:confirm")
@on_refusal(counts_page)
def confirm(work: W, id: int) -> Response:
    """Confirm a count."""
    service.confirm_count(work, queries.get_count(work, id))
    return done(work, url("payments.counts"), _("Count confirmed: its minutes are issued."))


@router.post("/counts/{id:int}/withdraw", name="payments.withdraw_count")
@allow("cash_count:count")
@on_refusal(counts_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Withdraw a count."""
    service.withdraw_count(work, queries.get_count(work, id), ReasonForm.read(raw).reason)
    return done(work, url("payments.counts"), _("Count withdrawn."))


@router.get("/counts/{id:int}/minutes", name="payments.count_minutes")
@allow("treasury:view")
def minutes(work: W, id: int) -> Response:
    """The minutes as issued."""
    issued = documents.paper(work, "cash_count", queries.get_count(work, id))
    if issued is None:
        raise NotFound
    return pdf_response(work, documents.bytes_of(work, issued), f"{issued.reference}.pdf")
