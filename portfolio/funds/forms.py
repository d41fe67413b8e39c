"""What a person may type about funds: shape only."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic_core import PydanticCustomError

from portfolio.funds.reference import counter_value, parity, rate_of
from portfolio.kit.forms import (
    Day,
    Form,
    LongLine,
    OptionalDay,
    OptionalId,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    read_amount,
    text,
    value_error,
    whole,
)
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import Money, amount

Code = Annotated[str, text(40, 2)]
DonorCurrency = Literal["XOF", "EUR", "USD", "GBP", "CHF"]
OptionalText = Annotated[str, text(300, 0)]


class DonorForm(Form):
    """A donor."""

    code: Code
    name: LongLine


class Granted(Form):
    """An amount in the donor's own currency and the rate that made francs of it."""

    donor_amount: str | int
    """As typed, in units of the currency; an int is minor units."""
    donor_currency: DonorCurrency = "XOF"
    rate_text: OptionalText = ""
    amount: PositiveAmount

    @property
    def rate_day(self) -> date:
        """The day whose rate it is."""
        days = (getattr(self, name, None) for name in ("received_on", "wanted_on", "starts_on"))
        return next((day for day in days if day is not None), date.max)

    @property
    def donor_minor(self) -> int:
        """The minor units of the donor's currency; Invalid when unreadable."""
        try:
            minor = read_amount(self.donor_amount, self.donor_currency)
        except PydanticCustomError as error:
            raise value_error("donor_amount", error.message()) from None
        if minor <= 0:
            raise value_error("donor_amount", _("Enter an amount above zero."))
        return minor

    @property
    def donor(self) -> Money:
        """The donor's amount in its currency; Invalid when unreadable."""
        return Money(self.donor_minor, self.donor_currency)

    def check_rate(self) -> None:
        """The three figures agree to the franc: donor amount × rate = amount. Invalid otherwise, with the figure expected (R5)."""
        expected = counter_value(self.donor, self.rate_text)
        if expected is None:
            raise value_error(
                "rate_text", _("Enter the rate for one unit of the currency, for example 655,957.")
            )
        fixed = parity(self.donor_currency, self.rate_day)
        if fixed is not None and rate_of(self.rate_text) != fixed.rate:
            raise value_error(
                "rate_text",
                _("This rate is fixed: %(source)s. Enter it as it is.") % {"source": fixed.source},
            )
        if abs(expected - self.amount) >= 1:
            raise value_error(
                "amount",
                _("At this rate the amount is %(expected)s. Check the amount and the rate.")
                % {"expected": amount(round(expected))},
            )


class FundForm(Granted):
    """A donor agreement becomes a fund."""

    code: Code
    name: LongLine
    donor_id: RecordId
    agreement_ref: OptionalText = ""
    starts_on: Day
    ends_on: OptionalDay = None


class LineForm(Form):
    """Credits proposed on a fund for an exercice."""

    code: Code
    label: LongLine
    exercice: Annotated[int, whole(2000, 2100)]
    amount: PositiveAmount


class AccountForm(Form):
    """One of the institution's own accounts."""

    code: Code
    label: LongLine
    kind: Literal["bank", "sfd", "mobile", "cash"]
    fund_id: Annotated[int | None, optional(whole(1, 2_000_000_000))] = None
    holder: OptionalText = ""
    number: Annotated[str, text(60, 0)] = ""
    ceiling: Annotated[int | None, optional(PositiveAmount.__metadata__[0])] = None


class ReceiptForm(Granted):
    """Money that arrived from a donor."""

    fund_id: RecordId
    treasury_account_id: RecordId
    received_on: Day
    bank_reference: Annotated[str, text(100, 2)]
    rate_source: OptionalText = ""
    fund_call_id: OptionalId = None


class CallForm(Granted):
    """An appel de fonds."""

    treasury_account_id: RecordId
    until_on: Day
    wanted_on: Day
    purpose: Reason


class RefundForm(Form):
    """A refund to the donor."""

    treasury_account_id: RecordId
    amount: PositiveAmount
    reason: Reason


class RefundPaidForm(Form):
    """The transfer that paid a refund."""

    bank_reference: Annotated[str, text(100, 2)]
    paid_on: Day


class MoveForm(Form):
    """Money from one account of the institution to another."""

    fund_id: RecordId
    source_id: RecordId
    target_id: RecordId
    amount: PositiveAmount
    reason: Reason


class FeeForm(Form):
    """A fee taken by a bank or an operator, outside any payment."""

    fund_id: RecordId
    treasury_account_id: RecordId
    amount: PositiveAmount
    reason: Reason


class ReasonForm(Form):
    """A move that needs only its reason."""

    reason: Reason
