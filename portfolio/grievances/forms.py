"""What a person may type about complaints."""

from __future__ import annotations

from typing import Annotated, Literal

from portfolio.kit.forms import Day, Flag, Form, OptionalId, Paragraph, Phone, Reason, optional, text, whole

Category = Literal["choice", "quality", "delay", "sharing", "fraud", "abuse", "conflict", "other"]
Channel = Literal["phone", "paper", "box", "visit", "counter"]
Country = Literal["ML", "BF", "NE"]


class RecordForm(Form):
    """A complaint as it is received; whoever asks not to be named is not named."""

    category: Category
    sensitive: Flag = False
    channel: Channel
    received_on: Day
    country: Annotated[Country | None, optional(text(2))] = None
    project_id: OptionalId = None
    reporter: Annotated[str | None, optional(text(200))] = None
    reporter_phone: Annotated[str | None, optional(Phone.__metadata__[0])] = None
    account: Paragraph


class AssignForm(Form):
    """Who looks into it."""

    assignee_id: Annotated[int, whole(1, 999_999_999)]


Closing = Annotated[str | None, optional(text(2000, lines=True))]


class NoteForm(Form):
    """A step: what was done or decided."""

    text: Reason


class AnswerForm(Form):
    """The answer proposed."""

    answer: Reason


class CloseForm(Form):
    """What was said to the person, and how."""

    text: Closing = None
