"""What may be typed about a file: the seven pages of the form, the deposit at the counter, the log of contacts.

On a page everything may stay blank, so that it can be saved as it is; what is typed must be readable. `needed` says what
makes a page complete; a file is submitted when all are.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from portfolio.kit.forms import (
    Count,
    Day,
    Flag,
    Form,
    Line,
    Paragraph,
    Phone,
    PositiveAmount,
    Reason,
    RecordId,
    fail,
    optional,
    read_amount,
    text,
    whole,
)
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _

Text = Annotated[str, text(200)]
Who = Literal["women", "youth", "cooperative", "committee", "association", "union"]


class PageForm(Form):
    """A page of the form. `version` is the edition of the page that was on the screen when typing began."""

    title_of: ClassVar[str] = ""
    labels: ClassVar[dict[str, str]] = {}
    needed: ClassVar[tuple[str, ...]] = ()

    version: Annotated[int | None, optional(whole(0, 999_999_999))] = None


class Row(BaseModel):
    """A row of a page; blank rows are dropped before they are read."""

    model_config = ConfigDict(extra="forbid")


class GroupPage(PageForm):
    """Who asks, and who may be called about the file."""

    title_of = N_("Applicant")
    labels = {
        "contact_name": N_("Person to contact"),
        "contact_capacity": N_("Function in the group"),
        "contact_phone": N_("Telephone of this person"),
        "general_assembly_on": N_("Date of the last general assembly"),
        "previous_grants": N_("Grants already received, from whom and for what"),
        "exact": N_("The information on the group is exact"),
    }
    needed = ("contact_name", "contact_capacity", "contact_phone", "exact")

    contact_name: Text = ""
    contact_capacity: Text = ""
    contact_phone: Phone = ""
    general_assembly_on: Day | None = None
    previous_grants: Paragraph = ""
    exact: Flag = False


class ProjectPage(PageForm):
    """What will be done, where and why."""

    title_of = N_("Project")
    labels = {
        "title": N_("Title of the micro-project"),
        "summary": N_("Summary"),
        "commune_id": N_("Commune where it takes place"),
        "village": N_("Village, quarter or site"),
        "need": N_("The need it answers"),
        "change": N_("What will be different at the end"),
    }
    needed = ("title", "summary", "commune_id", "need", "change")

    title: Text = ""
    summary: Paragraph = ""
    commune_id: RecordId | None = None
    village: Text = ""
    need: Paragraph = ""
    change: Paragraph = ""


class PeoplePage(PageForm):
    """People reached: directs counted, indirects estimated, never added together (R13)."""

    title_of = N_("People reached")
    labels = {
        "women": N_("Women and girls reached directly"),
        "men": N_("Men and boys reached directly"),
        "youth": N_("of whom 15 to 35 years old"),
        "displaced": N_("of whom displaced people"),
        "disabled": N_("of whom people with a disability"),
        "indirect": N_("People reached indirectly (estimate)"),
        "chosen": N_("How these people are chosen"),
        "tensions": N_("Tensions that the project could cause, and how to avoid them"),
    }
    needed = ("women", "men", "chosen", "tensions")

    women: Count | None = None
    men: Count | None = None
    youth: Count | None = None
    displaced: Count | None = None
    disabled: Count | None = None
    indirect: Annotated[int | None, whole(0, 10_000_000)] = None
    chosen: Paragraph = ""
    tensions: Paragraph = ""


class ActivityRow(Row):
    """An activity and the months it takes, counted from the start."""

    label: Annotated[str | None, optional(text(200))] = None
    first: Annotated[int | None, optional(whole(1, 60))] = None
    last: Annotated[int | None, optional(whole(1, 60))] = None
    who: Annotated[str | None, optional(text(120))] = None


class ActivitiesPage(PageForm):
    """What is done, month by month."""

    title_of = N_("Activities")
    labels = {
        "rows": N_("Activities"),
        "results": N_("Results expected"),
        "partners": N_("Partners and technical services"),
    }
    needed = ("rows", "results")

    rows: list[ActivityRow] = []
    results: Paragraph = ""
    partners: Paragraph = ""


class BudgetRow(Row):
    """A line of the budget; S asked from the grant, N own contribution in cash, V in kind and valued."""

    label: Annotated[str | None, optional(text(200))] = None
    unit: Annotated[str | None, optional(text(60))] = None
    quantity: Annotated[int | None, optional(whole(1, 1_000_000))] = None
    price: Annotated[int | None, optional(BeforeValidator(read_amount))] = None
    source: Literal["S", "N", "V", ""] = ""


class BudgetPage(PageForm):
    """The budget, line by line."""

    title_of = N_("Budget")
    labels = {"lines": N_("Budget lines")}
    needed = ("lines",)

    lines: list[BudgetRow] = []


class ContributionPage(PageForm):
    """How long it lasts, where the own contribution comes from, and what happens afterwards."""

    title_of = N_("Contribution and duration")
    labels = {
        "months": N_("Duration in months"),
        "start_on": N_("Date of start wished"),
        "cash_from": N_("Where the contribution in cash comes from"),
        "kind_how": N_("How the contribution in kind was valued"),
        "after": N_("How it goes on after the grant"),
    }
    needed = ("months", "after")

    months: Annotated[int | None, whole(1, 60)] = None
    start_on: Day | None = None
    cash_from: Text = ""
    kind_how: Text = ""
    after: Paragraph = ""


class PiecesPage(PageForm):
    """The papers: each is attached on its own."""

    title_of = N_("Papers")
    labels = {"remarks": N_("Remarks on the papers")}

    remarks: Paragraph = ""


PAGES: dict[str, type[PageForm]] = {
    "group": GroupPage,
    "project": ProjectPage,
    "people": PeoplePage,
    "activities": ActivitiesPage,
    "budget": BudgetPage,
    "contribution": ContributionPage,
    "pieces": PiecesPage,
}
"""The seven pages in their order; they may be filled in any."""


class StartForm(Form):
    """Open a file: which call, for which group."""

    call_id: RecordId
    group_id: RecordId


def _certified(value: object) -> bool:
    if value not in (True, "on", "1", "true", "yes"):
        raise fail("certified", _("Tick the box: it says that you answer for what the file holds."))
    return True


class SubmitForm(Form):
    """The last word before filing: the information is exact."""

    certified: Annotated[bool, BeforeValidator(_certified)] = Field(default=False, validate_default=True)


class DepositForm(Form):
    """The deposit at the counter (R15): call; group found or created; depositor; sum; papers; envelopes."""

    multiple = frozenset({"pieces"})

    call_id: RecordId
    group_id: RecordId | None = None
    q: Text = ""
    new_name: Text = ""
    new_category: Who | None = None
    new_place_id: RecordId | None = None
    depositor: Line
    depositor_capacity: Line
    depositor_phone: Phone
    requested: PositiveAmount
    pieces: list[Annotated[str, text(40)]] = []
    envelopes: Annotated[int, whole(1, 99)] = 1
    place: Text = ""


class ReasonForm(Form):
    """A move that needs a reason and nothing else."""

    reason: Reason


class ContactForm(Form):
    """A contact about a file, logged in ten seconds: how, with whom, what came out of it."""

    channel: Literal["phone", "message", "visit", "letter", "counter"] = "phone"
    person: Text = ""
    result: Annotated[str, text(1000, 3, lines=True)]


class CloseRegisterForm(Form):
    """The closing of the register: where, and what was seen."""

    place: Line
    observations: Paragraph = ""


class OfficerForm(Form):
    """Who takes charge of these files."""

    multiple = frozenset({"ids"})

    ids: list[RecordId] = []
    officer_id: RecordId
    confirmed: Flag = False


class FollowForm(Form):
    """What a depositor types to know where the file stands: the number and the code of the récépissé."""

    number: Annotated[str, text(40)]
    code: Annotated[str, text(20)]


def shown_day(value: object) -> date | None:
    """A date of the answers, which are kept as JSON."""
    return date.fromisoformat(value) if isinstance(value, str) and value else None
