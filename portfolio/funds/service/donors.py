"""Calls for funds and refunds to donors: asked for what is foreseen, given back only when neither spent nor engaged (R5, R7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portfolio.documents.models import Paper
from portfolio.documents.service import issue
from portfolio.funds.forms import CallForm, RefundForm, RefundPaidForm
from portfolio.funds.models import (
    BudgetLine,
    Donor,
    DonorRefund,
    Fund,
    FundCall,
    MoneyReceipt,
    TreasuryAccount,
)
from portfolio.funds.pdf import call_pdf, refund_pdf
from portfolio.funds.queries import donors as queries
from portfolio.funds.service.cash import receive, take
from portfolio.funds.service.guard import shift
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.money import Money
from portfolio.kit.money import amount as worded
from portfolio.ledger.service import Dims
from portfolio.rulebook.lifecycles.funds import DONOR_REFUND, FUND_CALL
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _open(fund: Fund) -> Iterator[Refusal]:
    if fund.status not in ("open", "frozen"):
        yield Refusal(
            "fund_not_open",
            _("Fund %(fund)s is not open: nothing new can be charged to it.") % {"fund": fund.code},
            way_out=_("Open the fund, or lift its freeze."),
            who=who_may("fund:validate"),
        )


def _account(work: Work, fund: Fund, number: int) -> TreasuryAccount:
    account = work.db.get(TreasuryAccount, number)
    if account is None or not account.active or account.fund_id not in (None, fund.id):
        raise Invalid([FieldError("treasury_account_id", _("Choose an account of this fund."))])
    return account


def call_obstacles(
    work: Work, fund: Fund, need: dict[str, int], amount: int, asked: Money
) -> Iterator[Refusal]:
    """No more is asked than the payments foreseen less the cash and the calls that are out, nor than the donor's agreement still holds."""
    yield from _open(fund)
    if amount > need["need"]:
        words = _("The payments foreseen on fund %(fund)s need %(need)s: %(excess)s too much is asked.")
        facts = {
            "fund": fund.code,
            "need": worded(need["need"], fund.amount_currency),
            "excess": worded(amount - need["need"], fund.amount_currency),
        }
        yield Refusal(
            "above_need",
            words % facts,
            way_out=_("Lower the amount, or cover payments up to a later day."),
            missing_minor=amount - need["need"],
        )
    if asked.currency != fund.granted_currency:
        yield Refusal(
            "other_currency",
            _("The donor agreement of fund %(fund)s is in %(currency)s.")
            % {"fund": fund.code, "currency": fund.granted_currency},
            way_out=_("Enter the amount in the currency of the agreement."),
        )
    elif (excess := (queries.asked_in_donor_currency(work, fund) + asked - fund.granted).minor) > 0:
        words = _("Fund %(fund)s would receive %(excess)s more than its donor agreement.")
        yield Refusal(
            "above_agreement",
            words % {"fund": fund.code, "excess": worded(excess, fund.granted_currency)},
            way_out=_("Check the amount and the rate."),
            missing_minor=excess,
        )


def draft_call(work: Work, fund: Fund, form: CallForm) -> FundCall:
    """Draft a call for funds; what justifies it is kept as it stood."""
    form.check_rate()
    work.require("fund_call:prepare", fund)
    fund = work.hold(fund)
    account = _account(work, fund, form.treasury_account_id)
    if form.until_on < work.today:
        raise Invalid([FieldError("until_on", _("This day is past: a call covers payments still to come."))])
    need = queries.need(work, fund, form.until_on)
    refuse(call_obstacles(work, fund, need, form.amount, form.donor))
    call = FundCall(
        reference=work.number("fund_call", "fund_call"),
        fund_id=fund.id,
        treasury_account_id=account.id,
        until_on=form.until_on,
        wanted_on=form.wanted_on,
        foreseen_minor=need["foreseen"],
        cash_minor=need["cash"],
        called_minor=need["called"],
        amount_minor=form.amount,
        amount_currency=fund.amount_currency,
        donor_minor=form.donor_minor,
        donor_currency=form.donor_currency,
        rate_text=form.rate_text,
        purpose=form.purpose,
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    return work.create(call, "fund_call:created", data={"fund": fund.code, "amount_minor": form.amount})


def send_obstacles(work: Work, call: FundCall) -> Iterator[Refusal]:
    """What justified the call still does on the day it leaves."""
    fund = work.db.get_one(Fund, call.fund_id)
    need = queries.need(work, fund, call.until_on)
    yield from call_obstacles(work, fund, need, call.amount_minor, call.donor)


def send_call(work: Work, call: FundCall) -> Paper:
    """Sign and send: another person than its author; the letter is issued. The fund is locked first, so that two calls cannot ask the same francs."""
    work.hold(work.db.get_one(Fund, call.fund_id))
    call = work.hold(call)
    if call.status == "draft":
        refuse(send_obstacles(work, call))
    work.advance(FUND_CALL, call, "send", measures={"amount": call.amount_minor})
    with speaking("fr"):
        title = _("Call for funds")
    return issue(
        work,
        kind="fund_call",
        reference=call.reference,
        title=title,
        subject=call,
        facts=queries.call_facts(work, call),
        draw=call_pdf,
    )


def cancel_obstacles(work: Work, call: FundCall) -> Iterator[Refusal]:
    """A call that money already answers stays."""
    waiting = work.db.scalar(
        select(MoneyReceipt.reference).where(
            MoneyReceipt.fund_call_id == call.id, MoneyReceipt.status != "voided"
        )
    )
    if waiting:
        yield Refusal(
            "answered",
            _("Receipt %(reference)s answers this call.") % {"reference": waiting},
            way_out=_("Void that receipt first, if it is wrong."),
            who=who_may("money_receipt:confirm"),
        )


def cancel_call(work: Work, call: FundCall, reason: str) -> None:
    """Give the call up."""
    call = work.hold(call)
    refuse(cancel_obstacles(work, call))
    work.advance(FUND_CALL, call, "cancel", reason=reason)


def match_obstacles(call: FundCall | None, fund: Fund) -> Iterator[Refusal]:
    """A receipt answers a call of its own fund that is out."""
    if call is None or call.fund_id != fund.id:
        yield Refusal(
            "call_other_fund",
            _("This call for funds is not one of fund %(fund)s.") % {"fund": fund.code},
            way_out=_("Choose a call of this fund, or none."),
        )
    elif call.status not in queries.OUT:
        yield Refusal(
            "call_not_out",
            _("Call %(reference)s awaits no money.") % {"reference": call.reference},
            way_out=_("Choose a call that was sent, or none."),
        )


def match(work: Work, receipt: MoneyReceipt) -> None:
    """Money confirmed answers its call: in part, or whole."""
    call = work.hold(work.db.get_one(FundCall, receipt.fund_call_id))
    refuse(match_obstacles(call, work.db.get_one(Fund, receipt.fund_id)))
    shift(work, call, received_minor=receipt.amount_minor)
    work.db.refresh(call)
    verb = "receive" if call.received_minor >= call.amount_minor else "receive_part"
    work.advance(
        FUND_CALL, call, verb, data={"receipt": receipt.reference, "amount_minor": receipt.amount_minor}
    )


def unmatch(work: Work, receipt: MoneyReceipt, reason: str) -> None:
    """The receipt is reversed: its call awaits that money again."""
    call = work.hold(work.db.get_one(FundCall, receipt.fund_call_id))
    if not shift(
        work, call, FundCall.received_minor >= receipt.amount_minor, received_minor=-receipt.amount_minor
    ):
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
    work.db.refresh(call)
    data = {"receipt": receipt.reference, "amount_minor": receipt.amount_minor}
    verb = "take_part_back" if call.received_minor else "take_all_back"
    work.advance(FUND_CALL, call, verb, reason=reason, data=data)


def refund_obstacles(work: Work, refund: DonorRefund) -> Iterator[Refusal]:
    """Never more than what is neither spent nor engaged (R5)."""
    fund = work.db.get_one(Fund, refund.fund_id)
    yield from _above_free(work, fund, refund.amount_minor)


def _above_free(work: Work, fund: Fund, amount: int) -> Iterator[Refusal]:
    yield from _open(fund)
    found = queries.free_cash(work, fund)
    if amount > found["free"]:
        words = _("Only %(free)s of fund %(fund)s is neither spent nor engaged: %(excess)s too much.")
        facts = {
            "free": worded(found["free"], fund.amount_currency),
            "fund": fund.code,
            "excess": worded(amount - found["free"], fund.amount_currency),
        }
        yield Refusal(
            "above_free",
            words % facts,
            way_out=_("Lower the amount, or release what will not be spent first."),
            who=who_may("commitment:prepare"),
            missing_minor=amount - found["free"],
        )


def propose_refund(work: Work, fund: Fund, form: RefundForm) -> DonorRefund:
    """Propose to give money back to the donor."""
    work.require("donor_refund:propose", fund)
    account = _account(work, fund, form.treasury_account_id)
    refuse(_above_free(work, fund, form.amount))
    refund = DonorRefund(
        reference=work.number("donor_refund", "donor_refund"),
        fund_id=fund.id,
        treasury_account_id=account.id,
        amount_minor=form.amount,
        amount_currency=fund.amount_currency,
        reason=form.reason,
        proposed_by_id=work.actor.id,
        proposed_at=work.now,
    )
    data = {"fund": fund.code, "amount_minor": form.amount}
    return work.create(refund, "donor_refund:proposed", data=data, reason=form.reason)


def approve_refund(work: Work, refund: DonorRefund) -> None:
    """A second person approves."""
    refund = work.hold(refund)
    if refund.status == "proposed":
        refuse(refund_obstacles(work, refund))
    work.advance(DONOR_REFUND, refund, "approve", measures={"amount": refund.amount_minor})


def reject_refund(work: Work, refund: DonorRefund, reason: str) -> None:
    """Refuse it, with the reason."""
    work.advance(DONOR_REFUND, work.hold(refund), "reject", reason=reason)


def pay_refund(work: Work, refund: DonorRefund, form: RefundPaidForm) -> Paper:
    """A third person records the transfer. Its lines are locked, then the fund, then the account: nothing is engaged in between."""
    refund = work.hold(refund)
    fund = work.db.get_one(Fund, refund.fund_id)
    lines = select(BudgetLine).where(BudgetLine.fund_id == fund.id).order_by(BudgetLine.id)
    for line in work.db.scalars(lines).all():
        work.hold(line)
    fund = work.hold(fund)
    account = work.db.get_one(TreasuryAccount, refund.treasury_account_id)
    if form.paid_on > work.today:
        raise Invalid(
            [FieldError("paid_on", _("This date is in the future: a payment is recorded once it is made."))]
        )
    if refund.status == "approved":
        refuse(refund_obstacles(work, refund))
    donor = work.db.get_one(Donor, fund.donor_id)
    facts = queries.refund_facts(work, refund)
    work.advance(
        DONOR_REFUND,
        refund,
        "pay",
        measures={"amount": refund.amount_minor},
        dims=Dims(exercice=form.paid_on.year, donor=donor.code, fund=fund.code, treasury=account.code),
        treasury=account.kind,
        value_on=form.paid_on,
        bank_reference=form.bank_reference,
        paid_on=form.paid_on,
    )
    covered = Fund.received_minor - refund.amount_minor >= Fund.disbursed_minor
    if not shift(work, fund, covered, received_minor=-refund.amount_minor):
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
    take(work, account, fund, refund.amount_minor)
    with speaking("fr"):
        title = _("Refund to the donor")
    before = ("received_minor", "disbursed_minor", "owed_minor", "reserved_minor")
    return issue(
        work,
        kind="donor_refund",
        reference=refund.reference,
        title=title,
        subject=refund,
        facts={**queries.refund_facts(work, refund), **{name: facts[name] for name in before}},
        draw=refund_pdf,
    )


def reverse_refund(work: Work, refund: DonorRefund, reason: str) -> None:
    """The transfer to the donor came back, or was recorded by mistake: the refund stands approved again, to be paid or refused.

    Called by the contre-passation alone, which posts the entries."""
    refund = work.hold(refund)
    blank: dict[str, Any] = {"bank_reference": None, "paid_on": None, "paid_by_id": None, "paid_at": None}
    work.advance(DONOR_REFUND, refund, "unpay", reason=reason, **blank)
    fund = work.db.get_one(Fund, refund.fund_id)
    account = work.db.get_one(TreasuryAccount, refund.treasury_account_id)
    receive(work, fund, account, refund.amount_minor)
