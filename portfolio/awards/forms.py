"""What a person may type about commitments, decisions and letters."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from portfolio.kit.forms import Day, Form, Line, Reason, RecordId, optional, text, whole


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason: Reason


class UnreserveForm(Form):
    """The reservation to lift, and why."""

    reservation: RecordId
    reason: Reason


class DecisionForm(Form):
    """The visas of the decision (« Vu … »), one a line; the rest is taken from the minutes."""

    preamble: Annotated[str | None, optional(text(5000, lines=True))] = None


class PrepareNoticesForm(Form):
    """Dates printed in the letters."""

    reply_by: Day | None = None
    valid_until: Day | None = None


class ReceiveForm(Form):
    """An accusé de réception: when, who, how (R11)."""

    received_on: Day
    received_person: Line
    received_channel: Literal["hand", "post", "email", "whatsapp", "commune", "other"]


class BulkForm(Form):
    """Ticked letters and what to do with them."""

    multiple: ClassVar[frozenset[str]] = frozenset({"ids"})
    ids: list[Annotated[int, whole(1, 999_999_999)]] = []
    verb: Literal["check", "send"]
