"""What a person may type about payments."""

from __future__ import annotations

from typing import Annotated, get_args

from portfolio.kit.forms import (
    Amount,
    Day,
    Form,
    Hour,
    OptionalAmount,
    OptionalDay,
    OptionalId,
    OptionalLine,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    text,
)

Hash = Annotated[str, text(64, 64)]


class RequestForm(Form):
    """The request of a tranche. Without an amount, all that may be asked; without an account, the agreement's, or the supplier's last verified."""

    amount: Annotated[int | None, optional(get_args(PositiveAmount)[1])] = None
    account_id: OptionalId = None
    supplier_id: OptionalId = None
    supplier_account_id: OptionalId = None
    papers: Annotated[str | None, optional(text(2000, lines=True))] = None
    """The papers attached, one a line: they are numbered on the order."""


class SeenForm(Form):
    """What the person saw when acting (M10, M16): the fingerprint of payee, account, amount and object, and the amount itself."""

    content_hash: Hash
    amount_seen: Amount


class OrderForm(SeenForm):
    """The ordonnateur confirms the amount and the payee that he sees, and what was left to order before his signature."""

    remaining_seen: Amount


class VisaForm(SeenForm):
    """The controller's visa; with a reserve when there is one (R3)."""

    reserve: Annotated[str | None, optional(text(2000, lines=True))] = None


class SendForm(SeenForm):
    """The order leaves for the bank or the operator, from one of the institution's accounts."""

    treasury_account_id: RecordId


class PayForm(SeenForm):
    """A payment: from which account, with which reference, on which date of value, at which fee; in cash, with a reçu, an identity (M15),
    the hour, the place, and the witnesses of a thumbprint (document 11)."""

    treasury_account_id: RecordId
    payment_reference: Annotated[str, text(100)]
    paid_on: Day
    fee: OptionalAmount = None
    receipt_number: Annotated[str | None, optional(text(60))] = None
    received_by: OptionalLine = None
    identity_kind: Annotated[str | None, optional(text(80))] = None
    identity_number: Annotated[str | None, optional(text(60))] = None
    identity_on: OptionalDay = None
    handed_at: Hour = None
    handed_place: OptionalLine = None
    witness_one: OptionalLine = None
    witness_one_paper: OptionalLine = None
    witness_two: OptionalLine = None
    witness_two_paper: OptionalLine = None

    def witnesses(self) -> list[dict[str, str]]:
        """Those of a thumbprint, in the order of the paper; the fields left blank are no witness."""
        typed = ((self.witness_one, self.witness_one_paper), (self.witness_two, self.witness_two_paper))
        return [{"name": name, "paper": paper or ""} for name, paper in typed if name]


class FailForm(Form):
    """The bank or the operator gave the money back: the cause in words, and the fee kept."""

    reason: Reason
    fee: OptionalAmount = None


class RejectForm(Form):
    """The written refusal of the controller or the accountant: its cause in the table, and its reason in words (R3)."""

    cause: Annotated[str, text(40)] = "other"
    reason: Reason


class RequisitionForm(SeenForm):
    """The ordonnateur requisitions the accountant: what he saw, and why he answers for it (R3)."""

    reason: Reason


class AccountForm(Form):
    """Another verified account of the same group or supplier, with the reason."""

    account_id: RecordId
    reason: Reason


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason
