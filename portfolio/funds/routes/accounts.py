"""The institution's own accounts, with their balances and what moves between them (R5)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.funds import queries, service
from portfolio.funds.forms import AccountForm, FeeForm, MoveForm
from portfolio.funds.routes.router import kept, router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.events import WORDS
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

KINDS = {
    "bank": N_("Bank"),
    "sfd": N_("Microfinance institution"),
    "mobile": N_("Mobile money"),
    "cash": N_("Petty cash"),
}


def _crumbs(title: str) -> list[tuple[str, str | None]]:
    return [
        (_("Funds"), url("funds.index")),
        (_("Accounts of the institution"), url("funds.accounts")),
        (title, None),
    ]


@router.get("/accounts", name="funds.accounts")
@allow("treasury:view")
def accounts(work: W) -> Response:
    """Every account with its balance, and each fund's cash beside it."""
    found = queries.accounts(work)
    return page(
        work,
        "funds/accounts.html",
        title=_("Accounts of the institution"),
        crumbs=[(_("Funds"), url("funds.index")), (_("Accounts of the institution"), None)],
        accounts=found,
        kinds={code: _(words) for code, words in KINDS.items()},
        total=sum(a.balance_minor for a, _f in found),
    )


def new_account_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a new account."""
    return page(
        work,
        "funds/account_form.html",
        title=_("New account of the institution"),
        crumbs=_crumbs(_("New account of the institution")),
        bad=kept(bad),
        kinds=[(code, _(words)) for code, words in KINDS.items()],
        funds=queries.fund_options(work),
    )


@router.get("/accounts/new", name="funds.new_account")
@allow("treasury:manage")
def new_account(work: W) -> Response:
    """A new account."""
    return new_account_page(work)


@router.post("/accounts", name="funds.create_account")
@allow("treasury:manage")
@on_refusal(new_account_page)
def create_account(work: W, raw: Raw) -> Response:
    """Open an account of the institution."""
    service.create_account(work, AccountForm.read(raw))
    return done(work, url("funds.accounts"), _("The account is open."))


def move_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a movement between two accounts, and that of a fee."""
    return page(
        work,
        "funds/move_form.html",
        title=_("Move money, record a fee"),
        crumbs=_crumbs(_("Move money, record a fee")),
        bad=kept(bad),
        funds=queries.fund_options(work, "open", "frozen"),
        accounts=[
            (a.id, f"{a.code} · {a.label}", a.balance_minor) for a, _f in queries.accounts(work) if a.active
        ],
    )


@router.get("/accounts/move", name="funds.move")
@allow("treasury:manage")
def move(work: W) -> Response:
    """Move money between accounts."""
    return move_page(work)


@router.post("/accounts/move", name="funds.move_post")
@allow("treasury:manage")
@on_refusal(move_page)
def move_post(work: W, raw: Raw) -> Response:
    """Move money: out of one account, into another, at once."""
    service.move_money(work, MoveForm.read(raw))
    return done(work, url("funds.accounts"), _("The money is moved."))


@router.post("/accounts/fee", name="funds.fee")
@allow("treasury:manage")
@on_refusal(move_page)
def fee(work: W, raw: Raw) -> Response:
    """Record a fee that stands on the statement outside any payment."""
    service.record_fee(work, FeeForm.read(raw))
    return done(work, url("funds.accounts"), _("The fee is recorded."))


def event_words(event: str) -> str:
    """An entry's event in words."""
    noun, _colon, _verb = event.partition(":")
    return pgettext(noun, WORDS.get(event, event))


@router.get("/accounts/{id}", name="funds.account")
@allow("treasury:view")
def account(work: W, query: Query, id: int) -> Response:
    """One account: its balance and every entry that made it."""
    found = queries.get_account(work, id)
    return page(
        work,
        "funds/account.html",
        title=found.label,
        crumbs=_crumbs(found.code),
        kinds={code: _(words) for code, words in KINDS.items()},
        event_words=event_words,
        **queries.account_facts(work, found, query.get("after")),
    )
