"""The home page by role, the search, the journal, the components."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.queries import officer, search
from portfolio.desk.queries import work as work_queries
from portfolio.desk.styleguide import samples
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Query, W, allow, room
from portfolio.web.render import done, page
from portfolio.web.urls import known, url

router = room("desk", prefix="")
AUDITORS = {"internal_auditor", "external_auditor"}


@router.get("/", name="desk.home")
@allow.signed_in
def home(work: W) -> Response:
    """What waits for me; auditors and applicants have a first page of their own."""
    roles = work.actor.roles
    if roles & AUDITORS and known("desk.auditor"):
        return done(work, url("desk.auditor"))
    if roles <= {"applicant"} and known("own.index"):
        return done(work, url("own.index"))
    waiting = work_queries.waiting(work)
    calls = officer.open_calls(work)
    sheets = work_queries.my_sheets(work)
    causes = officer.causes(work)
    return page(
        work,
        "desk/home.html",
        title=_("My work"),
        waiting=waiting,
        sheets=sheets,
        numbers=officer.numbers(work, waiting, calls, causes),
        held=officer.held(causes),
        calls=calls,
    )


@router.get("/search", name="desk.search")
@allow("desk:view")
def find(work: W, query: Query) -> Response:
    """One box for everything."""
    text = query.get("q", "")
    return page(
        work, "desk/search.html", title=_("Search"), search_text=text, found=search.search(work, text)
    )


@router.get("/styleguide", name="desk.styleguide")
@allow.public
def styleguide(work: W) -> Response:
    """Every component in every state; in the demonstration only."""
    if not work.around.demo:
        raise NotFound
    return page(work, "styleguide/show.html", sample=samples())
