"""The page of statements: each is printed with a number and kept; a formal notice leaves from the list of advances."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.queries import statements as queries
from portfolio.desk.routes.ledger import tabs
from portfolio.desk.service import statements as service
from portfolio.documents.models import Paper
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")
OLDEST = 50
"""Advances from which a notice may leave this page; the page of advances has them all."""


def show(work: Work, bad: Bad | None = None) -> Response:
    """The statements that can be printed, and the advances that call for a notice."""
    return page(
        work,
        "desk/statements.html",
        bad=bad,
        payable=queries.left_to_pay(work),
        advances=queries.aged(work),
        oldest=OLDEST,
        tabs=tabs("desk.statements"),
        title=_("Statements"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Statements"), None)],
    )


def _kept(work: Work, paper: Paper) -> Response:
    return done(
        work, f"/documents/papers/{paper.id}", _("%(n)s is printed and kept.") % {"n": paper.reference}
    )


@router.get("/statements", name="desk.statements")
@allow("ledger:view")
def statements(work: W) -> Response:
    """The page."""
    return show(work)


@router.post("/statements/payables", name="desk.print_payables")
@allow("ledger:print")
@on_refusal(show)
def payables(work: W) -> Response:
    """Print what is left to pay."""
    return _kept(work, service.print_payables(work))
