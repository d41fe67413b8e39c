"""The page of statements: each is printed with a number and kept; a formal notice leaves from the list of advances."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from starlette.responses import Response

from portfolio.desk.queries import statements as queries
from portfolio.desk.routes.ledger import tabs
from portfolio.desk.service import statements as service
from portfolio.documents.models import Paper
from portfolio.kit.errors import Bad, FieldError, Invalid
from portfolio.kit.forms import Amount, Day, Form, Line, optional, whole
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")
ROWS = 4
"""Rows of a reconciliation that explain its gap."""
Number = Annotated[int, whole(1, 999_999_999)]
OptionalLine = Annotated[str | None, optional(Line.__metadata__[0])]
OptionalAmount = Annotated[Amount | None, optional(Amount.__metadata__[0])]
OptionalDay = Annotated[Day | None, optional(Day.__metadata__[0])]


class FundForm(Form):
    """The fund whose orders are issued."""

    fund: Number


class ReconciliationForm(Form):
    """The account, its statement, and up to four rows that explain the gap."""

    account: Number
    statement_on: Day
    statement_minor: Amount
    label_1: OptionalLine = None
    on_1: OptionalDay = None
    add_1: OptionalAmount = None
    take_1: OptionalAmount = None
    label_2: OptionalLine = None
    on_2: OptionalDay = None
    add_2: OptionalAmount = None
    take_2: OptionalAmount = None
    label_3: OptionalLine = None
    on_3: OptionalDay = None
    add_3: OptionalAmount = None
    take_3: OptionalAmount = None
    label_4: OptionalLine = None
    on_4: OptionalDay = None
    add_4: OptionalAmount = None
    take_4: OptionalAmount = None

    def gaps(self) -> list[tuple[str, date | None, int]]:
        """The rows that were filled in: label, day, francs to add to the statement (negative: to take from it)."""
        found, errors = [], []
        for n in range(1, ROWS + 1):
            label, on = getattr(self, f"label_{n}"), getattr(self, f"on_{n}")
            add, take = getattr(self, f"add_{n}") or 0, getattr(self, f"take_{n}") or 0
            if not (label or add or take):
                continue
            if not label:
                errors.append(
                    FieldError(
                        f"label_{n}",
                        _("Say what this amount is: a deposit on its way, a payment not yet debited…"),
                    )
                )
            elif bool(add) == bool(take):
                errors.append(FieldError(f"add_{n}", _("Enter one amount on this row, to add or to take.")))
            else:
                found.append((label, on, add - take))
        if errors:
            raise Invalid(errors)
        return found


def show(work: Work, bad: Bad | None = None) -> Response:
    """The statements that can be printed, and the advances that call for a notice."""
    return page(
        work,
        "desk/statements.html",
        bad=bad,
        payable=sum(r["left_minor"] for r in queries.payable_rows(work)),
        advances=queries.aged(work),
        funds=queries.waiting_orders(work),
        accounts=queries.accounts(work),
        rows=range(1, ROWS + 1),
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


@router.post("/statements/ageing", name="desk.print_ageing")
@allow("ledger:print")
@on_refusal(show)
def ageing(work: W) -> Response:
    """Print the advances by age."""
    return _kept(work, service.print_ageing(work))


@router.post("/statements/dispatch", name="desk.print_dispatch")
@allow("ledger:print")
@on_refusal(show)
def dispatch(work: W, raw: Raw) -> Response:
    """Print the issue slip of a fund."""
    return _kept(work, service.print_dispatch(work, FundForm.read(raw).fund))


@router.post("/statements/reconciliation", name="desk.print_reconciliation")
@allow("ledger:print")
@on_refusal(show)
def reconciliation(work: W, raw: Raw) -> Response:
    """Print the reconciliation of an account."""
    form = ReconciliationForm.read(raw)
    paper = service.print_reconciliation(
        work, form.account, form.statement_on, form.statement_minor, form.gaps()
    )
    return _kept(work, paper)


@router.post("/statements/notices/{tranche:int}", name="desk.formal_notice")
@allow("recovery:prepare")
def notice(work: W, tranche: int) -> Response:
    """Issue the formal notice of an advance."""
    return _kept(work, service.send_formal_notice(work, tranche))
