"""What a person may type about people reached, counts and pairs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from portfolio.kit.forms import Day, Form, Line, LongLine, Phone, Reason, optional, text, whole

Sex = Literal["F", "M", "unknown"]
Band = Literal["0-14", "15-24", "25-35", "36-59", "60+", "unknown"]
Displacement = Literal["host", "displaced", "returned", "refugee", "unknown"]
Year = Annotated[int | None, optional(whole(1900, 2100))]
Age = Annotated[int | None, optional(whole(0, 120))]
OptionalPhone = Annotated[str | None, optional(Phone.__metadata__[0])]
Village = Annotated[str | None, optional(text(120))]


class PersonRow(Form):
    """One person of the grid: a year of birth, or an age from which it is worked out."""

    full_name: Line
    sex: Sex = "unknown"
    birth_year: Year = None
    age: Age = None
    village: Village = None
    phone: OptionalPhone = None
    displacement: Displacement = "unknown"
    disability: Literal["", "yes", "no"] = ""


class PeopleForm(Form):
    """A page of the grid: the same assistance on the same day for all its rows."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {
        "lines": frozenset({"full_name", "birth_year", "age", "village", "phone"})
    }
    received_on: Day
    assistance: Line
    lines: list[PersonRow] = []


class PersonForm(PersonRow):
    """One person, with the assistance."""

    received_on: Day
    assistance: Line


class CorrectForm(PersonRow):
    """A correction of a person, with its reason."""

    received_on: Day
    reason: Reason


class ErasureForm(Form):
    """Why somebody's data are to be erased: a code, never a sentence."""

    basis: Literal["asked", "kept_long_enough", "entered_by_mistake"]


class CountRow(Form):
    """So many people of a sex, an age band and a situation."""

    sex: Sex = "unknown"
    band: Band = "unknown"
    displacement: Displacement = "unknown"
    people: Annotated[int, whole(1, 1_000_000)]


class CountsForm(Form):
    """People counted without names, or estimated: on which day, and how."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"lines": frozenset({"people"})}
    kind: Literal["counted", "indirect"]
    on: Day
    method: LongLine
    lines: list[CountRow] = []


class CountForm(CountRow):
    """One count."""

    kind: Literal["counted", "indirect"]
    on: Day
    method: LongLine


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason: Reason


class DecideForm(Form):
    """What a second person decides of a pair, and why."""

    decision: Literal["same", "different"]
    reason: Reason
