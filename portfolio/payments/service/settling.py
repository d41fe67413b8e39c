"""The lines that no rule matched, worked by a person: it is a payment, a movement already in the books, a fee, or it waits with a note (M19)."""

from __future__ import annotations

from portfolio.disbursements import queries as disbursements
from portfolio.funds import service as treasury_service
from portfolio.funds.forms import FeeForm
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries
from portfolio.payments.forms import ChargeForm, MatchForm
from portfolio.payments.models import StatementLine
from portfolio.payments.service.statements import match_payment, settle
from portfolio.rulebook.lifecycles.payments import STATEMENT_LINE
from portfolio.work import Work


def match(work: Work, line: StatementLine, form: MatchForm) -> None:
    """This line is that movement: a payment on its way, which becomes paid, or something already in the books, to the franc."""
    work.hold(line)
    _open(line, "match")
    account = work.db.get_one(TreasuryAccount, line.treasury_account_id)
    options = {m.key: m for m in queries.movements(work, account) if m.left}
    kind, _colon, number = form.movement.partition(":")
    if kind == "sent" and number.isdigit():
        d = disbursements.get(work, int(number))
        if d.status != "sent" or d.treasury_account_id != account.id or -line.amount_minor < d.net_minor:
            raise Invalid([FieldError("movement", _("Choose one of the answers proposed."))])
        match_payment(work, account, line, d)
        return
    found = options.get(form.movement)
    if found is None:
        raise Invalid([FieldError("movement", _("Choose one of the answers proposed."))])
    if abs(line.amount_minor) > abs(found.left) or (line.amount_minor > 0) != (found.left > 0):
        raise Invalid(
            [
                FieldError(
                    "movement",
                    _("The amounts differ: the line would be more than what is left of this movement."),
                )
            ]
        )
    settle(work, line, "match", found.key)


def charge(work: Work, line: StatementLine, form: ChargeForm) -> None:
    """It is a fee of the bank or the operator: an expense of its own, booked at the same time (R5)."""
    work.hold(line)
    _open(line, "charge")
    if line.amount_minor >= 0:
        raise Refused(
            Refusal(
                "not_a_fee",
                _("Money came in on this line: it is not a fee."),
                way_out=_("Match it to what came in, or leave it with a note."),
            )
        )
    document = f"RLV-{line.statement_id}-{line.row_number}"
    account = work.db.get_one(TreasuryAccount, line.treasury_account_id)
    treasury_service.record_fee(
        work,
        FeeForm(
            fund_id=account.fund_id or form.fund_id or 0,
            treasury_account_id=account.id,
            amount=-line.amount_minor,
            reason=_("Fee of the statement: %(label)s") % {"label": line.label or line.bank_reference or "–"},
        ),
        document=document,
        value_on=line.booked_on,
    )
    settle(work, line, "charge", f"document:{document}")


def leave(work: Work, line: StatementLine, reason: str) -> None:
    """It waits, and the reason says for what: it explains the gap with its age."""
    work.hold(line)
    settle(work, line, "leave", None, reason)


def reopen(work: Work, line: StatementLine, reason: str) -> None:
    """It was matched to the wrong movement: the line is free again; what was booked stays until its contre-passation."""
    work.hold(line)
    settle(work, line, "reopen", None, reason)


def _open(line: StatementLine, verb: str) -> None:
    if STATEMENT_LINE.find(verb, line.status) is None:
        raise Refused(
            Refusal(
                "line_settled",
                _("This line is already settled. Reload the page."),
                way_out=_("Free it first, with a reason."),
            )
        )
