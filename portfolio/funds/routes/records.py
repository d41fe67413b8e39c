"""Funds, their donors and their budget lines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from portfolio.funds import queries, service
from portfolio.funds.forms import DonorForm, FundForm, LineForm, ReasonForm
from portfolio.funds.models import Fund
from portfolio.funds.routes.router import kept, router
from portfolio.kit.charts import Series, bars
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.funds import BUDGET_LINE, DONOR_REFUND, FUND, FUND_CALL, MONEY_RECEIPT
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

SUMS = queries.chain_sums()


def _statement(work: Work) -> Any:
    figures = [func.coalesce(SUMS.c[name], 0) for name in queries.STAGE_NAMES if name != "voted"]
    return (
        select(Fund.id, Fund.code, Fund.name, Fund.amount_minor, *figures, Fund.status)
        .outerjoin(SUMS, SUMS.c.code == Fund.code)
        .where(work.within("fund:view", Fund))
    )


def _stage(name: str, label: str, anchor: str) -> Column:
    return Column(
        name, label, "money", sort=func.coalesce(SUMS.c[name], 0), total=True, href=f"/funds/{{id}}#{anchor}"
    )


def _statuses(_work: Work) -> list[tuple[str, str]]:
    return [(s.code, pgettext("fund", s.label)) for s in FUND.states]


def _donors(work: Work) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in queries.donor_options(work)]


FUNDS = Listing(
    name="funds",
    title=N_("Funds"),
    route="funds.index",
    id_column=Fund.id,
    statement=_statement,
    columns=(
        Column("code", N_("Fund"), "link", sort=Fund.code, href="/funds/{id}"),
        Column("name", N_("Name"), sort=Fund.name),
        Column("granted", N_("Opened"), "money", sort=Fund.amount_minor, total=True, href="/funds/{id}"),
        _stage("received", N_("Received"), "receipts"),
        _stage("reserved", N_("Reserved"), "credits"),
        _stage("committed", N_("Committed"), "credits"),
        _stage("liquidated", N_("Liquidated"), "credits"),
        _stage("ordered", N_("Payment ordered"), "credits"),
        _stage("paid", N_("Paid"), "credits"),
        _stage("justified", N_("Justified"), "credits"),
        _stage("returned", N_("Paid back"), "credits"),
        Column("status", N_("Status"), "status", sort=Fund.status, cycle=FUND),
    ),
    filters=(
        Search(
            None,
            where=lambda _work, text: (
                Fund.name.icontains(text, autoescape=True) | Fund.code.icontains(text, autoescape=True)
            ),
        ),
        Choice("donor", N_("Donor"), _donors, Fund.donor_id),
        Choice("status", N_("Status"), _statuses, Fund.status),
    ),
    default_sort="code",
    new_url="/funds/new",
    new_label=N_("New fund"),
    new_permission="fund:prepare",
    empty_title=N_("No fund yet"),
    empty_text=N_("Prepare a fund from a donor agreement; another person then opens it."),
    template="funds/index.html",
)


@router.get("", name="funds.index")
@allow("fund:view")
def index(work: W, query: Query) -> Response:
    """Every fund with the separate totals of the spending chain (R1)."""
    return FUNDS.respond(work, query)


def new_fund_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a fund."""
    return page(
        work,
        "funds/fund_form.html",
        title=_("New fund"),
        crumbs=[(_("Funds"), url("funds.index")), (_("New fund"), None)],
        bad=kept(bad),
        donors=queries.donor_options(work),
    )


@router.get("/new", name="funds.new")
@allow("fund:prepare")
def new_fund(work: W) -> Response:
    """Prepare a fund."""
    return new_fund_page(work)


@router.post("", name="funds.create")
@allow("fund:prepare")
@on_refusal(new_fund_page)
def create(work: W, raw: Raw) -> Response:
    """Prepare a fund from its donor agreement."""
    fund = service.create_fund(work, FundForm.read(raw))
    return done(work, url("funds.show", id=fund.id), _("The fund is prepared. Another person must open it."))


def new_donor_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a donor."""
    return page(
        work,
        "funds/donor_form.html",
        title=_("New donor"),
        crumbs=[(_("Funds"), url("funds.index")), (_("New donor"), None)],
        bad=kept(bad),
        donors=queries.donor_options(work),
    )


@router.get("/donors/new", name="funds.new_donor")
@allow("fund:prepare")
def new_donor(work: W) -> Response:
    """Register a donor."""
    return new_donor_page(work)


@router.post("/donors", name="funds.create_donor")
@allow("fund:prepare")
@on_refusal(new_donor_page)
def create_donor(work: W, raw: Raw) -> Response:
    """Register a donor."""
    service.create_donor(work, DonorForm.read(raw))
    return done(work, url("funds.new"), _("The donor is registered."))


def line_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One budget line along the spending chain."""
    line = queries.get_line(work, id)
    facts = queries.line_facts(work, line)
    fund: Fund = facts["fund"]
    return page(
        work,
        "funds/line.html",
        title=line.label,
        crumbs=[
            (_("Funds"), url("funds.index")),
            (fund.code, url("funds.show", id=fund.id)),
            (line.code, None),
        ],
        bad=bad,
        steps=status_steps(BUDGET_LINE, line.status),
        moves=moves(
            work, BUDGET_LINE, line, f"/funds/lines/{id}", obstacles={"vote": service.vote_obstacles}
        ),
        chart=_chain(facts["total"]),
        **facts,
    )


@router.get("/lines/{id}", name="funds.line")
@allow("fund:view")
def show_line(work: W, id: int) -> Response:
    """One budget line."""
    return line_page(work, id)


@router.post("/lines/{id}/vote", name="funds.vote")
@allow("budget_line:vote")
@on_refusal(line_page)
def vote(work: W, raw: Raw, id: int) -> Response:
    """Record the vote of the credits."""
    service.vote(work, queries.get_line(work, id))
    return done(work, url("funds.line", id=id), _("The vote is recorded: the credits are available."))


def _chain(total: queries.Totals) -> object:
    stages = [
        (_("Voted"), total.voted),
        (_("Reserved"), total.reserved),
        (_("Committed"), total.committed),
        (_("Liquidated"), total.liquidated),
        (_("Payment ordered"), total.ordered),
        (_("Paid"), total.paid),
        (_("Justified"), total.justified),
    ]
    return bars(
        _("From the vote to the justification"),
        [label for label, _value in stages],
        [Series(_("Francs CFA"), tuple(value for _label, value in stages))],
        heading=_("Stage"),
        show=amount,
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One fund: its credits by line, what was received, its accounts."""
    fund = queries.get(work, id)
    facts = queries.facts(work, fund)
    return page(
        work,
        "funds/show.html",
        title=fund.name,
        crumbs=[(_("Funds"), url("funds.index")), (fund.code, None)],
        bad=bad,
        steps=status_steps(FUND, fund.status),
        moves=moves(work, FUND, fund, f"/funds/{id}", obstacles={"close": service.close_obstacles}),
        chart=_chain(facts["total"]),
        receipt_cycle=MONEY_RECEIPT,
        call_cycle=FUND_CALL,
        refund_cycle=DONOR_REFUND,
        **facts,
    )


@router.get("/{id}", name="funds.show")
@allow("fund:view")
def show(work: W, id: int) -> Response:
    """One fund."""
    return show_page(work, id)


@router.post("/{id}/validate", name="funds.validate")
@allow("fund:validate")
@on_refusal(show_page)
def validate(work: W, raw: Raw, id: int) -> Response:
    """Open the fund, as second person."""
    service.validate(work, queries.get(work, id))
    return done(work, url("funds.show", id=id), _("The fund is open."))


@router.post("/{id}/freeze", name="funds.freeze")
@allow("fund:freeze")
@on_refusal(show_page)
def freeze(work: W, raw: Raw, id: int) -> Response:
    """Stop every new charge."""
    service.freeze(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(
        work, url("funds.show", id=id), _("The fund is frozen: nothing new can be charged to it."), "warn"
    )


@router.post("/{id}/unfreeze", name="funds.unfreeze")
@allow("fund:validate")
@on_refusal(show_page)
def unfreeze(work: W, raw: Raw, id: int) -> Response:
    """Let it spend again."""
    service.unfreeze(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("funds.show", id=id), _("The freeze is lifted."))


@router.post("/{id}/close", name="funds.close")
@allow("fund:validate")
@on_refusal(show_page)
def close(work: W, raw: Raw, id: int) -> Response:
    """Close the fund for good."""
    service.close(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("funds.show", id=id), _("The fund is closed."), "info")


def new_line_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The form of a budget line."""
    fund = queries.get(work, id)
    total = queries.totals(work.db, "fund", fund=fund.code).get(fund.code, queries.Totals())
    return page(
        work,
        "funds/line_form.html",
        title=_("New budget line"),
        crumbs=[
            (_("Funds"), url("funds.index")),
            (fund.code, url("funds.show", id=id)),
            (_("New budget line"), None),
        ],
        bad=kept(bad),
        fund=fund,
        free=fund.amount_minor - total.voted,
    )


@router.get("/{id}/lines/new", name="funds.new_line")
@allow("fund:prepare")
def new_line(work: W, id: int) -> Response:
    """Propose credits."""
    return new_line_page(work, id)


@router.post("/{id}/lines", name="funds.create_line")
@allow("fund:prepare")
@on_refusal(new_line_page)
def create_line(work: W, raw: Raw, id: int) -> Response:
    """Propose credits on this fund."""
    line = service.create_line(work, queries.get(work, id), LineForm.read(raw))
    return done(
        work, url("funds.line", id=line.id), _("The line is proposed. Another person must record its vote.")
    )
