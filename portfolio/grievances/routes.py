"""The pages of complaints. The list shows a sensitive one to others as a number and a date, and nothing else."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, and_, case, false, null, select
from starlette.responses import Response

from portfolio.grievances import queries, service
from portfolio.grievances.forms import AnswerForm, AssignForm, CloseForm, NoteForm, RecordForm
from portfolio.grievances.models import Grievance
from portfolio.grievances.reference import CATEGORY_WORDS, CHANNEL_WORDS
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.places.queries import country_name
from portfolio.projects.models import Project
from portfolio.rulebook.lifecycles.grievances import GRIEVANCE
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

router = room("grievances")
G = Grievance


def _statement(work: Work) -> Select[Any]:
    read = queries.readable(work)

    def shown(column: Any) -> Any:
        return case((read, column), else_=null())

    statement = (
        select(
            G.id, G.reference, G.received_on, shown(G.category), shown(G.channel), shown(Project.title), shown(G.country), shown(G.due_on),
            shown(G.status),
        )
        .outerjoin(Project, Project.id == G.project_id)
        .where(work.within("grievance:view", G))
    )  # fmt: skip
    return cast(Select[Any], statement)


def _only_readable(clause: Any) -> Any:
    return lambda work, value: and_(queries.readable(work), clause(value))


def _late(work: Work, value: str) -> Any:
    if value != "yes":
        return false()
    return and_(queries.readable(work), queries.overdue(work))


def _worded(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in words.items()]


LISTING = Listing(
    name="grievances",
    title=N_("Complaints"),
    route="grievances.index",
    id_column=G.id,
    statement=_statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=G.reference, href="/grievances/{id}", linked_by=8),
        Column("received", N_("Received on"), "date", sort=G.received_on),
        Column("category", N_("About"), "choice", words=lambda code: _(CATEGORY_WORDS[code])),
        Column("channel", N_("Came by"), "choice", words=lambda code: _(CHANNEL_WORDS[code])),
        Column("project", N_("Micro-project")),
        Column("country", N_("Country"), "choice", words=country_name),
        Column("due", N_("Answer due by"), "date"),
        Column("status", N_("Status"), "status", cycle=GRIEVANCE),
    ),
    filters=(
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("grievance", s.label)) for s in GRIEVANCE.states],
            where=_only_readable(lambda value: G.status == value),
        ),
        Choice(
            "category",
            N_("About"),
            lambda work: _worded(CATEGORY_WORDS),
            where=_only_readable(lambda value: G.category == value),
        ),
        Choice(
            "open",
            N_("Open"),
            lambda work: [("yes", _("yes"))],
            where=_only_readable(lambda _value: G.status != "closed"),
        ),
        Choice("late", N_("Late"), lambda work: [("yes", _("yes"))], where=_late),
        Period("from", N_("Received since"), G.received_on),
    ),
    default_sort="-received",
    new_url="/grievances/new",
    new_label=N_("Record a complaint"),
    new_permission="grievance:record",
    empty_title=N_("No complaint"),
    empty_text=N_("Complaints come by telephone, paper, box or visit; a person may stay anonymous."),
)


def _typed(work: Work, bad: Bad | None) -> dict[str, Any]:
    def val(name: str, otherwise: object = "", action: str = "") -> object:
        mine = bad is not None and (not action or work.origin.path == action)
        return bad.value(name, otherwise) if bad is not None and mine else otherwise

    def err(name: str, action: str = "") -> str | None:
        return bad.error(name) if bad is not None and (not action or work.origin.path == action) else None

    return {"val": val, "err": err}


@router.get("", name="grievances.index")
@allow("grievance:view")
def index(work: W, query: Query) -> Response:
    """The list."""
    return LISTING.respond(work, query)


def new_page(work: Work, query: Query, bad: Bad | None = None) -> Response:
    """A blank complaint."""
    return page(
        work,
        "grievances/new.html",
        bad=bad,
        title=_("Record a complaint"),
        crumbs=[(_("Complaints"), url("grievances.index")), (_("New"), None)],
        project_options=[
            ("", _("None in particular")),
            *((p.id, f"{p.reference} · {p.title}") for p in queries.projects(work)),
        ],
        category_options=_worded(CATEGORY_WORDS),
        channel_options=_worded(CHANNEL_WORDS),
        chosen=query.get("project", "")[:12],
        **_typed(work, bad),
    )


@router.get("/new", name="grievances.new")
@allow("grievance:record")
def new(work: W, query: Query) -> Response:
    """A blank complaint."""
    return new_page(work, query)


@router.post("/new", name="grievances.create")
@allow("grievance:record")
@on_refusal(new_page)
def create(work: W, raw: Raw, query: Query) -> Response:
    """Record a complaint. Who records one may not be of those who read it afterwards: the number is said, and the list comes back."""
    made = service.record(work, RecordForm.read(raw))
    words = _("Complaint recorded under number %(reference)s: give this number to the person.") % {
        "reference": made.reference
    }
    if made.sensitive and not work.may("grievance:view_sensitive", made):
        return done(work, url("grievances.index"), words)
    return done(work, url("grievances.show", id=made.id), words)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One complaint."""
    grievance = queries.get(work, id)
    base = url("grievances.show", id=id)
    facts = queries.facts(work, grievance)
    open_moves = moves(
        work,
        GRIEVANCE,
        grievance,
        base,
        obstacles={"answer": service.answer_obstacles, "close": service.close_obstacles},
        pages={"assign": "#assign", "answer": "#answer", "reopen": "#reopen"},
        leave_out=("close",),
    )
    closing = moves(
        work,
        GRIEVANCE,
        grievance,
        base,
        obstacles={"close": service.close_obstacles},
        pages={"close": "#close"},
    )
    open_moves += [m for m in closing if m.verb == "close"]
    return page(
        work,
        "grievances/show.html",
        country_name=country_name,
        bad=bad,
        title=grievance.reference,
        crumbs=[(_("Complaints"), url("grievances.index")), (grievance.reference, None)],
        cycle=GRIEVANCE,
        steps=status_steps(GRIEVANCE, grievance.status),
        moves=open_moves,
        free={m.verb for m in open_moves if m.allowed and not m.blocked},
        events=timeline(work, grievance),
        assignee_options=[
            (p.id, f"{p.full_name} · {p.function}" if p.function else p.full_name) for p in facts["assignees"]
        ],
        **_typed(work, bad),
        **facts,
    )


@router.get("/{id:int}", name="grievances.show")
@allow("grievance:view")
def show(work: W, id: int) -> Response:
    """One complaint."""
    return show_page(work, id)


@router.post("/{id:int}/assign", name="grievances.assign")
@allow("grievance:assign")
@on_refusal(show_page)
def assign(work: W, raw: Raw, id: int) -> Response:
    """Ask somebody to look into it."""
    service.assign(work, queries.get(work, id), AssignForm.read(raw))
    return done(work, url("grievances.show", id=id), _("Complaint assigned."))


@router.post("/{id:int}/note", name="grievances.note")
@allow("grievance:view")
@on_refusal(show_page)
def note(work: W, raw: Raw, id: int) -> Response:
    """Keep a step."""
    service.note(work, queries.get(work, id), NoteForm.read(raw))
    return done(work, f"{url('grievances.show', id=id)}#notes", _("Step kept."))


@router.post("/{id:int}/answer", name="grievances.answer")
@allow("grievance:answer")
@on_refusal(show_page)
def answer(work: W, raw: Raw, id: int) -> Response:
    """Propose an answer."""
    service.answer(work, queries.get(work, id), AnswerForm.read(raw))
    return done(work, url("grievances.show", id=id), _("Answer proposed: another person closes."))


@router.post("/{id:int}/reopen", name="grievances.reopen")
@allow("grievance:close")
@on_refusal(show_page)
def reopen(work: W, raw: Raw, id: int) -> Response:
    """Send it back."""
    service.reopen(work, queries.get(work, id), NoteForm.read(raw))
    return done(work, url("grievances.show", id=id), _("Complaint taken up again."))


@router.post("/{id:int}/close", name="grievances.close")
@allow("grievance:close")
@on_refusal(show_page)
def close(work: W, raw: Raw, id: int) -> Response:
    """Close it."""
    service.close(work, queries.get(work, id), CloseForm.read(raw))
    return done(work, url("grievances.show", id=id), _("Complaint closed."))
