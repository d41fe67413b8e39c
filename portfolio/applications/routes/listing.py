"""The lists of files: filed, and drafts."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from portfolio.applications.models import CHANNELS, Application
from portfolio.applications.queries import lists
from portfolio.applications.queries.record import channel_text
from portfolio.groups.models import CATEGORIES
from portfolio.groups.queries import category_text
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

COUNTRIES = (("ML", N_("Mali")), ("BF", N_("Burkina Faso")), ("NE", N_("Niger")))
TO_SCREEN = ("submitted", "pieces_requested", "admissible")


def statuses(_work: Work) -> list[tuple[str, str]]:
    """Every status, those to screen together first, drafts last."""
    named = [(s.code, pgettext(APPLICATION.noun, s.label)) for s in APPLICATION.states if s.code != "draft"]
    return [("to_screen", _("To be screened")), *named, ("draft", pgettext("application", "Drafts"))]


def _status(_work: Work, value: str) -> ColumnElement[bool] | None:
    if value == "draft":
        return None
    return Application.status.in_(TO_SCREEN) if value == "to_screen" else Application.status == value


COLUMNS = (
    Column("reference", N_("Number"), "link", sort=Application.reference, href="/applications/{id}"),
    Column("title", N_("Project")),
    Column("group", N_("Applicant")),
    Column("place", N_("Commune")),
    Column("call", N_("Call")),
    Column("requested", N_("Requested (F CFA)"), "money", sort=Application.requested_minor, total=True),
    Column("filed", N_("Filed on"), "moment", sort=Application.submitted_at),
    Column("status", N_("Status"), "status", cycle=APPLICATION),
    Column("officer", N_("Officer in charge")),
)
FILTERS = (
    Search(Application.search, where=lists.search),
    Choice("status", N_("Status"), statuses, where=_status),
    Choice("call", N_("Call"), lists.call_options, Application.call_id),
    Choice("country", N_("Country"), lambda _w: [(c, _(n)) for c, n in COUNTRIES], Application.country),
    Choice(
        "category",
        N_("Category"),
        lambda _w: [(c, category_text(c)) for c in CATEGORIES],
        where=lists.by_category,
    ),
    Choice(
        "channel", N_("Channel"), lambda _w: [(c, channel_text(c)) for c in CHANNELS], Application.channel
    ),
    Choice("officer", N_("Officer in charge"), lists.officer_options, Application.officer_id),
    Choice(
        "due",
        N_("Papers requested"),
        lambda _w: [("late", _("Deadline passed")), ("running", _("Deadline running"))],
        where=lists.due_clause,
    ),
    Period("since", N_("Filed from"), Application.submitted_at, moment=True),
    Period("until", N_("Filed until"), Application.submitted_at, side="to", moment=True),
)
BULK = (("take", N_("Put in the charge of…"), "application:screen"),)

FILES = Listing(
    name="applications",
    title=N_("Files"),
    route="applications.index",
    statement=lists.statement,
    counted=lists.counted,
    columns=COLUMNS,
    filters=FILTERS,
    id_column=Application.id,
    default_sort="-filed",
    new_url="/applications/deposit",
    new_label=N_("Deposit at the counter"),
    new_permission="filing:receive",
    empty_title=N_("No file here"),
    empty_text=N_("Remove a filter, or register a file received at the counter."),
    bulk=BULK,
    template="applications/index.html",
)
DRAFTS = Listing(
    name="applications",
    title=N_("Files not filed yet"),
    route="applications.index",
    statement=lambda work: lists.statement(work, drafts=True),
    counted=lambda work: lists.counted(work, drafts=True),
    columns=COLUMNS,
    filters=FILTERS,
    id_column=Application.id,
    default_sort="-filed",
    empty_title=N_("No draft"),
    empty_text=N_("Drafts appear here as soon as a group opens a file online."),
    template="applications/index.html",
)
