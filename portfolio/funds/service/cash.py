"""Cash: nothing is paid that has not arrived (R5). A fund's cash is received minus disbursed; each account of the institution has its own balance.

Accounts of the institution that belong to no fund (mobile-money float, petty cash) hold money of several;
the fund's own guard still bounds each payment.
Order of the locks, always: line, fund, account.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, or_

from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.funds.service.guard import AMOUNT, Guard, positive
from portfolio.kit.errors import Busy, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import MoneyError
from portfolio.kit.money import amount as worded
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

T = TreasuryAccount
_OF_FUND = or_(T.fund_id.is_(None), T.fund_id == bindparam("fund", type_=BigInteger))
_LIVE = or_(Fund.status == "open", Fund.status == "frozen")
_COVERED = Fund.disbursed_minor + AMOUNT <= Fund.received_minor
_PAY = Guard(BudgetLine, BudgetLine.paid_minor + AMOUNT <= BudgetLine.ordered_minor, paid_minor=+1)
_RECEIVE = Guard(Fund, _LIVE, received_minor=+1)
_UNRECEIVE = Guard(Fund, _LIVE, Fund.received_minor - AMOUNT >= Fund.disbursed_minor, received_minor=-1)
_REFUND = Guard(Fund, Fund.disbursed_minor >= AMOUNT, disbursed_minor=-1)
_SPEND = Guard(Fund, Fund.status == "open", _COVERED, disbursed_minor=+1)
_SPEND_FROZEN = Guard(Fund, _LIVE, _COVERED, disbursed_minor=+1)
_TAKE = Guard(T, T.active.is_(True), _OF_FUND, T.balance_minor >= AMOUNT, balance_minor=-1)
_TAKEN = Guard(T, _OF_FUND, T.balance_minor >= AMOUNT, balance_minor=-1)
_PUT = Guard(
    T,
    T.active.is_(True),
    _OF_FUND,
    or_(T.ceiling_minor.is_(None), T.balance_minor + AMOUNT <= T.ceiling_minor),
    balance_minor=+1,
)


def pay(
    work: Work,
    line: BudgetLine,
    fund: Fund,
    treasury: TreasuryAccount,
    amount: int,
    fee: int = 0,
    deducted: int = 0,
    made: bool = False,
) -> None:
    """Pay what was ordered, with the operator's fee beside it (never taken from the group's sum). `deducted` is charged to the line and does
    not leave the account: a claim on the payee is set off. `made`: the bank has paid already, so that neither a fund frozen nor an account
    closed since hides it.

    Refused: order_short, fund_not_open, cash_missing, treasury_short, treasury_other_fund, treasury_inactive. All three guards move or none:
    the caller's transaction is rolled back.
    """
    whole = positive(positive(amount) - deducted) + (positive(fee) if fee else 0)
    _one_currency(fund, line)
    if line.fund_id != fund.id:
        raise ValueError("the line belongs to another fund")
    if not _PAY.move(work, line, amount):
        work.db.refresh(line)
        missing = _missing(amount - (line.ordered_minor - line.paid_minor))
        words = _("More would be paid than is ordered on line %(line)s: %(missing)s too much.")
        raise Refused(
            Refusal(
                "order_short",
                words % {"line": line.code, "missing": worded(missing, line.amount_currency)},
                who=who_may("disbursement:order"),
                missing_minor=missing,
            )
        )
    _spend(work, fund, whole, frozen=made)
    _take(work, treasury, fund, whole, made=made)


def charge_fee(work: Work, fund: Fund, treasury: TreasuryAccount, fee: int) -> None:
    """A fee that the bank or the operator keeps, also for a payment that failed or while the fund is frozen. Refused as `pay`."""
    _spend(work, fund, positive(fee), frozen=True)
    _take(work, treasury, fund, fee)


def receive(work: Work, fund: Fund, treasury: TreasuryAccount, amount: int) -> None:
    """Money of a donor has arrived. Refused: cash_ceiling, treasury_other_fund, treasury_inactive, fund_not_open."""
    if not _RECEIVE.move(work, fund, positive(amount)):
        raise Refused(_not_open(fund))
    put(work, treasury, fund, amount)


def unreceive(work: Work, fund: Fund, treasury: TreasuryAccount, amount: int) -> None:
    """Money entered as received that had not arrived, or not here: fund and account give it up together. Refused: already_spent, treasury_short,
    treasury_other_fund, treasury_inactive, fund_not_open."""
    if not _UNRECEIVE.move(work, fund, positive(amount)):
        work.db.refresh(fund)
        if fund.status not in ("open", "frozen"):
            raise Refused(_not_open(fund))
        missing = _missing(fund.disbursed_minor + amount - fund.received_minor)
        words = _(
            "Payments were already made with this money of fund %(fund)s: %(missing)s would be missing."
        )
        raise Refused(
            Refusal(
                "already_spent",
                words % {"fund": fund.code, "missing": worded(missing, fund.amount_currency)},
                way_out=_("Record what did arrive first, or reverse the payments made with it."),
                who=who_may("money_receipt:record"),
                missing_minor=missing,
            )
        )
    _take(work, treasury, fund, amount)


def refund(work: Work, fund: Fund, treasury: TreasuryAccount, amount: int) -> None:
    """Money paid out comes back (a repayment order is collected): the fund can spend it again. Refused: refund_above_disbursed, cash_ceiling."""
    if not _REFUND.move(work, fund, positive(amount)):
        work.db.refresh(fund)
        missing = _missing(amount - fund.disbursed_minor)
        words = _("More would come back to fund %(fund)s than was paid out: %(missing)s too much.")
        raise Refused(
            Refusal(
                "refund_above_disbursed",
                words % {"fund": fund.code, "missing": worded(missing, fund.amount_currency)},
                missing_minor=missing,
            )
        )
    put(work, treasury, fund, amount)


def _spend(work: Work, fund: Fund, amount: int, *, frozen: bool = False) -> None:
    allowed = ("open", "frozen") if frozen else ("open",)
    if not (_SPEND_FROZEN if frozen else _SPEND).move(work, fund, amount):
        work.db.refresh(fund)
        if fund.status not in allowed:
            raise Refused(_not_open(fund))
        missing = _missing(fund.disbursed_minor + amount - fund.received_minor)
        words = _("The cash of fund %(fund)s does not cover this payment: %(missing)s have not arrived.")
        raise Refused(
            Refusal(
                "cash_missing",
                words % {"fund": fund.code, "missing": worded(missing, fund.amount_currency)},
                way_out=_("Wait for the donor's next payment, and record it when it arrives."),
                who=who_may("money_receipt:record"),
                missing_minor=missing,
            )
        )


def _one_currency(fund: Fund, other: BudgetLine | TreasuryAccount) -> None:
    """A guard adds what it is given: credits, cash and accounts of two currencies never meet in one move (M02). Raises MoneyError."""
    if fund.amount_currency != other.amount_currency:
        raise MoneyError(
            f"{other.amount_currency} cannot be charged to {fund.code}, in {fund.amount_currency}"
        )


def _take(work: Work, treasury: TreasuryAccount, fund: Fund, amount: int, *, made: bool = False) -> None:
    _one_currency(fund, treasury)
    if not (_TAKEN if made else _TAKE).move(work, treasury, amount, fund=fund.id):
        work.db.refresh(treasury)
        _usable(treasury, fund, made=made)
        raise Refused(account_short(treasury, _missing(amount - treasury.balance_minor)))


def put(work: Work, treasury: TreasuryAccount, fund: Fund, amount: int) -> None:
    """Add to an account of the institution, up to its ceiling (petty cash). Refused: cash_ceiling, treasury_other_fund, treasury_inactive."""
    _one_currency(fund, treasury)
    if not _PUT.move(work, treasury, positive(amount), fund=fund.id):
        work.db.refresh(treasury)
        _usable(treasury, fund)
        excess = _missing(treasury.balance_minor + amount - (treasury.ceiling_minor or 0))
        words = _("Account %(account)s may hold %(ceiling)s at most: %(excess)s too much.")
        facts = {
            "account": treasury.code,
            "ceiling": worded(treasury.ceiling_minor or 0, treasury.amount_currency),
            "excess": worded(excess, treasury.amount_currency),
        }
        raise Refused(
            Refusal(
                "cash_ceiling",
                words % facts,
                way_out=_("Put the rest on a bank account."),
                missing_minor=excess,
            )
        )


def take(work: Work, treasury: TreasuryAccount, fund: Fund, amount: int) -> None:
    """Take from an account without spending the fund's cash: the money goes to another account of the institution."""
    _take(work, treasury, fund, positive(amount))


def account_short(treasury: TreasuryAccount, missing: int) -> Refusal:
    """An account of the institution holds less than is asked of it."""
    words = _("Account %(account)s does not hold enough: %(missing)s are missing.")
    return Refusal(
        "treasury_short",
        words % {"account": treasury.code, "missing": worded(missing, treasury.amount_currency)},
        way_out=_("Choose another account, or move money to this one first."),
        who=who_may("treasury:manage"),
        missing_minor=missing,
    )


def _usable(treasury: TreasuryAccount, fund: Fund, *, made: bool = False) -> None:
    if not treasury.active and not made:
        words = _("Account %(account)s is closed.") % {"account": treasury.code}
        raise Refused(Refusal("treasury_inactive", words, way_out=_("Choose another account.")))
    if treasury.fund_id not in (None, fund.id):
        words = _("Account %(account)s holds the money of another fund, not that of %(fund)s.")
        raise Refused(
            Refusal(
                "treasury_other_fund",
                words % {"account": treasury.code, "fund": fund.code},
                way_out=_("Choose an account of this fund."),
            )
        )


def _not_open(fund: Fund) -> Refusal:
    return Refusal(
        "fund_not_open",
        _("Fund %(fund)s is not open: nothing new can be charged to it.") % {"fund": fund.code},
        way_out=_("Open the fund, or lift its freeze."),
        who=who_may("fund:validate"),
    )


def _missing(minor: int) -> int:
    """The francs missing; none any more means that somebody freed them in between, and the request is tried again."""
    if minor <= 0:
        raise Busy
    return minor
