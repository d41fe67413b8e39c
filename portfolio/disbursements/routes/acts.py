"""The acts on a payment: the chain, the money, the way back."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import (
    AccountForm,
    FailForm,
    OrderForm,
    PayForm,
    ReasonForm,
    RejectForm,
    RequisitionForm,
    SendForm,
    VisaForm,
)
from portfolio.disbursements.routes.records import router, show_page
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work


def _back(work: Work, id: int, message: str) -> Response:
    return done(work, url("disbursements.show", id=id), message)


@router.post("/{id:int}/liquidate", name="disbursements.liquidate")
@allow("disbursement:liquidate")
@on_refusal(show_page)
def liquidate(work: W, id: int) -> Response:
    """Liquidate."""
    service.liquidate(work, queries.get(work, id))
    return _back(work, id, _("Liquidated: the sheet is issued."))


@router.post("/{id:int}/visa", name="disbursements.visa")
@allow("disbursement:visa")
@on_refusal(show_page)
def visa(work: W, raw: Raw, id: int) -> Response:
    """Give the visa."""
    d = queries.get(work, id)
    service.visa(work, d, VisaForm.read(raw))
    return _back(work, id, _("Visa given."))


@router.post("/{id:int}/order", name="disbursements.order")
@allow("disbursement:order")
@on_refusal(show_page)
def order(work: W, raw: Raw, id: int) -> Response:
    """Sign the order."""
    d = queries.get(work, id)
    service.order(work, d, OrderForm.read(raw))
    return _back(work, id, _("Payment order signed."))


@router.post("/{id:int}/send", name="disbursements.send")
@allow("disbursement:pay")
@on_refusal(show_page)
def send(work: W, raw: Raw, id: int) -> Response:
    """Send to the bank or the operator."""
    d = queries.get(work, id)
    service.send(work, d, SendForm.read(raw))
    return _back(work, id, _("Sent: record the payment or its failure when the answer comes."))


@router.post("/{id:int}/pay", name="disbursements.pay")
@allow("disbursement:pay")
@on_refusal(show_page)
def pay(work: W, raw: Raw, id: int) -> Response:
    """Record the payment."""
    d = queries.get(work, id)
    service.pay(work, d, PayForm.read(raw))
    return _back(work, id, _("Payment recorded."))


@router.post("/{id:int}/fail", name="disbursements.fail")
@allow("disbursement:pay")
@on_refusal(show_page)
def fail(work: W, raw: Raw, id: int) -> Response:
    """Record the failure."""
    service.fail(work, queries.get(work, id), FailForm.read(raw))
    return _back(work, id, _("Failure recorded: the tranche can be requested again, on a verified account."))


@router.post("/{id:int}/return", name="disbursements.return_")
@allow("disbursement:return")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Send it back."""
    service.return_(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Returned: the approvals given are void."))


@router.post("/{id:int}/reject", name="disbursements.reject")
@allow("disbursement:reject")
@on_refusal(show_page)
def reject(work: W, raw: Raw, id: int) -> Response:
    """Refuse it in writing."""
    found = service.reject(work, queries.get(work, id), RejectForm.read(raw))
    return _back(work, id, _("Rejected: note %(n)s is issued.") % {"n": found.reference})


@router.post("/{id:int}/requisition", name="disbursements.requisition")
@allow("disbursement:requisition")
@on_refusal(show_page)
def requisition(work: W, raw: Raw, id: int) -> Response:
    """Requisition the accountant to pay."""
    found = service.requisition(work, queries.get(work, id), RequisitionForm.read(raw))
    return _back(
        work,
        id,
        _("Requisition %(n)s is signed: the accountant pays under your responsibility.")
        % {"n": found.reference},
    )


@router.post("/{id:int}/account", name="disbursements.change_account")
@allow("disbursement:request")
@on_refusal(show_page)
def change_account(work: W, raw: Raw, id: int) -> Response:
    """Pay on another verified account."""
    service.change_account(work, queries.get(work, id), AccountForm.read(raw))
    return _back(work, id, _("Account changed: the approvals given are void, the payment starts again."))
