"""What an assessor, a secretary or an officer may type about scores."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from portfolio.kit.forms import Amount, Flag, Form, Reason, fail, optional, text, whole
from portfolio.kit.i18n import gettext as _

PersonId = Annotated[int, whole(1, 999_999_999)]
Long = Annotated[str | None, optional(text(5000, lines=True))]


def _mark(value: object) -> str:
    chosen = "" if value is None else str(value).strip()
    if chosen not in ("", "na", "0", "1", "2", "3", "4", "5"):
        raise fail("mark", _("Choose a mark from 0 to 5, or « not applicable »."))
    return chosen


class MarkLine(BaseModel):
    """One criterion: the mark (blank while undecided, `na` for an abstention) and its justification."""

    model_config = ConfigDict(extra="forbid")
    criterion: Annotated[int, whole(1, 999_999_999)]
    value: Annotated[str, BeforeValidator(_mark)] = ""
    justification: Annotated[str | None, optional(text(3000, lines=True))] = None


class SheetForm(Form):
    """The whole sheet; saved as a draft as often as wanted."""

    marks: list[MarkLine] = []
    strengths: Long = None
    weaknesses: Long = None
    conditions: Long = None
    questioned: Long = None
    suggested_minor: Amount | None = None
    version: Annotated[int | None, optional(whole(1, 999_999_999))] = None
    then: Literal["", "lock"] = ""


class AssignForm(Form):
    """One or several assessors for one file."""

    multiple: ClassVar[frozenset[str]] = frozenset({"assessors"})
    assessors: list[PersonId]


class BalanceForm(Form):
    """Share the files out between assessors, so many a file."""

    multiple: ClassVar[frozenset[str]] = frozenset({"assessors"})
    assessors: list[PersonId]
    per_file: Annotated[int, whole(1, 9)] = 2


class DeclineForm(Form):
    """A conflict of interest, or another reason not to assess."""

    kind: Literal["conflict", "not_my_field", "too_many"]
    reason: Reason


class ExtraForm(Form):
    """One more assessor after a wide spread."""

    assessor_id: PersonId
    reason: Reason


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason: Reason


def _tenths(value: object) -> int:
    cleaned = str(value or "").strip().replace("\u00a0", "").replace(".", ",")
    whole_part, comma, rest = cleaned.partition(",")
    good = whole_part.isascii() and whole_part.isdigit() and len(whole_part) <= 3
    good = good and (not comma or (len(rest) == 1 and rest.isascii() and rest.isdigit()))
    tenths = int(whole_part) * 10 + int(rest or 0) if good else -1
    if not 0 <= tenths <= 1000:
        raise fail("score", _("Enter a mark from 0 to 100, with at most one decimal, for example 72,5."))
    return tenths


class SettleForm(Form):
    """The mark that the committee settles beside the mean, and why (R19)."""

    score: Annotated[int, BeforeValidator(_tenths)]
    reason: Annotated[str, text(300, 10)]


class PaperForm(SheetForm):
    """A sheet signed on paper, entered by the secretary."""

    signed: Flag = False
