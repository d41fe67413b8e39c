"""What a person may type about micro-projects and visits."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from portfolio.kit.forms import (
    Day,
    Flag,
    Form,
    LongLine,
    OptionalDay,
    Paragraph,
    Reason,
    RecordId,
    optional,
    text,
    whole,
)

Story = Annotated[str | None, optional(text(5000, lines=True))]


class ActivityLine(Form):
    """A thing to do by a date."""

    label: LongLine
    due_on: OptionalDay = None


class IndicatorLine(Form):
    """A result to count, its unit and its target."""

    label: LongLine
    unit: Annotated[str | None, optional(text(60))] = None
    target: Annotated[int, whole(1, 10**9)]


class MeasureLine(Form):
    """What an indicator has reached, and why it differs from its target."""

    id: RecordId
    reached: Annotated[int, whole(0, 10**9)]
    gap_note: Annotated[str | None, optional(text(300))] = None


class MeasureForm(Form):
    """Indicators as they stand on a day, and what shows it. An indicator left blank keeps its last measure."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"measures": frozenset({"reached"})}

    measured_on: Day
    source: LongLine
    measures: list[MeasureLine] = []


class ProjectForm(Form):
    """A micro-project as people know it."""

    code: Annotated[str | None, optional(text(40))] = None
    title: Annotated[str | None, optional(text(300))] = None
    objectives: Story = None
    context: Story = None
    expected: Story = None
    hidden_place: Flag = False
    activities: list[ActivityLine] = []
    indicators: list[IndicatorLine] = []


class EditForm(ProjectForm):
    """The same, corrected; `version` guards against two people correcting at once."""

    version: Annotated[int, whole(1, 10**9)]


class VisitForm(Form):
    """A visit planned."""

    planned_on: Day
    team: Annotated[str | None, optional(text(300))] = None


class ReportForm(Form):
    """What a visit found; a remote check says why nobody went."""

    multiple: ClassVar[frozenset[str]] = frozenset({"photos"})

    visited_on: Day
    remote: Flag = False
    remote_reason: Annotated[str | None, optional(text(300))] = None
    team: LongLine
    planned_work: Story = None
    findings: Paragraph
    people_met: Story = None
    risks: Story = None
    action_points: Story = None
    photos: list[Any] = []


class AnswerLine(Form):
    """One answer of the checklist, with the measure taken against a risk."""

    code: Annotated[str, text(40)]
    answer: Literal["yes", "no", "not_applicable"]
    measure: Annotated[str | None, optional(text(500))] = None


class DoNoHarmForm(Form):
    """The checklist, whole."""

    answers: list[AnswerLine] = []


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason
