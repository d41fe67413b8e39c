"""What is typed while a file is screened: the state of each paper, the tests, the letter, what came back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from portfolio.kit.forms import Day, Flag, Form, Line, Reason, RecordId, optional, text

State = Literal["absent", "present", "illegible", "expired", "nonconforming", "waived", "not_needed"]


class Row(BaseModel):
    """A row of a grid."""

    model_config = ConfigDict(extra="forbid")


class PieceRow(Row):
    """The state of one paper and a word about it."""

    code: Annotated[str, text(40)]
    state: State
    note: Annotated[str | None, optional(text(200))] = None


class PiecesForm(Form):
    """The whole grid of papers, sent at once."""

    pieces: list[PieceRow] = []


class JudgedRow(Row):
    """One test: `met` as judged, with the note that a judgement other than the computed one needs."""

    code: Annotated[str, text(40)]
    met: Literal["yes", "no"]
    note: Annotated[str | None, optional(text(200))] = None


class JudgedForm(Form):
    """The tests of a file, sent at once."""

    tests: list[JudgedRow] = []


class ReasonForm(Form):
    """A verdict with its reason."""

    reason: Reason


class AskRow(Row):
    """What is expected for one paper."""

    code: Annotated[str, text(40)]
    expected: Annotated[str | None, optional(text(200))] = None


class RequestForm(Form):
    """The letter that asks for papers. Its deadline is not typed: it is the same for all in the same case."""

    items: list[AskRow] = []


class ReceivedForm(Form):
    """The acknowledgement of a letter: the day from which delays run (R11)."""

    received_on: Day
    received_by: Line
    channel: Literal["hand", "post", "message", "email"] = "hand"


class AnswerForm(Form):
    """The day on which the papers came in."""

    answered_on: Day


class BulkForm(Form):
    """Files ticked in the list, the verb, and the word that the preview was read."""

    multiple = frozenset({"ids"})

    ids: list[RecordId] = []
    verb: Literal["admit", "find_eligible", "request_pieces"]
    confirmed: Flag = False
