"""Money received from donors: a list, a form, and the second person's confirmation (R5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from portfolio.funds import queries, service
from portfolio.funds.forms import ReasonForm, ReceiptForm
from portfolio.funds.models import Donor, Fund, MoneyReceipt, TreasuryAccount
from portfolio.funds.routes.router import kept, router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.funds import MONEY_RECEIPT
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

R = MoneyReceipt


def _statement(work: Work) -> Any:
    return (
        select(
            R.id,
            R.reference,
            R.received_on,
            Fund.code,
            Donor.name,
            R.rate_text,
            R.amount_minor,
            TreasuryAccount.code,
            R.bank_reference,
            R.status,
        )
        .join(Fund, Fund.id == R.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .join(TreasuryAccount, TreasuryAccount.id == R.treasury_account_id)
        .where(work.within("money_receipt:view", R))
    )


def _statuses(_work: Work) -> list[tuple[str, str]]:
    return [(s.code, pgettext("money_receipt", s.label)) for s in MONEY_RECEIPT.states]


def _funds(work: Work) -> list[tuple[str, str]]:
    return [(str(number), words) for number, words in queries.fund_options(work)]


RECEIPTS = Listing(
    name="money_receipts",
    title=N_("Money received"),
    route="funds.receipts",
    id_column=R.id,
    statement=_statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=R.reference, href="/funds/receipts/{id}"),
        Column("on", N_("Received on"), "date", sort=R.received_on),
        Column("fund", N_("Fund"), sort=Fund.code),
        Column("donor", N_("Donor"), sort=Donor.name),
        Column("rate", N_("Rate")),
        Column("amount", N_("Amount"), "money", sort=R.amount_minor, total=True),
        Column("account", N_("Account")),
        Column("bank_reference", N_("Bank reference")),
        Column("status", N_("Status"), "status", sort=R.status, cycle=MONEY_RECEIPT),
    ),
    filters=(
        Choice("fund", N_("Fund"), _funds, R.fund_id),
        Choice("status", N_("Status"), _statuses, R.status),
        Period("from", N_("From"), R.received_on),
        Period("to", N_("To"), R.received_on, "to"),
    ),
    default_sort="-on",
    new_url="/funds/receipts/new",
    new_label=N_("Record money received"),
    new_permission="money_receipt:record",
    empty_title=N_("No money received yet"),
    empty_text=N_(
        "Record what the donor has paid once it stands on the statement: it can be spent after a second person confirms it."
    ),
)


def _crumbs(title: str) -> list[tuple[str, str | None]]:
    return [(_("Funds"), url("funds.index")), (_("Money received"), url("funds.receipts")), (title, None)]


@router.get("/receipts", name="funds.receipts")
@allow("money_receipt:view")
def receipts(work: W, query: Query) -> Response:
    """Everything received, by date and rate."""
    return RECEIPTS.respond(
        work, query, crumbs=[(_("Funds"), url("funds.index")), (_("Money received"), None)]
    )


def new_receipt_page(work: Work, bad: Bad | None = None, fund: str = "", call: str = "") -> Response:
    """The form of a receipt."""
    return page(
        work,
        "funds/receipt_form.html",
        title=_("Record money received"),
        crumbs=_crumbs(_("Record money received")),
        bad=kept(bad),
        chosen=fund,
        answers=call,
        funds=queries.fund_options(work, "open", "frozen"),
        accounts=queries.account_options(work),
        calls=queries.call_options(work),
    )


@router.get("/receipts/new", name="funds.new_receipt")
@allow("money_receipt:record")
def new_receipt(work: W, query: Query) -> Response:
    """Record money received."""
    return new_receipt_page(work, fund=query.get("fund", ""), call=query.get("call", ""))


@router.post("/receipts", name="funds.record_receipt")
@allow("money_receipt:record")
@on_refusal(new_receipt_page)
def record_receipt(work: W, raw: Raw) -> Response:
    """Write down what arrived."""
    receipt = service.record_receipt(work, ReceiptForm.read(raw))
    return done(
        work,
        url("funds.receipt", id=receipt.id),
        _("The receipt is recorded. Another person must confirm it before the money can be spent."),
    )


def receipt_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One receipt and what can be done with it."""
    found = queries.get_receipt(work, id)
    return page(
        work,
        "funds/receipt.html",
        title=found.reference,
        crumbs=_crumbs(found.reference),
        bad=bad,
        steps=status_steps(MONEY_RECEIPT, found.status),
        moves=moves(work, MONEY_RECEIPT, found, f"/funds/receipts/{id}"),
        **queries.receipt_facts(work, found),
    )


@router.get("/receipts/{id}", name="funds.receipt")
@allow("money_receipt:view")
def receipt(work: W, id: int) -> Response:
    """One receipt."""
    return receipt_page(work, id)


@router.post("/receipts/{id}/confirm", name="funds.confirm")
@allow("money_receipt:confirm")
@on_refusal(receipt_page)
def confirm(work: W, raw: Raw, id: int) -> Response:
    """Another person has seen the money on the statement."""
    service.confirm(work, queries.get_receipt(work, id))
    return done(work, url("funds.receipt", id=id), _("The receipt is confirmed: the money can be spent."))


@router.post("/receipts/{id}/void", name="funds.void")
@allow("money_receipt:confirm")
@on_refusal(receipt_page)
def void(work: W, raw: Raw, id: int) -> Response:
    """Recorded by mistake."""
    service.void(work, queries.get_receipt(work, id), ReasonForm.read(raw).reason)
    return done(work, url("funds.receipt", id=id), _("The receipt is voided."), "warn")
