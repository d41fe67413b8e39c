"""What a person may type about frameworks and tags."""

from __future__ import annotations

from typing import Annotated, ClassVar

from portfolio.kit.forms import Form, LongLine, OptionalDay, Paragraph, Reason, optional, text, whole

OptionalText = Annotated[str, text(300, 0)]


class FrameworkForm(Form):
    """A framework, or a new version of one."""

    multiple: ClassVar[frozenset[str]] = frozenset({"territory"})
    code: Annotated[str, text(40, 2)]
    title: LongLine
    edition: Annotated[str, text(20)] = "1"
    territory: list[str]
    starts_on: OptionalDay = None
    ends_on: OptionalDay = None
    act: OptionalText = ""
    source: OptionalText = ""


class ObjectiveForm(Form):
    """A node of a draft framework's tree."""

    code: Annotated[str, text(40)]
    title: Paragraph
    parent_id: Annotated[int | None, optional(whole(1, 2_000_000_000))] = None


class CrosswalkForm(Form):
    """An objective of this framework that answers to one of another."""

    from_id: Annotated[int, whole(1, 2_000_000_000)]
    to_id: Annotated[int, whole(1, 2_000_000_000)]
    note: OptionalText = ""


class ReasonForm(Form):
    """A move that needs only its reason."""

    reason: Reason


class TagLine(Form):
    """One objective and its weight; an empty weight tags nothing."""

    objective_id: Annotated[int, whole(1, 2_000_000_000)]
    weight: Annotated[int | None, optional(whole(0, 100))] = None


class TagForm(Form):
    """The weights of a record, one line for each objective."""

    lines: list[TagLine] = []
