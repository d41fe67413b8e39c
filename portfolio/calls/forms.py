"""What may be typed about a call, section by section, and about its questions and corrections: shape only."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from portfolio.kit.forms import (
    Day,
    Flag,
    Form,
    LongLine,
    MomentField,
    Percent,
    PositiveAmount,
    Reason,
    fail,
    optional,
    read_amount,
    text,
    whole,
)
from portfolio.kit.i18n import gettext as _

Version = Annotated[int | None, optional(whole(1, 1_000_000))]
MaybeDay = Annotated[date | None, optional(Day.__metadata__[0])]
RowId = Annotated[int, whole(1, 999_999_999)]
Who = Literal["women", "youth", "cooperative", "committee", "association", "union"]
Share = Literal["women", "youth", "woman_president"]
MAX_LINES = 60


def _code(value: object) -> str:
    cleaned = value.strip().upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{2,39}", cleaned):
        raise fail("code", _("Use 3 to 40 capital letters, figures and hyphens, for example AAP-2026-03."))
    return cleaned


def _item(value: object) -> str:
    cleaned = value.strip().lower().replace("-", "_") if isinstance(value, str) else ""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,38}", cleaned):
        raise fail("code", _("Use a short code in letters without accents, for example legal_paper."))
    return cleaned


def _sentences(value: object) -> list[str]:
    """One sentence a line."""
    if isinstance(value, list):
        return [str(v) for v in value]
    cleaned = text(12_000, 0, lines=True).func(value if value is not None else "")
    found = [line.strip(" -•–\t") for line in cleaned.split("\n")]
    found = [line for line in found if line]
    if len(found) > MAX_LINES:
        raise fail("rows", _("There are too many lines: %(max)d at most.") % {"max": MAX_LINES})
    if any(len(line) > 400 for line in found):
        raise fail("long", _("Shorten each line to 400 characters at most."))
    return found


CallCode = Annotated[str, BeforeValidator(_code)]
ItemCode = Annotated[str, BeforeValidator(_item)]
Sentences = Annotated[list[str], BeforeValidator(_sentences)]


class Row(BaseModel):
    """A row of a section; blank rows are dropped before they are read."""

    model_config = ConfigDict(extra="forbid")


class Section(Form):
    """A section of the call. `version` is that of the page that was read (C05); `then` is the button that was pressed."""

    version: Version = None
    then: Literal["next", "stay", ""] = ""


class CreateForm(Form):
    """The least that makes a call: its code, title, exercice, sums and dates. The rest follows by sections."""

    code: CallCode
    title: Annotated[str, text(300, 5)]
    exercice: Annotated[int, whole(2000, 2100)]
    envelope: PositiveAmount
    floor: PositiveAmount
    ceiling: PositiveAmount
    opens_at: MomentField
    closes_at: MomentField


class IdentityForm(Section):
    """What the call is, and whom to ask."""

    code: CallCode
    title: Annotated[str, text(300, 5)]
    summary: Annotated[str | None, optional(text(3000, 20, lines=True))] = None
    exercice: Annotated[int, whole(2000, 2100)]
    contact: Annotated[str | None, optional(text(300))] = None
    complaints_contact: Annotated[str | None, optional(text(300))] = None
    corruption_contact: Annotated[str | None, optional(text(300))] = None


class LineRow(Row):
    """So much of the envelope from a budget line."""

    budget_line_id: RowId
    amount: PositiveAmount


class ShareRow(Row):
    """At least so many percent of the envelope for a category."""

    category: Share
    percent: Annotated[int, whole(1, 100)]


class CapRow(Row):
    """At most so many percent of each grant for a category of costs; `words`: what the labels of its budget lines hold."""

    category: Annotated[str, text(100, 3)]
    percent: Percent
    words: Annotated[str, text(300, 3)]


class MoneyForm(Section):
    """The envelope, where it comes from, what may be asked."""

    envelope: PositiveAmount
    floor: PositiveAmount
    ceiling: PositiveAmount
    own_contribution_percent: Percent
    cash_exempt_displaced: Flag = False
    refused_expenses: Sentences = []
    lines: list[LineRow] = []
    shares: list[ShareRow] = []
    caps: list[CapRow] = []


class CalendarForm(Section):
    """Every date, in the order of the life of the call. Hours are universal time."""

    opens_at: MomentField
    closes_at: MomentField
    questions_until: MaybeDay = None
    answers_on: MaybeDay = None
    answers_where: Annotated[str | None, optional(text(300))] = None
    pieces_by: MaybeDay = None
    scoring_from: MaybeDay = None
    scoring_until: MaybeDay = None
    session_on: MaybeDay = None
    decision_on: MaybeDay = None
    notification_on: MaybeDay = None
    appeal_days: Annotated[int, whole(0, 365)]
    appeal_to: Annotated[str | None, optional(text(300))] = None


class ApplicantsForm(Section):
    """Who may apply, from where, with how many files, and where they are handed in."""

    multiple: ClassVar[frozenset[str]] = frozenset({"categories", "places"})
    categories: list[Who] = []
    min_members: Annotated[int, whole(1, 10_000)]
    min_age_months: Annotated[int, whole(0, 600)]
    min_youth_percent: Percent
    max_months: Annotated[int, whole(1, 60)]
    max_files: Annotated[int, whole(1, 20)]
    excluded: Sentences = []
    places: list[RowId] = []
    more_places: Annotated[str | None, optional(text(2000, lines=True))] = None
    filing_place: Annotated[str | None, optional(text(1500, lines=True))] = None
    filing_hours: Annotated[str | None, optional(text(300))] = None
    copies: Annotated[int, whole(1, 10)]


class PieceRow(Row):
    """A paper to hand in: for all, for a category, above an amount, or on a condition in words."""

    code: ItemCode
    label: LongLine
    only_for: Who | None = None
    needed_from: Annotated[int | None, optional(BeforeValidator(read_amount))] = None
    condition: Annotated[str | None, optional(text(300))] = None


class PiecesForm(Section):
    """The papers of the file, in the order of the notice."""

    pieces: list[PieceRow] = []


class CriterionRow(Row):
    """A criterion with the six levels that its marks describe."""

    code: ItemCode
    label: LongLine
    guidance: Annotated[str | None, optional(text(1500, lines=True))] = None
    weight: Annotated[int, whole(1, 100)]
    floor: Annotated[int | None, optional(whole(0, 100))] = None
    tie_rank: Annotated[int | None, optional(whole(1, 20))] = None
    level_0: Annotated[str | None, optional(text(400))] = None
    level_1: Annotated[str | None, optional(text(400))] = None
    level_2: Annotated[str | None, optional(text(400))] = None
    level_3: Annotated[str | None, optional(text(400))] = None
    level_4: Annotated[str | None, optional(text(400))] = None
    level_5: Annotated[str | None, optional(text(400))] = None

    @property
    def levels(self) -> list[str]:
        """What each mark from 0 to 5 means; blank where it was not written yet."""
        return [getattr(self, f"level_{n}") or "" for n in range(6)]


class GridForm(Section):
    """The grid: criteria, floor of the total, spread that calls for one more assessor, assessors a file."""

    criteria: list[CriterionRow] = []
    score_floor: Percent
    spread_limit: Annotated[int, whole(1, 100)]
    assessors_needed: Annotated[int, whole(1, 5)]


class TagRow(Row):
    """So many percent to an objective."""

    objective_id: RowId
    weight: Annotated[int, whole(1, 100)]


class ObjectivesForm(Section):
    """The objectives served: 100 % in each framework in force on the places of the call."""

    objectives: list[TagRow] = []


class CorrectionForm(Form):
    """« Avis rectificatif »: the deadline put off, the dates that follow it, and why."""

    closes_at: MomentField
    questions_until: MaybeDay = None
    answers_on: MaybeDay = None
    pieces_by: MaybeDay = None
    scoring_from: MaybeDay = None
    scoring_until: MaybeDay = None
    session_on: MaybeDay = None
    decision_on: MaybeDay = None
    notification_on: MaybeDay = None
    reason: Reason


class QuestionForm(Form):
    """A question about a call, asked by anybody."""

    text: Annotated[str, text(2000, 15, lines=True)]


class AnswerForm(Form):
    """The answer published to all."""

    answer: Annotated[str, text(4000, 5, lines=True)]


class FinaliseForm(Form):
    """How the call ended, and why (C10)."""

    outcome: Literal["awarded", "no_candidate", "abandoned"]
    reason: Reason


class ReasonForm(Form):
    """An act that needs its reason."""

    reason: Reason


__all__ = [
    "AnswerForm",
    "ApplicantsForm",
    "CalendarForm",
    "CorrectionForm",
    "CreateForm",
    "CriterionRow",
    "FinaliseForm",
    "GridForm",
    "IdentityForm",
    "LineRow",
    "MoneyForm",
    "ObjectivesForm",
    "PieceRow",
    "PiecesForm",
    "QuestionForm",
    "ReasonForm",
    "Section",
    "ShareRow",
    "TagRow",
]
