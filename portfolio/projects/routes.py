"""The addresses of micro-projects and visits."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.documents import queries as documents
from portfolio.documents.service import ACCEPT
from portfolio.groups.models import Group
from portfolio.groups.reference import COUNTRIES
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.projects import queries, service
from portfolio.projects.forms import (
    DoNoHarmForm,
    EditForm,
    MeasureForm,
    ProjectForm,
    ReasonForm,
    ReportForm,
    VisitForm,
)
from portfolio.projects.models import Project
from portfolio.projects.pdf import narrative_pdf, project_pdf, visit_pdf
from portfolio.rulebook.lifecycles.projects import PROJECT, VISIT
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("projects")
P = Project


def statement(work: Work) -> Select[Any]:
    """Micro-projects in scope. The commune of a hidden place stays on the page of those who may see it."""
    found: Select[*tuple[Any, ...]] = (
        select(P.id, P.reference, P.code, P.title, Group.name, P.country, Agreement.amount_minor, P.status)
        .join(Group, Group.id == P.group_id)
        .join(Agreement, Agreement.id == P.agreement_id)
        .where(work.within("project:view", P))
    )
    return cast("Select[Any]", found)


LISTING = Listing(
    name="projects",
    title=N_("Micro-projects"),
    route="projects.index",
    id_column=P.id,
    statement=statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=P.reference, href="/projects/{id}"),
        Column("code", N_("Code"), sort=P.code),
        Column("title", N_("Micro-project"), sort=P.title),
        Column("group", N_("Group"), sort=Group.name),
        Column("country", N_("Country"), "choice", sort=P.country, words=lambda c: COUNTRIES.get(c, c)),
        Column("amount", N_("Grant"), "money", sort=Agreement.amount_minor, total=True),
        Column("status", N_("Status"), "status", sort=P.status, cycle=PROJECT),
    ),
    filters=(
        Search(Agreement.search),
        Choice(
            "status",
            N_("Status"),
            lambda _w: [(s.code, pgettext("project", s.label)) for s in PROJECT.states],
            P.status,
        ),
        Choice("country", N_("Country"), lambda _w: list(COUNTRIES.items()), P.country),
    ),
    default_sort="-reference",
    empty_title=N_("No micro-project yet"),
    empty_text=N_("A micro-project is opened from its agreement, once both parties have signed it."),
    template="projects/index.html",
)


@router.get("", name="projects.index")
@allow("project:view")
def index(work: W, query: Query) -> Response:
    """The list, with the visits due above."""
    return LISTING.respond(work, query, due=queries.visits_due(work))


def new_page(work: Work, agreement: int, bad: Bad | None = None) -> Response:
    """The form that opens a micro-project."""
    found = agreements.get(work, agreement)
    return page(
        work,
        "projects/edit.html",
        bad=bad,
        title=_("Open the micro-project"),
        crumbs=[(found.reference, url("agreements.show", id=found.id))],
        agreement=found,
        project=None,
        activities=[],
        indicators=[],
        action=url("projects.create", agreement=found.id),
    )


@router.get("/new/{agreement:int}", name="projects.new")
@allow("project:manage")
def new(work: W, agreement: int) -> Response:
    """Open a micro-project."""
    return new_page(work, agreement)


@router.post("/new/{agreement:int}", name="projects.create")
@allow("project:manage")
@on_refusal(new_page)
def create(work: W, raw: Raw, agreement: int) -> Response:
    """Store it."""
    project = service.create(work, agreements.get(work, agreement), ProjectForm.read(raw))
    return done(work, url("projects.show", id=project.id), _("Micro-project opened."))


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One micro-project."""
    project = queries.get(work, id)
    facts = queries.facts(work, project)
    return page(
        work,
        "projects/show.html",
        bad=bad,
        title=project.title,
        crumbs=[(_("Micro-projects"), url("projects.index")), (project.reference, None)],
        cycle=PROJECT,
        visit_cycle=VISIT,
        bar=status_steps(PROJECT, project.status),
        moves=moves(work, PROJECT, project, url("projects.show", id=id)),
        documents=documents.shown(work, project),
        **facts,
    )


@router.get("/{id:int}", name="projects.show")
@allow("project:view")
def show(work: W, id: int) -> Response:
    """One micro-project."""
    return show_page(work, id)


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The same form, filled."""
    project = queries.get(work, id)
    return page(
        work,
        "projects/edit.html",
        bad=bad,
        title=_("Correct the micro-project"),
        crumbs=[
            (_("Micro-projects"), url("projects.index")),
            (project.reference, url("projects.show", id=id)),
        ],
        agreement=work.db.get_one(Agreement, project.agreement_id),
        project=project,
        activities=queries.activities(work, project),
        indicators=queries.indicators(work, project),
        action=url("projects.edit_post", id=id),
    )


@router.get("/{id:int}/edit", name="projects.edit")
@allow("project:manage")
def edit_form(work: W, id: int) -> Response:
    """Correct it."""
    return edit_page(work, id)


@router.post("/{id:int}/edit", name="projects.edit_post")
@allow("project:manage")
@on_refusal(edit_page)
def edit(work: W, raw: Raw, id: int) -> Response:
    """Store the corrections."""
    service.edit(work, queries.get(work, id), EditForm.read(raw))
    return done(work, url("projects.show", id=id), _("Micro-project corrected."))


@router.post("/{id:int}/indicators", name="projects.measure")
@allow("project:manage")
@on_refusal(show_page)
def measure(work: W, raw: Raw, id: int) -> Response:
    """What the indicators have reached."""
    service.measure(work, queries.get(work, id), MeasureForm.read(raw))
    return done(work, url("projects.show", id=id) + "#results", _("Results recorded."))


@router.post("/{id:int}/start", name="projects.start")
@allow("project:manage")
@on_refusal(show_page)
def start(work: W, id: int) -> Response:
    """Activities begin."""
    service.start(work, queries.get(work, id))
    return done(work, url("projects.show", id=id), _("Micro-project started."))


@router.post("/{id:int}/stop", name="projects.stop")
@allow("project:manage")
@on_refusal(show_page)
def stop(work: W, raw: Raw, id: int) -> Response:
    """Activities stop."""
    service.stop(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("projects.show", id=id), _("Micro-project stopped."))


@router.post("/{id:int}/complete", name="projects.complete")
@allow("project:manage")
@on_refusal(show_page)
def complete(work: W, id: int) -> Response:
    """Everything is done."""
    service.complete(work, queries.get(work, id))
    return done(work, url("projects.show", id=id), _("Micro-project completed."))


@router.post("/{id:int}/activities/{number:int}", name="projects.finish_activity")
@allow("project:manage")
@on_refusal(show_page)
def finish_activity(work: W, id: int, number: int) -> Response:
    """Tick an activity."""
    service.finish_activity(work, queries.get(work, id), number)
    return done(work, url("projects.show", id=id), _("Activity done."))


@router.post("/{id:int}/do-no-harm", name="projects.do_no_harm")
@allow("project:manage")
@on_refusal(show_page)
def do_no_harm(work: W, raw: Raw, id: int) -> Response:
    """Fill in the checklist."""
    service.answer_do_no_harm(work, queries.get(work, id), DoNoHarmForm.read(raw))
    return done(work, url("projects.show", id=id), _("Checklist recorded."))


@router.post("/{id:int}/visits", name="projects.plan_visit")
@allow("visit:report")
@on_refusal(show_page)
def plan_visit(work: W, raw: Raw, id: int) -> Response:
    """Plan a visit."""
    visit = service.plan_visit(work, queries.get(work, id), VisitForm.read(raw))
    return done(work, url("projects.visit", number=visit.id), _("Visit planned."))


@router.get("/{id:int}/paper", name="projects.paper")
@allow("project:view")
def paper(work: W, id: int) -> Response:
    """The fiche de projet, at this date."""
    project = queries.get(work, id)
    with speaking("fr"):
        content = project_pdf(
            documents.marked("project_sheet", project.reference, queries.project_facts(work, project)),
            queries.project_photos(work, project),
        )
    return pdf_response(work, content, f"{project.reference}.pdf")


@router.get("/{id:int}/report", name="projects.report")
@allow("project:view")
def report(work: W, id: int) -> Response:
    """The rapport d'exécution at this date, to be completed and signed by the group."""
    project = queries.get(work, id)
    with speaking("fr"):
        facts = queries.project_facts(work, project)
        content = narrative_pdf(
            documents.marked("narrative_report", f"{project.reference}-RE", facts),
            queries.project_photos(work, project),
        )
    return pdf_response(work, content, f"{project.reference}-rapport.pdf")


def visit_page(work: Work, number: int, bad: Bad | None = None) -> Response:
    """One visit."""
    visit = queries.get_visit(work, number)
    facts = queries.visit_page(work, visit)
    actions = moves(work, VISIT, visit, url("projects.visit", number=number), pages={"report": "#report"})
    return page(
        work,
        "projects/visit.html",
        bad=bad,
        title=visit.reference,
        crumbs=[
            (_("Micro-projects"), url("projects.index")),
            (facts["project"].reference, url("projects.show", id=visit.project_id)),
            (visit.reference, None),
        ],
        cycle=VISIT,
        bar=status_steps(VISIT, visit.status),
        moves=[m for m in actions if m.verb != "report" or m.blocked],
        reporting=any(m.verb == "report" and m.allowed and not m.blocked for m in actions),
        documents=documents.shown(work, visit),
        accept=ACCEPT,
        **facts,
    )


@router.get("/visits/{number:int}", name="projects.visit")
@allow("visit:view")
def show_visit(work: W, number: int) -> Response:
    """One visit."""
    return visit_page(work, number)


def _visit_done(work: Work, number: int, message: str) -> Response:
    return done(work, url("projects.visit", number=number), message)


@router.post("/visits/{number:int}/report", name="projects.report_visit")
@allow("visit:report")
@on_refusal(visit_page)
def report_visit(work: W, raw: Raw, number: int) -> Response:
    """Write the report."""
    service.report_visit(work, queries.get_visit(work, number), ReportForm.read(raw))
    return _visit_done(work, number, _("Report recorded: another person validates it."))


@router.post("/visits/{number:int}/validate", name="projects.validate_visit")
@allow("visit:validate")
@on_refusal(visit_page)
def validate_visit(work: W, number: int) -> Response:
    """Validate the report."""
    service.validate_visit(work, queries.get_visit(work, number))
    return _visit_done(work, number, _("Report validated."))


@router.post("/visits/{number:int}/cancel", name="projects.cancel_visit")
@allow("visit:report")
@on_refusal(visit_page)
def cancel_visit(work: W, raw: Raw, number: int) -> Response:
    """Give the visit up."""
    service.cancel_visit(work, queries.get_visit(work, number), ReasonForm.read(raw).reason)
    return _visit_done(work, number, _("Visit cancelled."))


@router.get("/visits/{number:int}/paper", name="projects.visit_paper")
@allow("visit:view")
def visit_paper(work: W, number: int) -> Response:
    """The fiche de visite; « PROJET » until validated."""
    visit = queries.get_visit(work, number)
    issued = documents.last_edition(work, visit.reference)
    if issued is not None:
        return pdf_response(work, documents.bytes_of(work, issued), f"{visit.reference}.pdf")
    with speaking("fr"):
        content = visit_pdf(
            {**queries.visit_facts(work, visit), "reference": visit.reference},
            queries.photo_bytes(work, visit),
        )
    return pdf_response(work, content, f"{visit.reference}-projet.pdf")
