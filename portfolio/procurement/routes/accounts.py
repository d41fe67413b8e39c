"""Where a supplier is paid: the form of who proposes, the page of who verifies."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.groups.queries import KIND_WORDS
from portfolio.groups.reference import providers
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries, service
from portfolio.procurement.forms import ReasonForm
from portfolio.procurement.models import Supplier
from portfolio.procurement.routes.door import router, typed, worded
from portfolio.rulebook.lifecycles.procurement import SUPPLIER_ACCOUNT
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, moves, page
from portfolio.web.urls import url
from portfolio.work import Work


def _crumbs(supplier: Supplier, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Purchases"), url("procurement.index")),
        (_("Suppliers"), url("procurement.suppliers")),
        (supplier.name, url("procurement.supplier", id=supplier.id)),
        (last, None),
    ]


def propose_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Where the supplier asks to be paid."""
    supplier = queries.supplier(work, id)
    work.require("supplier_account:propose", supplier)
    return page(
        work,
        "procurement/account.html",
        bad=bad,
        title=_("Propose an account"),
        crumbs=_crumbs(supplier, _("Propose an account")),
        supplier=supplier,
        operators=providers(supplier.country),
        kind_options=worded(KIND_WORDS),
        **typed(work, bad),
    )


@router.get("/suppliers/{id:int}/accounts/new", name="procurement.account")
@allow("supplier_account:propose")
def account(work: W, id: int) -> Response:
    """The form of an account."""
    return propose_page(work, id)


@router.post("/suppliers/{id:int}/accounts/new", name="procurement.propose_account")
@allow("supplier_account:propose")
@on_refusal(propose_page)
def propose_account(work: W, raw: Raw, id: int) -> Response:
    """Record it; it waits for a second person."""
    service.propose_supplier_account(work, queries.supplier(work, id), AccountForm.read(raw))
    return done(
        work, url("procurement.supplier", id=id), _("Account recorded: a second person must verify it.")
    )


def verify_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The account as proposed, its warnings, and the number to be typed again."""
    found = queries.get_supplier_account(work, id)
    facts: dict[str, Any] = queries.supplier_account_facts(work, found)
    work.require("supplier_account:verify", facts["supplier"])
    return page(
        work,
        "procurement/verify_account.html",
        bad=bad,
        title=_("Verify an account"),
        crumbs=_crumbs(facts["supplier"], _("Verify an account")),
        moves=moves(
            work,
            SUPPLIER_ACCOUNT,
            found,
            f"/procurement/suppliers/accounts/{id}",
            permission_on=facts["supplier"],
            leave_out=("verify",),
        ),
        account_cycle=SUPPLIER_ACCOUNT,
        may_verify=found.status == "proposed",
        same=found.created_by_id == work.actor.id,
        **typed(work, bad),
        **facts,
    )


@router.get("/suppliers/accounts/{id:int}", name="procurement.verify_account_page")
@allow("supplier_account:verify")
def verify_form(work: W, id: int) -> Response:
    """The page of a second person."""
    return verify_page(work, id)


@router.post("/suppliers/accounts/{id:int}/verify", name="procurement.verify_account")
@allow("supplier_account:verify")
@on_refusal(verify_page)
def verify(work: W, raw: Raw, id: int) -> Response:
    """Confirm the account."""
    found = queries.get_supplier_account(work, id)
    service.verify_supplier_account(work, found, VerifyAccountForm.read(raw))
    return done(work, url("procurement.supplier", id=found.supplier_id), _("Account verified."))


@router.post("/suppliers/accounts/{id:int}/retire", name="procurement.retire_account")
@allow("supplier_account:verify")
@on_refusal(verify_page)
def retire(work: W, raw: Raw, id: int) -> Response:
    """Take an account out of use."""
    found = queries.get_supplier_account(work, id)
    service.retire_supplier_account(work, found, ReasonForm.read(raw).reason)
    return done(work, url("procurement.supplier", id=found.supplier_id), _("Account retired."))
