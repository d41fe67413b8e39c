"""The forecast of payments: a chart and a table by month and fund, over the list of the tranches still to be paid."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from starlette.responses import RedirectResponse, Response

from portfolio.agreements import queries
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.forecast import LEFT, WHEN, forecast, foreseen, to_pay
from portfolio.agreements.reference import MODALITY_WORDS
from portfolio.agreements.routes.listing import countries
from portfolio.agreements.routes.records import router
from portfolio.funds.models import Fund
from portfolio.groups.models import Group
from portfolio.groups.reference import COUNTRIES
from portfolio.kit.charts import Series, stacked_bars
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.web.act import Query, W, allow
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.urls import url
from portfolio.work import Work

PUSHED_SHOWN = 40
"""Rows of the table of what is pushed back; the largest sums first."""


def statement(work: Work) -> Select[Any]:
    """Tranches still to be paid, in scope."""
    return (
        select(
            Tranche.id,
            Tranche.code,
            Agreement.title,
            Group.name,
            Fund.code,
            Agreement.country,
            WHEN,
            Tranche.modality,
            LEFT,
            Tranche.status,
        )
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Agreement.group_id)
        .join(Fund, Fund.id == Agreement.fund_id)
        .where(work.within("agreement:view", Agreement), to_pay())
    )


def funds(work: Work) -> list[tuple[str, str]]:
    """The funds that agreements draw on, as choices."""
    found = work.db.execute(
        select(Fund.id, Fund.code, Fund.name)
        .where(Fund.id.in_(select(Agreement.fund_id)))
        .order_by(Fund.code)
    )
    return [(str(number), f"{code} – {name}") for number, code, name in found]


LISTING = Listing(
    name="forecast",
    title=N_("Forecast of payments"),
    route="agreements.forecast",
    id_column=Tranche.id,
    statement=statement,
    columns=(
        Column("code", N_("Tranche"), "link", sort=Tranche.code, href="/agreements/tranches/{id}"),
        Column("title", N_("Micro-project"), sort=Agreement.title),
        Column("group", N_("Group"), sort=Group.name),
        Column("fund", N_("Fund"), sort=Fund.code),
        Column(
            "country", N_("Country"), "choice", sort=Agreement.country, words=lambda c: COUNTRIES.get(c, c)
        ),
        Column("planned", N_("Planned on"), "date", sort=WHEN),
        Column(
            "modality", N_("Modality"), "choice", sort=Tranche.modality, words=lambda m: _(MODALITY_WORDS[m])
        ),
        Column("left", N_("Left to pay"), "money", sort=LEFT, total=True),
        Column("status", N_("Status"), "status", sort=Tranche.status, cycle=TRANCHE),
    ),
    filters=(
        Search(Agreement.search),
        Choice("fund", N_("Fund"), funds, Agreement.fund_id),
        Choice("country", N_("Country"), countries, Agreement.country),
        Period("from", N_("Planned from"), WHEN),
        Period("until", N_("Planned until"), WHEN, side="to"),
    ),
    default_sort="planned",
    template="agreements/forecast.html",
    empty_title=N_("Nothing to pay"),
    empty_text=N_("No agreement in force has a tranche left to pay. Remove a filter, or widen the dates."),
)


@router.get("/tranches/{tranche:int}", name="agreements.tranche")
@allow("agreement:view")
def show_tranche(work: W, tranche: int) -> Response:
    """A tranche is shown on the page of its agreement."""
    found = queries.tranche(work, tranche)
    return RedirectResponse(
        f"{url('agreements.show', id=found.agreement_id)}#tranche-{found.number}", status_code=303
    )


@router.get("/forecast", name="agreements.forecast")
@allow("agreement:view")
def show_forecast(work: W, query: Query) -> Response:
    """Payments by month and fund, and the tranches behind them."""
    if query.get("format") or work.origin.htmx:
        return LISTING.respond(work, query)
    rows = foreseen(work, LISTING.clauses(work, query))
    months, codes = forecast(work, rows=rows)
    pushed = sorted((r for r in rows if r.pushed), key=lambda r: (-r.left_minor, r.tranche.id))
    labels = [_("Overdue") if m.first is None else f"{m.first:%m/%Y}" for m in months]
    chart = None
    if codes:
        chart = stacked_bars(
            _("Payments foreseen, by month and fund"),
            labels,
            [Series(code, tuple(m.by_fund.get(code, 0) for m in months)) for code in codes],
            heading=_("Month"),
            total=_("Total"),
            summary=_("In francs CFA; the last month holds what comes after it."),
        )
    return LISTING.respond(
        work,
        query,
        chart=chart,
        pushed=pushed[:PUSHED_SHOWN],
        pushed_count=len(pushed),
        pushed_minor=sum(r.left_minor for r in pushed),
    )
