"""What a person may type about audit missions: shape only."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from portfolio.kit.forms import (
    Day,
    Form,
    LongLine,
    OptionalAmount,
    OptionalDay,
    OptionalId,
    OptionalLine,
    Paragraph,
    Reason,
    RecordId,
    optional,
    text,
    whole,
)

Kind = Literal["internal", "external", "donor"]
Scope = Literal["fund", "call", "agreement", "exercice", "period"]
Level = Literal["high", "medium", "low"]


class OpenForm(Form):
    """A mission: what it looks at, over which period, and who does it."""

    multiple: ClassVar[frozenset[str]] = frozenset({"auditors"})
    kind: Kind
    title: LongLine
    firm: OptionalLine = None
    scope: Scope
    fund_id: OptionalId = None
    call_id: OptionalId = None
    agreement: OptionalLine = None
    exercice: Annotated[int | None, optional(whole(2000, 2100))] = None
    from_on: Day
    to_on: Day
    auditors: list[RecordId] = []


class CommunicateForm(Form):
    """Until when the audited may answer; the usual delay when nothing is said."""

    answers_due_on: OptionalDay = None


class FindingForm(Form):
    """What was found, how grave it is, how much it questions and what it points at."""

    category: Annotated[str, text(40)]
    severity: Level
    title: LongLine
    account: Paragraph
    questioned: OptionalAmount = None
    about: OptionalLine = None
    version: Annotated[int | None, optional(whole(1, 999_999))] = None


class AnswerForm(Form):
    """The answer of the audited, and what they agree to have paid back."""

    answer: Annotated[str, text(5000, 10, lines=True)]
    agreed: OptionalAmount = None


class JudgeForm(Form):
    """What the auditors say to the answer."""

    position: Reason


class ReasonForm(Form):
    """Why."""

    reason: Reason


class SplitForm(Form):
    """How each franc of the questioned amount is settled: what is not named stays pending."""

    accepted: OptionalAmount = None
    refunded: OptionalAmount = None
    impaired: OptionalAmount = None
    impaired_act: OptionalLine = None
    settlement: Reason


class OrderForm(Form):
    """The order to repay by which the money comes back."""

    recovery_id: RecordId


class RecommendForm(Form):
    """An action: what, who, until when."""

    action: Annotated[str, text(2000, 10, lines=True)]
    responsible_id: RecordId
    due_on: Day


class DoneForm(Form):
    """What was done, with its proof."""

    evidence: Annotated[str, text(2000, 10, lines=True)]
    proof: Any = None


class PostponeForm(Form):
    """A later day, and why."""

    due_on: Day
    reason: Reason
