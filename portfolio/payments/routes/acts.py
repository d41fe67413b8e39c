"""The acts on a batch."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries, service
from portfolio.payments.forms import AddForm, ReasonForm, SignForm
from portfolio.payments.routes.records import router, show_page
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work


def _back(work: Work, id: int, message: str) -> Response:
    return done(work, url("payments.show", id=id), message)


@router.post("/{id:int}/lines", name="payments.add")
@allow("payment_batch:prepare")
@on_refusal(show_page)
def add(work: W, raw: Raw, id: int) -> Response:
    """Put more payments in the draft."""
    batch = queries.get(work, id)
    service.add(work, batch, AddForm.read(raw))
    return _back(work, id, _("Payments added."))


@router.post("/{id:int}/lines/{line:int}/remove", name="payments.take_out")
@allow("payment_batch:prepare")
@on_refusal(show_page)
def take_out(work: W, id: int, line: int) -> Response:
    """Take one payment out of the draft."""
    service.take_out(work, queries.get(work, id), line)
    return _back(work, id, _("Payment taken out: it is free again."))


@router.post("/{id:int}/lock", name="payments.lock")
@allow("payment_batch:prepare")
@on_refusal(show_page)
def lock(work: W, id: int) -> Response:
    """Lock it."""
    service.lock(work, queries.get(work, id))
    return _back(work, id, _("Batch locked: a second person must approve it."))


@router.post("/{id:int}/approve", name="payments.approve")
@allow("payment_batch:approve")
@on_refusal(show_page)
def approve(work: W, raw: Raw, id: int) -> Response:
    """Approve it."""
    batch = queries.get(work, id)
    service.approve(work, batch, SignForm.read(raw))
    return _back(work, id, _("Signature recorded."))


@router.post("/{id:int}/authorise", name="payments.authorise")
@allow("payment_batch:authorise")
@on_refusal(show_page)
def authorise(work: W, raw: Raw, id: int) -> Response:
    """Authorise it."""
    batch = queries.get(work, id)
    service.authorise(work, batch, SignForm.read(raw))
    return _back(work, id, _("Signature recorded."))


@router.post("/{id:int}/release", name="payments.release")
@allow("payment_batch:release")
@on_refusal(show_page)
def release(work: W, raw: Raw, id: int) -> Response:
    """Release it."""
    batch = queries.get(work, id)
    service.release(work, batch, SignForm.read(raw))
    return _back(work, id, _("Batch released: make the file and send it."))


@router.post("/{id:int}/send", name="payments.send")
@allow("payment_batch:send")
@on_refusal(show_page)
def send(work: W, id: int) -> Response:
    """Make the file and send."""
    service.send(work, queries.get(work, id))
    return _back(
        work, id, _("Sent: the file is ready, the slip is issued. Import the statement when it comes.")
    )


@router.post("/{id:int}/reconcile", name="payments.reconcile")
@allow("payment_batch:send")
@on_refusal(show_page)
def reconcile(work: W, id: int) -> Response:
    """Declare it reconciled."""
    service.reconcile(work, queries.get(work, id))
    return _back(work, id, _("Batch reconciled: every line has its answer."))


@router.post("/{id:int}/unlock", name="payments.unlock")
@allow("payment_batch:unlock")
@on_refusal(show_page)
def unlock(work: W, raw: Raw, id: int) -> Response:
    """Open it again."""
    batch = queries.get(work, id)
    service.unlock(work, batch, ReasonForm.read(raw).reason)
    return _back(work, id, _("Batch open again: the signatures given are void."))


@router.post("/{id:int}/cancel", name="payments.cancel")
@allow("payment_batch:prepare")
@on_refusal(show_page)
def cancel(work: W, raw: Raw, id: int) -> Response:
    """Cancel it."""
    batch = queries.get(work, id)
    service.cancel(work, batch, ReasonForm.read(raw).reason)
    return _back(work, id, _("Batch cancelled: its payments are free again."))
