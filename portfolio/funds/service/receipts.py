"""Money received from donors (R5): recorded by one person with its date and rate, confirmed by another before it can be spent."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import Donor, Fund, FundCall, MoneyReceipt, TreasuryAccount
from portfolio.funds.queries.donors import sent_by_donor
from portfolio.funds.service.cash import receive, unreceive
from portfolio.funds.service.donors import match, match_obstacles, unmatch
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.ledger.service import Dims
from portfolio.rulebook.lifecycles.funds import MONEY_RECEIPT
from portfolio.work import Work


def record_obstacles(
    work: Work, fund: Fund, treasury: TreasuryAccount, form: ReceiptForm
) -> Iterator[Refusal]:
    """The same bank reference twice on one account, and more than the donor promised in its own currency."""
    other = work.db.scalar(
        select(MoneyReceipt.reference).where(
            MoneyReceipt.treasury_account_id == treasury.id,
            MoneyReceipt.bank_reference == form.bank_reference,
        )
    )
    if other:
        yield Refusal(
            "already_recorded",
            _("This bank reference is already recorded on this account, under %(reference)s.")
            % {"reference": other},
            way_out=_("Check the bank statement."),
        )
    if form.donor_currency != fund.granted_currency:
        yield Refusal(
            "other_currency",
            _("The donor agreement of fund %(fund)s is in %(currency)s.")
            % {"fund": fund.code, "currency": fund.granted_currency},
            way_out=_("Enter the amount in the currency of the agreement."),
        )
    elif (excess := (sent_by_donor(work, fund) + form.donor - fund.granted).minor) > 0:
        words = _("Fund %(fund)s would receive %(excess)s more than its donor agreement.")
        yield Refusal(
            "above_agreement",
            words % {"fund": fund.code, "excess": worded(excess, fund.granted_currency)},
            way_out=_("Check the amount and the rate."),
            missing_minor=excess,
        )


def record_receipt(work: Work, form: ReceiptForm) -> MoneyReceipt:
    """Write down money that arrived; nothing can be paid with it until another person confirms."""
    form.check_rate()
    fund, treasury = work.db.get(Fund, form.fund_id), work.db.get(TreasuryAccount, form.treasury_account_id)
    errors = [
        FieldError(name, _("Choose one of the answers proposed."))
        for name, found in (("fund_id", fund), ("treasury_account_id", treasury))
        if found is None
    ]
    if form.received_on > work.today:
        errors.append(
            FieldError("received_on", _("This date is in the future: money is recorded once it has arrived."))
        )
    if errors or fund is None or treasury is None:
        raise Invalid(errors)
    work.hold(fund)
    work.hold(treasury)
    refuse(record_obstacles(work, fund, treasury, form))
    if form.fund_call_id is not None:
        refuse(match_obstacles(work.db.get(FundCall, form.fund_call_id), fund))
    receipt = MoneyReceipt(
        reference=work.number("cash_receipt", "money_receipt", year=form.received_on.year),
        fund_id=fund.id,
        treasury_account_id=treasury.id,
        received_on=form.received_on,
        bank_reference=form.bank_reference,
        donor_minor=form.donor_minor,
        donor_currency=form.donor_currency,
        rate_text=form.rate_text,
        rate_source=form.rate_source,
        amount_minor=form.amount,
        amount_currency="XOF",
        fund_call_id=form.fund_call_id,
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    return work.create(
        receipt,
        "money_receipt:recorded",
        permission="money_receipt:record",
        data={"fund": fund.code, "amount_minor": form.amount},
    )


def confirm(work: Work, receipt: MoneyReceipt) -> None:
    """The money is there: another person has seen the bank statement. It can be spent from now on."""
    receipt = work.hold(receipt)
    fund = work.db.get_one(Fund, receipt.fund_id)
    treasury = work.db.get_one(TreasuryAccount, receipt.treasury_account_id)
    donor = work.db.get_one(Donor, fund.donor_id)
    work.advance(
        MONEY_RECEIPT,
        receipt,
        "confirm",
        measures={"amount": receipt.amount_minor},
        dims=Dims(
            exercice=receipt.received_on.year, donor=donor.code, fund=fund.code, treasury=treasury.code
        ),
        treasury=treasury.kind,
        value_on=receipt.received_on,
    )
    if receipt.fund_call_id is not None:
        match(work, receipt)
    receive(work, fund, treasury, receipt.amount_minor)


def void(work: Work, receipt: MoneyReceipt, reason: str) -> None:
    """Set a receipt aside that was recorded by mistake and never confirmed; it stays visible."""
    receipt = work.hold(receipt)
    work.advance(MONEY_RECEIPT, receipt, "void", reason=reason, bank_reference=_freed(receipt))


def _freed(receipt: MoneyReceipt) -> str:
    """The bank reference, told apart: the receipt that replaces this one bears it."""
    return f"{receipt.bank_reference[:70]} ({receipt.reference})"


def reverse_receipt(work: Work, receipt: MoneyReceipt, reason: str) -> None:
    """Take back a receipt that was confirmed: wrong amount, wrong account, money of somebody else. Its call awaits the money again. Refused when
    the money is spent, or moved to another account.

    Called by the contre-passation alone, which posts the entries."""
    receipt = work.hold(receipt)
    fund = work.db.get_one(Fund, receipt.fund_id)
    treasury = work.db.get_one(TreasuryAccount, receipt.treasury_account_id)
    work.advance(MONEY_RECEIPT, receipt, "reverse", reason=reason, bank_reference=_freed(receipt))
    if receipt.fund_call_id is not None:
        unmatch(work, receipt, reason)
    unreceive(work, fund, treasury, receipt.amount_minor)
