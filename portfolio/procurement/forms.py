"""What a person may type about suppliers, methods, bids, decisions, orders, receptions and hand-overs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from portfolio.kit.forms import (
    Amount,
    Day,
    Flag,
    Form,
    Line,
    LongLine,
    MomentField,
    OptionalDay,
    OptionalId,
    OptionalLine,
    Paragraph,
    Phone,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    text,
    whole,
)

Quantity = Annotated[int, whole(1, 1_000_000)]
Pieces = Annotated[int, whole(0, 1_000_000)]
Days = Annotated[int, whole(0, 365)]
Country = Literal["ML", "BF", "NE"]
OptionalText = Annotated[str | None, optional(text(5000, lines=True))]
OptionalMoment = Annotated[MomentField | None, optional(MomentField.__metadata__[0])]
OptionalAmount = Annotated[PositiveAmount | None, optional(PositiveAmount.__metadata__[0])]
OptionalDays = Annotated[int | None, optional(whole(0, 999))]
NAMED = frozenset({"name"})
DELIVERED = frozenset({"accepted"})


class SupplierForm(Form):
    """A shop, trader or contractor; a seller of a market has neither tax number nor trade register."""

    name: Line
    country: Country
    address: OptionalLine = None
    tax_number: Annotated[str | None, optional(text(60))] = None
    trade_register: Annotated[str | None, optional(text(60))] = None
    phone: Annotated[str | None, optional(Phone.__metadata__[0])] = None
    confirmed: Flag = False
    """The suppliers that look like this one were looked at: it is none of them (M14)."""


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason: Reason


class RuleForm(Form):
    """A row of the method table, with the text it comes from and its dates."""

    buyer: Literal["authority", "group"]
    country: Literal["", "ML", "BF", "NE"] = ""
    category: Literal["goods", "works", "any"]
    from_minor: Amount
    to_minor: OptionalAmount = None
    method: Literal[
        "direct_purchase",
        "quotation_request",
        "works_quotation_request",
        "restricted_call",
        "open_call",
        "three_pro_forma",
    ]
    sealed: Flag = False
    min_invited: Annotated[int, whole(1, 20)]
    min_valid: Annotated[int, whole(1, 20)]
    min_days: Days = 0
    low_percent: Annotated[int, whole(0, 90)] = 0
    appeal_days: Days = 0
    source: LongLine
    valid_from: Day


class EndForm(Form):
    """The day a rule ends."""

    valid_to: Day


class NeedLine(Form):
    """A line of the need: what, how many, and the unit price of the estimate."""

    label: Line
    specification: OptionalLine = None
    unit: Annotated[str | None, optional(text(60))] = None
    quantity: Quantity
    unit_minor: PositiveAmount


class NeedForm(Form):
    """The need: who buys, what, for which tranche, and the estimate line by line."""

    buyer: Literal["authority", "group"]
    category: Literal["goods", "works"] = "goods"
    object: LongLine
    need: OptionalText = None
    tranche_id: OptionalId = None
    lines: list[NeedLine] = []


class InviteForm(Form):
    """A supplier invited, and how."""

    supplier_id: RecordId
    channel: Literal["letter", "email", "phone", "hand"] = "letter"


class AskForm(Form):
    """Until when and where bids are received."""

    bids_due_at: OptionalMoment = None
    bids_place: OptionalLine = None


class DepositForm(Form):
    """A bid at the counter: the hand that brings it. The hour is the server's."""

    bearer: Line
    sealed: Flag = False


class PersonRow(Form):
    """Somebody present at a session."""

    name: Line
    function: OptionalLine = None


class MarkRow(Form):
    """Somebody who signs or puts a thumbprint."""

    name: Line
    function: OptionalLine = None
    mark: Literal["signature", "thumbprint"] = "signature"


class OpeningForm(Form):
    """The opening session: place, who is present, what bidders remarked."""

    place: Line
    people: list[PersonRow] = []
    remarks: OptionalText = None


class ReadForm(Form):
    """A price read aloud, and what was found in the bid."""

    multiple: ClassVar[frozenset[str]] = frozenset({"papers"})
    read_minor: PositiveAmount
    tax_included: Flag = False
    discount: OptionalLine = None
    guarantee: OptionalLine = None
    papers: list[
        Literal["letter_of_bid", "price_schedule", "tax", "trade_register", "references", "technical"]
    ] = []


class CloseOpeningForm(Form):
    """Remarks of the bidders, kept in the minutes."""

    remarks: OptionalText = None


class BidLine(Form):
    """The unit price of a bid for a line, and the amount the bidder wrote beside it."""

    line_id: RecordId
    unit_minor: Amount
    stated_minor: Annotated[Amount | None, optional(Amount.__metadata__[0])] = None


class ExamineForm(Form):
    """The examination of one bid: conformity, arithmetic, delay."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"lines": frozenset({"unit_minor", "stated_minor"})}
    conforming: Literal["yes", "no"]
    set_aside_kind: Literal["", "administrative", "technical", "abnormally_low"] = ""
    set_aside_reason: Annotated[str | None, optional(text(300))] = None
    corrected_minor: OptionalAmount = None
    correction: Annotated[str | None, optional(text(300))] = None
    delivery_days: OptionalDays = None
    lines: list[BidLine] = []


class QuestionForm(Form):
    """What is asked of an abnormally low bid."""

    question: Paragraph
    answer_by: Day


class AnswerForm(Form):
    """What the bidder answered."""

    answer: Paragraph
    answer_on: Day


class SessionForm(Form):
    """The session of the committee that will deliberate."""

    committee_id: RecordId
    place: Line
    room: OptionalLine = None
    scheduled_at: MomentField


class DecideForm(Form):
    """A note kept with the decision; the supplier is the one that the comparison ranks first and the committee proposed."""

    note: OptionalText = None


class ProFormaForm(Form):
    """A pro forma or a quotation asked openly."""

    amount_minor: PositiveAmount
    delivery_days: OptionalDays = None
    note: Annotated[str | None, optional(text(300))] = None


class ChooseForm(Form):
    """The choice of a group's comité d'achat: who decided, by signature or thumbprint."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"buyers": NAMED}
    retained_id: RecordId
    note: OptionalText = None
    buyers: list[MarkRow] = []


class DirectForm(Form):
    """The supplier of a direct purchase."""

    retained_id: RecordId
    note: OptionalText = None


class PriceLine(Form):
    """The unit price ordered for a line."""

    line_id: RecordId
    unit_minor: PositiveAmount


class OrderForm(Form):
    """A purchase order: delay, place, terms."""

    delivery_place: Line
    delivery_on: Day
    terms: LongLine
    guarantee: OptionalLine = None
    penalty: OptionalLine = None
    tax: Literal["exempt", "included", "none"] = "exempt"
    lines: list[PriceLine] = []


class ReceivedLine(Form):
    """What was delivered of a line."""

    line_id: RecordId
    accepted: Pieces
    refused: Pieces = 0
    serials: Annotated[str | None, optional(text(300))] = None
    state: Annotated[str | None, optional(text(200))] = None


class ReceptionForm(Form):
    """A reception by the commission: who, what, with which reservations."""

    multiple: ClassVar[frozenset[str]] = frozenset({"commission"})
    told_by: ClassVar[dict[str, frozenset[str]]] = {"lines": DELIVERED}
    kind: Literal["partial", "provisional", "final"]
    received_on: Day
    place: Line
    act: LongLine
    delivery_note: OptionalLine = None
    tests: OptionalText = None
    commission: list[RecordId] = []
    reserves: OptionalText = None
    reserves_until: OptionalDay = None
    lines: list[ReceivedLine] = []


class GroupReceptionForm(Form):
    """A reception by the group itself."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"lines": DELIVERED, "recipients": NAMED}
    received_on: Day
    place: Line
    delivery_note: OptionalLine = None
    recipients: list[MarkRow] = []
    lines: list[ReceivedLine] = []


class LiftForm(Form):
    """The reservations are lifted: when, and what was seen."""

    lifted_on: Day
    lifting: LongLine


class HandedLine(Form):
    """One line handed over: its state that day, and who keeps and uses it."""

    line_id: RecordId
    state: Literal["new", "good", "worn", "out_of_order"] = "new"
    keeper: Line


class HandOverForm(Form):
    """The hand-over to the group: the state and the keeper of each thing, who receives, by signature or thumbprint, the rules of use, the
    photographs."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"recipients": NAMED, "goods": frozenset({"keeper"})}
    multiple: ClassVar[frozenset[str]] = frozenset({"photos"})
    handed_on: Day
    place: Line
    rules: Paragraph
    goods: list[HandedLine] = []
    recipients: list[MarkRow] = []
    photos: list[Any] = []


class DeclareForm(Form):
    """No link with a bidder or with the group, or which one."""

    linked: Literal["no", "yes"]
    nature: OptionalLine = None
