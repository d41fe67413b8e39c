"""Addresses of screening: the list, the page of a file, the verdicts, the letter, several files at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from starlette.responses import Response

from portfolio.applications import queries as applications
from portfolio.applications.models import Application
from portfolio.applications.queries import lists
from portfolio.groups.models import CATEGORIES, Group
from portfolio.groups.queries import category_text
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.screening import queries, service
from portfolio.screening.forms import (
    AnswerForm,
    BulkForm,
    JudgedForm,
    PiecesForm,
    ReasonForm,
    ReceivedForm,
    RequestForm,
)
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("screening")
HERE = (
    "request_pieces",
    "receive_pieces",
    "admit",
    "declare_inadmissible",
    "find_eligible",
    "declare_ineligible",
    "reinstate",
)
BULK_WORDS = {
    "admit": N_("Declare admissible"),
    "find_eligible": N_("Declare eligible"),
    "request_pieces": N_("Ask for missing papers"),
}


def _statuses(_work: Work) -> list[tuple[str, str]]:
    named = {s.code: pgettext(APPLICATION.noun, s.label) for s in APPLICATION.states}
    return [(code, named[code]) for code in queries.SCREENED]


def _mine(work: Work, value: str) -> ColumnElement[bool] | None:
    return Application.officer_id == work.actor.id if value == "mine" else Application.officer_id.is_(None)


FILES = Listing(
    name="screening",
    title=N_("Admissibility and eligibility"),
    route="screening.index",
    statement=queries.statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=Application.reference, href="/screening/{id}"),
        Column("title", N_("Project")),
        Column("group", N_("Applicant")),
        Column("place", N_("Commune")),
        Column("call", N_("Call")),
        Column("requested", N_("Requested (F CFA)"), "money", sort=Application.requested_minor, total=True),
        Column("filed", N_("Filed on"), "moment", sort=Application.submitted_at),
        Column("status", N_("Status"), "status", cycle=APPLICATION),
        Column("officer", N_("Officer in charge")),
        Column("lacking", N_("Papers lacking"), "number"),
    ),
    filters=(
        Search(Application.search, where=lists.search),
        Choice("status", N_("Status"), _statuses, Application.status),
        Choice("call", N_("Call"), lists.call_options, Application.call_id),
        Choice(
            "category", N_("Category"), lambda _w: [(c, category_text(c)) for c in CATEGORIES], Group.category
        ),
        Choice(
            "charge",
            N_("In charge"),
            lambda _w: [("mine", _("My files")), ("nobody", _("Nobody"))],
            where=_mine,
        ),
        Choice(
            "due",
            N_("Papers requested"),
            lambda _w: [("late", _("Deadline passed")), ("running", _("Deadline running"))],
            where=lists.due_clause,
        ),
    ),
    id_column=Application.id,
    default_sort="filed",
    empty_title=N_("Nothing to screen"),
    empty_text=N_("Files appear here from their filing until their verdict."),
    bulk=tuple((verb, words, "application:screen") for verb, words in BULK_WORDS.items()),
)


@router.get("", name="screening.index")
@allow("screening:view")
def index(work: W, query: Query) -> Response:
    """The files to screen, the oldest first."""
    return FILES.respond(work, query)


def _ids(raw: Any) -> list[int]:
    typed = [v for v in raw.getlist("ids") if isinstance(v, str) and v.isdigit() and len(v) < 10]
    return sorted({int(v) for v in typed})[:500]


def bulk_page(work: Work, raw: Raw, bad: Bad | None = None) -> Response:
    """What would happen to each file that is ticked, before anything is done."""
    verb = str(raw.get("verb") or "")
    if verb not in service.VERBS:
        verb = "admit"
    files = [applications.get(work, number) for number in _ids(raw)]
    return _bulk(work, verb, service.preview(work, files, verb), bad=bad, finished=False)


def _bulk(work: Work, verb: str, rows: Any, *, bad: Bad | None = None, finished: bool) -> Response:
    title = _(BULK_WORDS[verb])
    return page(
        work,
        "screening/bulk.html",
        bad=bad,
        title=title,
        crumbs=[(_("Screening"), url("screening.index")), (title, None)],
        verb=verb,
        rows=rows,
        finished=finished,
        cycle=APPLICATION,
    )


@router.post("/bulk", name="screening.bulk")
@allow("application:screen")
@on_refusal(bulk_page)
def bulk(work: W, raw: Raw) -> Response:
    """Preview, then a result for each file."""
    form = BulkForm.read(raw)
    if not form.confirmed:
        return bulk_page(work, raw)
    return _bulk(work, form.verb, service.run(work, form.ids, form.verb), finished=True)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The screening page of a file."""
    application = applications.get(work, id)
    leave_out = tuple(m.verb for m in APPLICATION.moves if m.verb not in HERE)
    return page(
        work,
        "screening/show.html",
        bad=bad,
        crumbs=[
            (_("Screening"), url("screening.index")),
            (application.reference, url("applications.show", id=id)),
            (_("Admissibility and eligibility"), None),
        ],
        title=application.title or application.reference,
        steps=status_steps(APPLICATION, application.status),
        moves=moves(
            work,
            APPLICATION,
            application,
            f"/screening/{id}",
            obstacles={
                "admit": service.admit_obstacles,
                "find_eligible": service.eligible_obstacles,
                "request_pieces": service.request_obstacles,
            },
            pages={"request_pieces": url("screening.request", id=id)},
            leave_out=leave_out,
        ),
        may_check=work.may("application:screen", application)
        and not list(service.check_obstacles(work, application)),
        cycle=APPLICATION,
        typed_state=_typed_rows(bad, "pieces"),
        typed_test=_typed_rows(bad, "tests"),
        **queries.facts(work, application),
    )


def _typed_rows(bad: Bad | None, field: str) -> dict[str, dict[str, str]]:
    """What was typed in a grid, by code of its rows."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in (bad.typed if bad else {}).items():
        parts = name.split("-", 2)
        if len(parts) == 3 and parts[0] == field:
            rows.setdefault(parts[1], {})[parts[2]] = str(value)
    return {row["code"]: row for row in rows.values() if "code" in row}


@router.get("/{id}", name="screening.show")
@allow("screening:view")
def show(work: W, id: int) -> Response:
    """Papers, tests, verdict."""
    return show_page(work, id)


@router.post("/{id}/pieces", name="screening.check_pieces")
@allow("application:screen")
@on_refusal(show_page)
def check_pieces(work: W, raw: Raw, id: int) -> Response:
    """The whole grid of papers."""
    service.check_pieces(work, applications.get(work, id), PiecesForm.read(raw))
    return done(work, url("screening.show", id=id), _("Papers checked."))


@router.post("/{id}/tests", name="screening.record_tests")
@allow("application:screen")
@on_refusal(show_page)
def record_tests(work: W, raw: Raw, id: int) -> Response:
    """Tests judged otherwise than computed."""
    service.record_tests(work, applications.get(work, id), JudgedForm.read(raw))
    return done(work, url("screening.show", id=id), _("Tests recorded."))


@router.post("/{id}/admit", name="screening.admit")
@allow("application:screen")
@on_refusal(show_page)
def admit(work: W, id: int) -> Response:
    """Admissible."""
    service.admit(work, applications.get(work, id))
    return done(work, url("screening.show", id=id), _("File declared admissible."))


@router.post("/{id}/declare_inadmissible", name="screening.declare_inadmissible")
@allow("application:screen")
@on_refusal(show_page)
def declare_inadmissible(work: W, raw: Raw, id: int) -> Response:
    """Inadmissible, with a reason."""
    service.declare_inadmissible(work, applications.get(work, id), ReasonForm.read(raw))
    return done(work, url("screening.show", id=id), _("File declared inadmissible."))


@router.post("/{id}/find_eligible", name="screening.find_eligible")
@allow("application:screen")
@on_refusal(show_page)
def find_eligible(work: W, id: int) -> Response:
    """Eligible."""
    service.find_eligible(work, applications.get(work, id))
    return done(work, url("screening.show", id=id), _("File declared eligible."))


@router.post("/{id}/declare_ineligible", name="screening.declare_ineligible")
@allow("application:screen")
@on_refusal(show_page)
def declare_ineligible(work: W, raw: Raw, id: int) -> Response:
    """Ineligible, with a reason."""
    service.declare_ineligible(work, applications.get(work, id), ReasonForm.read(raw))
    return done(work, url("screening.show", id=id), _("File declared ineligible."))


@router.post("/{id}/reinstate", name="screening.reinstate")
@allow("application:reinstate")
@on_refusal(show_page)
def reinstate(work: W, raw: Raw, id: int) -> Response:
    """Back in examination."""
    service.reinstate(work, applications.get(work, id), ReasonForm.read(raw))
    return done(work, url("screening.show", id=id), _("File reinstated."))


def request_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The letter before it is sent: one row a paper, the deadline that is not typed."""
    application = applications.get(work, id)
    found = queries.facts(work, application)
    items = queries.asked_items([row.piece for row in found["rows"]])
    return page(
        work,
        "screening/request.html",
        bad=bad,
        title=_("Ask for missing papers"),
        crumbs=[
            (_("Screening"), url("screening.index")),
            (application.reference, url("screening.show", id=id)),
            (_("Letter"), None),
        ],
        items=items,
        sms=queries.sms_text(found["call"], application, found["due_on"], [i["label"] for i in items]),
        obstacles=list(service.request_obstacles(work, application)),
        typed_item=_typed_rows(bad, "items"),
        **found,
    )


@router.get("/{id}/request", name="screening.request")
@allow("application:screen")
def request_form(work: W, id: int) -> Response:
    """The letter before it is sent."""
    return request_page(work, id)


@router.post("/{id}/request_pieces", name="screening.request_pieces")
@allow("application:screen")
@on_refusal(request_page)
def request_pieces(work: W, raw: Raw, id: int) -> Response:
    """One letter for every paper that is open."""
    service.request_pieces(work, applications.get(work, id), RequestForm.read(raw))
    return done(work, url("screening.show", id=id), _("Letter prepared: print it and send the message."))


@router.post("/{id}/receive_pieces", name="screening.receive_pieces")
@allow("application:screen")
@on_refusal(show_page)
def receive_pieces(work: W, raw: Raw, id: int) -> Response:
    """The papers came in."""
    service.receive_pieces(work, applications.get(work, id), AnswerForm.read(raw))
    return done(work, url("screening.show", id=id), _("Papers received: check them."))


@router.post("/{id}/letters/{letter}", name="screening.record_receipt")
@allow("application:screen")
@on_refusal(show_page)
def record_receipt(work: W, raw: Raw, id: int, letter: int) -> Response:
    """The acknowledgement of a letter."""
    request, _application = queries.get_request(work, letter)
    service.record_receipt(work, request, ReceivedForm.read(raw))
    return done(work, url("screening.show", id=id), _("Date of receipt recorded."))
