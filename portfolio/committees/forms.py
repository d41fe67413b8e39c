"""What a person may type about committees, sessions, votes and minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal

from portfolio.kit.forms import (
    Amount,
    Flag,
    Form,
    Hour,
    Line,
    LongLine,
    MomentField,
    OptionalLine,
    Paragraph,
    Reason,
    optional,
    text,
    whole,
)

Proposal = Literal["favourable", "revised", "waiting_list", "adjourned", "unfavourable"]
Voices = Annotated[int, whole(0, 99)]
PersonId = Annotated[int, whole(1, 999_999_999)]


def moment_of(hour: str | None, day: date, now: datetime) -> datetime:
    """The moment of an hour typed on a given day, in UTC; the present moment when the field was left blank."""
    if hour is None:
        return now
    hours, minutes = (int(part) for part in hour.split(":"))
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=UTC)


class CommitteeForm(Form):
    """A committee and its quorum, as the act that creates it says."""

    name: LongLine
    kind: Literal["selection", "procurement", "reception"]
    act: LongLine
    voices: Annotated[int, whole(1, 99)]
    quorum: Annotated[int, whole(1, 99)]
    second_quorum: Annotated[int, whole(1, 99)]
    casting_vote: Flag = False
    code: Annotated[str | None, optional(text(40))] = None


class SeatForm(Form):
    """A person appointed to a seat, by an act."""

    person_id: PersonId
    function: Literal["president", "vice_president", "secretary", "member"] = "member"
    capacity: Literal["titular", "substitute", "observer"] = "titular"
    voice: Literal["deliberative", "consultative"] = "deliberative"
    structure: OptionalLine = None
    act: OptionalLine = None


class PlanForm(Form):
    """A session to come: where, when, about what."""

    place: Line
    room: OptionalLine = None
    scheduled_at: MomentField
    agenda: Annotated[str | None, optional(text(5000, lines=True))] = None


class DeclareForm(Form):
    """One file: no link, or which one."""

    linked: Literal["no", "yes"]
    nature: OptionalLine = None


class DeclareAllForm(Form):
    """Every file of a session at once: the ones ticked are those with which there is a link."""

    multiple: ClassVar[frozenset[str]] = frozenset({"linked"})
    linked: list[Annotated[int, whole(1, 999_999_999)]] = []
    nature: OptionalLine = None
    sworn: Flag = False


class HourForm(Form):
    """An arrival or a departure; a substitute says whom they replace."""

    hour: Hour = None
    replaces_id: Annotated[int | None, optional(whole(1, 999_999_999))] = None


class ExcuseForm(Form):
    """Why a member is absent, or did not sign."""

    reason: LongLine


class RecuseForm(Form):
    """Who leaves the room for one file, why and when."""

    person_id: PersonId
    reason: LongLine
    hour: Hour = None


class ProposeForm(Form):
    """The proposal of the committee on one file, with its votes."""

    proposal: Proposal
    votes_for: Voices
    votes_against: Voices = 0
    abstentions: Voices = 0
    casting: Flag = False
    proposed_minor: Amount | None = None
    reason: Annotated[str | None, optional(text(2000, lines=True))] = None
    conditions: Annotated[str | None, optional(text(2000, lines=True))] = None
    rank_waiver: Annotated[str | None, optional(text(2000, lines=True))] = None
    dissent: Annotated[str | None, optional(text(2000, lines=True))] = None


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason: Reason


class CloseForm(Form):
    """Remarks that the minutes keep."""

    remarks: Annotated[str | None, optional(text(5000, lines=True))] = None


class CorrectForm(Form):
    """A last correction of the minutes before anybody signs."""

    remarks: Paragraph
