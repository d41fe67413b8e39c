"""Donors, funds and budget lines: prepared by one person, opened or voted by another (R2, R7)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from portfolio.funds.forms import DonorForm, FundForm, LineForm
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.funds.queries import dims
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.ledger.queries import closed_exercice
from portfolio.ledger.service import exercice_closed
from portfolio.rulebook.lifecycles.funds import BUDGET_LINE, FUND
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def create_donor(work: Work, form: DonorForm) -> Donor:
    """Register who gives money. Invalid when the code is taken."""
    if work.db.scalar(select(Donor.id).where(Donor.code == form.code)):
        raise Invalid([FieldError("code", _("This code is already taken. Choose another."))])
    return work.create(Donor(code=form.code, name=form.name), "donor:created", permission="fund:prepare")


def create_fund(work: Work, form: FundForm) -> Fund:
    """Prepare a fund from its donor agreement; another person opens it. The francs must be the donor's amount at the rate, to the franc."""
    form.check_rate()
    if work.db.get(Donor, form.donor_id) is None:
        raise Invalid([FieldError("donor_id", _("Choose one of the answers proposed."))])
    if work.db.scalar(select(Fund.id).where(Fund.code == form.code)):
        raise Invalid([FieldError("code", _("This code is already taken. Choose another."))])
    if form.ends_on is not None and form.ends_on < form.starts_on:
        raise Invalid(
            [FieldError("ends_on", _("The end comes before the start. Correct one of the two dates."))]
        )
    fund = Fund(
        code=form.code,
        name=form.name,
        donor_id=form.donor_id,
        agreement_ref=form.agreement_ref,
        granted_minor=form.donor_minor,
        granted_currency=form.donor_currency,
        rate_text=form.rate_text,
        amount_minor=form.amount,
        amount_currency="XOF",
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        created_by_id=work.actor.id,
    )
    return work.create(fund, "fund:created", permission="fund:prepare", data={"amount_minor": form.amount})


def create_line(work: Work, fund: Fund, form: LineForm) -> BudgetLine:
    """Propose credits on a fund for an exercice (R12); they exist once voted by another person."""
    if work.db.scalar(select(BudgetLine.id).where(BudgetLine.code == form.code)):
        raise Invalid([FieldError("code", _("This code is already taken. Choose another."))])
    if form.exercice <= (closed_exercice(work.db) or 0):
        refuse([exercice_closed(form.exercice)])
    line = BudgetLine(
        fund_id=fund.id,
        code=form.code,
        label=form.label,
        exercice=form.exercice,
        voted_minor=form.amount,
        amount_currency=fund.amount_currency,
        created_by_id=work.actor.id,
    )
    data = {"fund": fund.code, "voted_minor": form.amount, "exercice": form.exercice}
    return work.create(line, "budget_line:created", permission="fund:prepare", data=data)


def vote_obstacles(work: Work, line: BudgetLine) -> Iterator[Refusal]:
    """Credits are voted on an open fund, and all lines of a fund stay within its agreement."""
    fund = work.db.get_one(Fund, line.fund_id)
    if fund.status != "open":
        yield Refusal(
            "fund_not_open",
            _("Fund %(fund)s is not open: no credits can be voted on it.") % {"fund": fund.code},
            way_out=_("Open the fund, or lift its freeze."),
            who=who_may("fund:validate"),
        )
    if line.exercice <= (closed_exercice(work.db) or 0):
        yield exercice_closed(line.exercice)
    voted = work.db.scalar(
        select(func.coalesce(func.sum(BudgetLine.voted_minor - BudgetLine.lapsed_minor), 0)).where(
            BudgetLine.fund_id == fund.id, BudgetLine.status == "voted"
        )
    )
    excess = int(voted or 0) + line.voted_minor - fund.amount_minor
    if excess > 0:
        words = _("The credits of fund %(fund)s would exceed its agreement by %(excess)s.")
        yield Refusal(
            "above_agreement",
            words % {"fund": fund.code, "excess": worded(excess, fund.amount_currency)},
            way_out=_("Lower this line, or record an addition to the agreement."),
            missing_minor=excess,
        )


def vote(work: Work, line: BudgetLine) -> None:
    """Record the vote: credits become available. The fund is locked first, so that two votes cannot both fit the same remainder."""
    work.hold(work.db.get_one(Fund, line.fund_id))
    line = work.hold(line)
    refuse(vote_obstacles(work, line))
    work.advance(BUDGET_LINE, line, "vote", measures={"amount": line.voted_minor}, dims=dims(work, line))


def validate(work: Work, fund: Fund) -> None:
    """Open the fund: another person than its author."""
    fund = work.hold(fund)
    work.advance(FUND, fund, "validate")


def freeze(work: Work, fund: Fund, reason: str) -> None:
    """Stop every new charge on a fund; what arrives is still recorded."""
    fund = work.hold(fund)
    work.advance(FUND, fund, "freeze", reason=reason)


def unfreeze(work: Work, fund: Fund, reason: str) -> None:
    """Let a frozen fund spend again."""
    fund = work.hold(fund)
    work.advance(FUND, fund, "unfreeze", reason=reason)


def close_obstacles(work: Work, fund: Fund) -> Iterator[Refusal]:
    """A fund closes when nothing is reserved or waiting for payment on its lines (R1: restes à payer)."""
    row = work.db.execute(
        select(
            func.coalesce(func.sum(BudgetLine.reserved_minor), 0),
            func.coalesce(func.sum(BudgetLine.committed_minor - BudgetLine.paid_minor), 0),
        ).where(BudgetLine.fund_id == fund.id)
    ).one()
    for code, words, held in (
        ("still_reserved", _("%(amount)s are still reserved on this fund."), int(row[0])),
        ("still_to_pay", _("%(amount)s are committed on this fund and not paid."), int(row[1])),
    ):
        if held:
            yield Refusal(
                code,
                words % {"amount": worded(held, fund.amount_currency)},
                way_out=_("Pay, or release the credits first."),
                missing_minor=held,
            )


def close(work: Work, fund: Fund, reason: str) -> None:
    """Close a fund for good."""
    fund = work.hold(fund)
    refuse(close_obstacles(work, fund))
    work.advance(FUND, fund, "close", reason=reason)
