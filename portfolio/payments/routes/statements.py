"""Statements of banks and operators: the accounts and their gap, the import, the lines to be worked."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.funds import queries as funds
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries, service
from portfolio.payments.forms import ChargeForm, MatchForm, ReasonForm, StatementForm
from portfolio.payments.models import StatementLine
from portfolio.payments.routes.records import router
from portfolio.rulebook.lifecycles.payments import STATEMENT_LINE
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def index_page(work: Work, bad: Bad | None = None) -> Response:
    """Every account between its books and its last statement, and the form of the import."""
    return page(
        work,
        "payments/statements.html",
        bad=bad,
        title=_("Statements received"),
        crumbs=[(_("Batches of payments"), url("payments.index")), (_("Statements received"), None)],
        standings=queries.standings(work),
        statements=queries.recent_statements(work),
        accounts=[(str(number), words) for number, words in funds.account_options(work)],
    )


@router.get("/statements", name="payments.statements")
@allow("bank_statement:view")
def statements(work: W) -> Response:
    """The accounts and the statements."""
    return index_page(work)


@router.post("/statements", name="payments.import_statement")
@allow("bank_statement:import")
@on_refusal(index_page)
def import_statement(work: W, raw: Raw) -> Response:
    """Import a file."""
    made = service.import_statement(work, StatementForm.read(raw))
    known = made.imported_at != work.now
    message = (
        _("This file was already imported: nothing was added.")
        if known
        else _("%(new)d new line(s) out of %(rows)d.") % {"new": made.new_count, "rows": made.row_count}
    )
    return done(work, url("payments.statement", id=made.id), message)


def statement_page(
    work: Work, id: int, bad: Bad | None = None, line: StatementLine | None = None
) -> Response:
    """One statement: its lines, those to be worked first, with what each may be."""
    statement = queries.get_statement(work, id)
    account = work.db.get_one(TreasuryAccount, statement.treasury_account_id)
    return page(
        work,
        "payments/statement.html",
        bad=bad,
        bad_line=line.id if line else None,
        title=statement.reference,
        crumbs=[
            (_("Batches of payments"), url("payments.index")),
            (_("Statements received"), url("payments.statements")),
            (statement.reference, None),
        ],
        statement=statement,
        account=account,
        lines=queries.statement_lines(work, statement),
        standing=queries.account_standing(work, account),
        movements=[m for m in queries.movements(work, account) if m.left],
        sent=queries.sent_payments(work, account),
        funds=queries.funds_of(work, account),
        may_work=work.may("bank_statement:import", statement),
        cycle=STATEMENT_LINE,
        names=work.around.names_of(work.db, {statement.imported_by_id}),
    )


def line_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The statement of a line whose form was refused."""
    line = queries.get_line(work, id)
    return statement_page(work, line.statement_id, bad, line)


@router.get("/statements/{id:int}", name="payments.statement")
@allow("bank_statement:view")
def statement(work: W, id: int) -> Response:
    """One statement."""
    return statement_page(work, id)


def _back(work: Work, line: StatementLine, message: str) -> Response:
    return done(work, url("payments.statement", id=line.statement_id), message)


@router.post("/lines/{id:int}/match", name="payments.match")
@allow("bank_statement:import")
@on_refusal(line_page)
def match(work: W, raw: Raw, id: int) -> Response:
    """Match a line to a movement."""
    line = queries.get_line(work, id)
    service.match(work, line, MatchForm.read(raw))
    return _back(work, line, _("Line matched."))


@router.post("/lines/{id:int}/charge", name="payments.charge")
@allow("bank_statement:import")
@on_refusal(line_page)
def charge(work: W, raw: Raw, id: int) -> Response:
    """Book a line as a fee."""
    line = queries.get_line(work, id)
    service.charge(work, line, ChargeForm.read(raw))
    return _back(work, line, _("Fee booked: an expense of its own."))


@router.post("/lines/{id:int}/leave", name="payments.leave")
@allow("bank_statement:import")
@on_refusal(line_page)
def leave(work: W, raw: Raw, id: int) -> Response:
    """Leave a line with a note."""
    line = queries.get_line(work, id)
    service.leave(work, line, ReasonForm.read(raw).reason)
    return _back(work, line, _("Line left with its note: it explains the gap."))


@router.post("/lines/{id:int}/reopen", name="payments.reopen")
@allow("bank_statement:import")
@on_refusal(line_page)
def reopen(work: W, raw: Raw, id: int) -> Response:
    """Free a line."""
    line = queries.get_line(work, id)
    service.reopen(work, line, ReasonForm.read(raw).reason)
    return _back(work, line, _("Line free again."))
