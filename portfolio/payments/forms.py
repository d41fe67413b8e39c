"""What a person may type about batches of payments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from portfolio.kit.forms import (
    Amount,
    Count,
    Form,
    OptionalAmount,
    OptionalId,
    PositiveAmount,
    Reason,
    RecordId,
    optional,
    text,
)


class BatchForm(Form):
    """A new batch: the account it leaves from, the layout of its file, and the payments ticked."""

    multiple: ClassVar[frozenset[str]] = frozenset({"payments"})
    treasury_account_id: RecordId
    profile: Annotated[str, text(40)]
    payments: list[RecordId] = []


class AddForm(Form):
    """More ordered payments for a draft."""

    multiple: ClassVar[frozenset[str]] = frozenset({"payments"})
    payments: list[RecordId] = []


class SignForm(Form):
    """A signature on a batch: the total and the number of lines typed by hand, and what the page showed (M10, M16)."""

    total: PositiveAmount
    count: Count
    content_hash: Annotated[str, text(64, 64)]
    balance_seen: Amount


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason


class StatementForm(Form):
    """A statement: its account, its file, and its balance at the end when the file does not say it."""

    treasury_account_id: RecordId
    file: Any = None
    closing: OptionalAmount = None


class MatchForm(Form):
    """The movement that a line is."""

    movement: Annotated[str, text(100)]


class ChargeForm(Form):
    """A fee: the fund that bears it, where the account holds the money of several."""

    fund_id: OptionalId = None


class ReconcileForm(Form):
    """The statement or the count that the books are set against."""

    source: Annotated[str, text(40)]


NOTES = (10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5, 1)
"""Notes and coins of the franc CFA (UEMOA), the largest first."""


class PieceLine(Form):
    """How many of one note or coin."""

    value: RecordId
    count: Count


class CountForm(Form):
    """A cash box counted: how many of each note and coin, and why the total differs from the books, when it does."""

    treasury_account_id: RecordId
    told_by: ClassVar[Mapping[str, frozenset[str]]] = {"pieces": frozenset({"count"})}
    pieces: list[PieceLine] = []
    reason: Annotated[str | None, optional(text(300, 10))] = None
