"""What is typed about expenses and repayments: shape only."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from portfolio.kit.forms import (
    Amount,
    Count,
    Day,
    Form,
    Line,
    LongLine,
    OptionalAmount,
    OptionalId,
    OptionalLine,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    text,
    whole,
)

Kind = Literal[
    "invoice",
    "receipt",
    "livestock_sale",
    "payroll",
    "works",
    "purchase_note",
    "statement",
    "pro_forma",
    "honour",
]
Method = Annotated[
    Literal["cash", "transfer", "cheque", "mobile"],
    BeforeValidator(lambda v: v.strip() or "cash" if isinstance(v, str) else v),
]
Number = Annotated[int | None, optional(whole(1, 9999))]


class OverrunRow(Form):
    """Why a line of the budget, by its position, is spent beyond the tolerance."""

    position: Annotated[int, whole(0, 999)]
    note: LongLine


class ReportForm(Form):
    """A financial report: period, cash book, the group's own contribution spent, what is said of the lines beyond the tolerance."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"overruns": frozenset({"note"})}
    from_on: Day
    to_on: Day
    opening_cash: Amount = 0
    bank_balance: Amount = 0
    own_cash: Amount = 0
    own_kind: Amount = 0
    gap_note: OptionalLine = None
    overruns: list[OverrunRow] = []
    version: Count | None = None


class NewReportForm(ReportForm):
    """A new report, on a tranche."""

    tranche_id: RecordId


class ExpenseForm(Form):
    """One paper. `id` is there when the row is already kept; `drop` takes a row out of the draft."""

    id: OptionalId = None
    number: Number = None
    spent_on: Day
    kind: Kind
    supplier: Line
    tax_number: Annotated[str | None, optional(text(60))] = None
    voucher_number: Annotated[str | None, optional(text(80))] = None
    no_number_reason: OptionalLine = None
    description: OptionalLine = None
    line_id: OptionalId = None
    method: Method = "cash"
    amount: PositiveAmount
    drop: Any = None


class GridForm(Form):
    """The whole grid in one sending; rows left blank are dropped."""

    lines: list[ExpenseForm] = Field(default_factory=list)


Why = Annotated[str | None, optional(text(2000, lines=True))]


class AcceptForm(Form):
    """How much is accepted, on which line, the rest refused; a reason when less than all or against a flag."""

    accepted: OptionalAmount = None
    line_id: OptionalId = None
    reason: Why = None


class VerdictForm(Form):
    """One paper shared out: so much accepted, held and refused, with a reason each. One amount left empty takes the rest."""

    accepted: OptionalAmount = None
    queried: OptionalAmount = None
    refused: OptionalAmount = None
    line_id: OptionalId = None
    accepted_reason: Why = None
    queried_reason: Why = None
    refused_reason: Why = None


class ReasonForm(Form):
    """A reason, in a sentence."""

    reason: Reason


class VerdictRow(Form):
    """One line of the examination grid; a row without a verdict or an amount is left for later."""

    id: RecordId
    verdict: Literal["", "accept", "query", "refuse"] = ""
    accepted: OptionalAmount = None
    queried: OptionalAmount = None
    refused: OptionalAmount = None
    line_id: OptionalId = None
    reason: Why = None
    queried_reason: Why = None


class VerdictsForm(Form):
    """The examination of many lines at once."""

    lines: list[VerdictRow] = Field(default_factory=list)


class PhotosForm(Form):
    """Photographs of papers, many at once; a name that begins with the number of a row goes to that row."""

    multiple: ClassVar[frozenset[str]] = frozenset({"files"})
    files: list[Any] = Field(default_factory=list)


class FileForm(Form):
    """One file for one paper."""

    file: Any = None


class RecoveryForm(Form):
    """An order to repay."""

    tranche_id: RecordId
    amount: PositiveAmount
    for_refused: OptionalAmount = None
    reason: Reason
    article: OptionalLine = None
    ground: Literal["unjustified", "refused", "termination", "unspent"] = "unjustified"
    notice_id: OptionalId = None
    due_on: Day


class NoticeLinkForm(Form):
    """The formal notice that an order rests on."""

    notice_id: RecordId


class CollectForm(Form):
    """Money that came back."""

    amount: PositiveAmount
    treasury_account_id: RecordId
    received_on: Day
    payer: Line
    bank_reference: Annotated[str | None, optional(text(100))] = None


class DeductForm(Form):
    """A claim set off against a payment to the same group."""

    disbursement_id: RecordId
    amount: PositiveAmount
    reason: Reason


class ProposeWriteOffForm(Form):
    """The act on which an admission en non-valeur or remise gracieuse rests: its number, its date, the signed document."""

    act: Line
    act_on: Day
    scan: Any = None


class WriteOffForm(Form):
    """The decision on the act that another person entered."""

    reason: Reason
