"""What a person may type about agreements."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

from portfolio.kit.forms import (
    Amount,
    Day,
    Flag,
    Form,
    LongLine,
    OptionalAmount,
    OptionalDay,
    OptionalLine,
    Paragraph,
    Percent,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    text,
    whole,
)

Modality = Literal["advance", "direct", "reimbursement", "kind"]
Kind = Literal[
    "agreement_signed",
    "own_contribution",
    "justified_previous",
    "justified_earlier",
    "visit",
    "report",
    "handover",
    "goods_received",
    "training",
    "account_opened",
    "opinion",
    "do_no_harm",
    "document",
    "works_contract",
    "no_reserve",
    "less_shortfall",
    "retention",
]
Number = Annotated[int, whole(1, 30)]
LongText = Annotated[str | None, optional(text(3000, lines=True))]


class BudgetLine(Form):
    """A line of the agreed budget; `source` is S (grant), N (cash) or V (valued)."""

    label: Annotated[str, text(200)]
    unit: Annotated[str | None, optional(text(60))] = None
    quantity: Annotated[int, whole(1, 1_000_000)]
    unit_minor: PositiveAmount
    source: Literal["S", "N", "V"]


class TrancheLine(Form):
    """A tranche of the schedule, in order."""

    amount: PositiveAmount
    modality: Modality = "advance"
    planned_on: OptionalDay = None
    label: OptionalLine = None
    number: Annotated[int | None, optional(whole(1, 30))] = None
    """For an amendment: which tranche this is; blank for a new one."""


class ConditionLine(Form):
    """A condition of the tranche with this number; `threshold` is a percent, for the justified kinds."""

    tranche: Number
    kind: Kind
    threshold: Annotated[int | None, optional(whole(1, 100))] = None
    label: OptionalLine = None
    source: OptionalLine = None


class AgreementForm(Form):
    """The agreement prepared from an award. Without lines, the budget of the file is copied."""

    title: Annotated[str | None, optional(text(300))] = None
    starts_on: Day
    ends_on: Day
    account_id: Annotated[int | None, optional(whole(1, 2**31 - 1))] = None
    lines: list[BudgetLine] = []
    tranches: list[TrancheLine] = []
    conditions: list[ConditionLine] = []


class EditForm(AgreementForm):
    """The same, corrected before the checks; `version` guards against two people correcting at once."""

    version: Annotated[int, whole(1, 10**9)]


class GroupSignatureForm(Form):
    """The group's signature as it stands on the paper (R17): who, in what capacity, by hand or by thumbprint before two witnesses."""

    signed_on: Day
    signatory_name: Annotated[str, text(200)]
    signatory_function: Annotated[str, text(200)]
    thumbprint: Flag = False
    witness_one: OptionalLine = None
    witness_one_paper: OptionalLine = None
    witness_two: OptionalLine = None
    witness_two_paper: OptionalLine = None
    language: Annotated[str | None, optional(text(60))] = None
    translator: OptionalLine = None
    scan: Any = None


class ScanForm(Form):
    """The signed copy, scanned."""

    scan: Any = None


class ProofForm(Form):
    """A record that shows a condition, with its paper; what each kind of condition needs is checked beside its field."""

    dated_on: Day
    number: Annotated[str | None, optional(text(100))] = None
    issuer: OptionalLine = None
    place: OptionalLine = None
    amount: OptionalAmount = None
    attended: Annotated[int | None, optional(whole(0, 100_000))] = None
    attended_women: Annotated[int | None, optional(whole(0, 100_000))] = None
    opinion: Literal["favourable", "reserved", "unfavourable"] | None = None
    from_on: OptionalDay = None
    to_on: OptionalDay = None
    note: LongText = None
    scan: Any = None


class CapForm(Form):
    """A cap by category of costs: its lines, its share of the grant, from which day, by which act."""

    multiple: ClassVar[frozenset[str]] = frozenset({"lines"})
    category: Annotated[str, text(100)]
    lines: list[RecordId] = []
    percent: Percent
    valid_from: Day
    act: Annotated[str, text(300)]


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason


class ActForm(Form):
    """An act that stops an agreement: its reason, its number and date, and the signed document."""

    reason: Reason
    act: LongLine
    scan: Any = None


class TerminateForm(ActForm):
    """A termination says its ground; for a fault it rests on a formal notice whose delay is over (article 19)."""

    ground: Literal["fault", "agreed", "impossible"]


class NoticeForm(Form):
    """A formal notice: what is due, why, by which means, with which delay (R11)."""

    tranche_id: Annotated[int | None, optional(whole(1, 999_999_999))] = None
    ground: Literal["unjustified", "breach"] = "unjustified"
    demand: Annotated[str | None, optional(text(3000, lines=True))] = None
    means: Literal["hand", "post", "bailiff", "authority"]
    sent_on: Day
    delay_days: Annotated[int, whole(1, 365)]


class ServeForm(Form):
    """What became of the letter: received, refused or unclaimed, on which day, by whom; with the slip when there is one."""

    outcome: Literal["received", "refused", "unclaimed"]
    received_on: Day
    received_by: OptionalLine = None
    scan: Any = None


class AnswerForm(Form):
    """The group's answer and what follows from it."""

    replied_on: Day
    reply: Paragraph
    follow_up: Paragraph


class WaiverForm(Form):
    """Why a tranche may be paid without a condition: the reason, the act that says so, and its document."""

    reason: Reason
    act: LongLine
    scan: Any = None


class AmendmentForm(Form):
    """An avenant of one type; only the fields of that type are read."""

    kind: Literal[
        "virement_within",
        "virement",
        "extension",
        "results",
        "schedule",
        "signatory",
        "suspension",
        "termination",
        "other",
    ]
    reason: Reason
    act: OptionalLine = None
    ends_on: OptionalDay = None
    until_on: OptionalDay = None
    results: LongText = None
    lines: list[BudgetLine] = []
    tranches: list[TrancheLine] = []
    conditions: list[ConditionLine] = []
    conditions_stated: Flag = False
    """The conditions of the tranches not requested yet are those of the form, and no others; otherwise they stay."""
    signatory_name: OptionalLine = None
    signatory_function: OptionalLine = None
    account_id: Annotated[int | None, optional(whole(1, 2**31 - 1))] = None
    article: OptionalLine = None
    text: LongText = None


class AmendmentSignatureForm(GroupSignatureForm):
    """The group's signature on an amendment, recorded with its scan when the authority signs."""


class ForceMajeureForm(Form):
    """A zone and a date from which delays stop, by an act (R18)."""

    place_id: Annotated[int, whole(1, 2**31 - 1)]
    starts_on: Day
    ends_on: OptionalDay = None
    act: LongLine
    reason: Paragraph
    scan: Any = None


class WhatIfForm(Form):
    """« et si… »: a date, expenses that would be accepted by then, conditions that would be met; one tranche, or all."""

    multiple = frozenset({"met"})

    on: OptionalDay = None
    accepted: Annotated[int | None, optional(get_args(Amount)[1])] = None
    tranche: Annotated[int | None, optional(whole(1, 30))] = None
    met: list[Annotated[int, whole(1, 2**31 - 1)]] = []


class TemplateForm(Form):
    """The next version of a template: its title, its first day, the act that adopts it, its text."""

    title: Annotated[str, text(200)]
    valid_from: Day
    source: LongLine
    body: Annotated[str, text(60_000, lines=True)]
