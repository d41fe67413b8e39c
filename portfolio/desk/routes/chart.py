"""The chart of accounts: each account with its side, its SYCEBNL number and its balance of now."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.routes.ledger import tabs
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.rulebook.postings import CHART, SYCEBNL
from portfolio.web.act import W, allow, room
from portfolio.web.render import page
from portfolio.web.urls import url

router = room("ledger")


@router.get("/chart", name="desk.chart")
@allow("ledger:view")
def chart(work: W) -> Response:
    """The page."""
    nets = ledger.nets(work.db, ("account",), list(CHART))
    return page(
        work,
        "desk/ledger_chart.html",
        accounts=[(account, _(account.label), nets.get((code,), 0)) for code, account in CHART.items()],
        source=_(SYCEBNL),
        tabs=tabs("desk.chart"),
        title=_("Chart of accounts"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Chart of accounts"), None)],
    )
