"""Missions: the list, one opened, its page, its moves, its papers."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.accounts.queries import people_with
from portfolio.calls import queries as calls
from portfolio.calls.models import Call
from portfolio.documents.reference import figure
from portfolio.funds import queries as funds
from portfolio.funds.models import Fund
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries, service
from portfolio.missions.forms import CommunicateForm, OpenForm, ReasonForm
from portfolio.missions.pdf import report_pdf
from portfolio.missions.routes.lists import MISSIONS, tabs, typed, words
from portfolio.rulebook.findings import BY_CODE, KINDS, SCOPES, SEVERITIES
from portfolio.rulebook.lifecycles.missions import FINDING, MISSION, RECOMMENDATION
from portfolio.rulebook.permissions import roles_with
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

router = room("missions")


@router.get("", name="missions.index")
@allow("mission:view")
def index(work: W, query: Query) -> Response:
    """Every mission."""
    return MISSIONS.respond(work, query, tabs=tabs("missions.index"))


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """A blank mission."""
    people = {p.id: p for role in roles_with("mission:lead") for p in people_with(work, role)}
    chosen = bad.value("auditors") if bad else []
    return page(
        work,
        "missions/new.html",
        bad=bad,
        kinds=words(KINDS),
        scopes=words(SCOPES),
        fund_options=[
            ("", "–"),
            *(
                (f.id, f"{f.code} · {f.name}")
                for f in work.db.scalars(funds.visible(work).order_by(Fund.code))
            ),
        ],
        call_options=[
            ("", "–"),
            *(
                (c.id, f"{c.reference or c.code} · {c.title}")
                for c in work.db.scalars(calls.visible(work).order_by(Call.id))
            ),
        ],
        people=[
            (str(p.id), f"{p.full_name} · {p.function}" if p.function else p.full_name)
            for p in sorted(people.values(), key=lambda p: p.full_name)
            if p.id != work.actor.id
        ],
        chosen=[chosen] if isinstance(chosen, str) else chosen or [],
        title=_("Open an audit mission"),
        crumbs=[(_("Audit missions"), url("missions.index")), (_("New"), None)],
        **typed(work, bad),
    )


@router.get("/new", name="missions.new")
@allow("mission:lead")
def new(work: W) -> Response:
    """A blank mission."""
    return new_page(work)


@router.post("/new", name="missions.create")
@allow("mission:lead")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Open it."""
    made = service.open_(work, OpenForm.read(raw))
    return done(work, url("missions.show", id=made.id), _("Mission %(n)s is opened.") % {"n": made.reference})


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One mission."""
    mission = queries.get(work, id)
    facts = queries.mission_facts(work, mission)
    return page(
        work,
        "missions/show.html",
        bad=bad,
        title=mission.reference,
        crumbs=[(_("Audit missions"), url("missions.index")), (mission.reference, None)],
        cycle=MISSION,
        finding_cycle=FINDING,
        action_cycle=RECOMMENDATION,
        kinds=KINDS,
        severities=SEVERITIES,
        categories=BY_CODE,
        steps=status_steps(MISSION, mission.status),
        delay=figure("audit_answer_days", work.today),
        moves=moves(
            work,
            MISSION,
            mission,
            url("missions.show", id=id),
            obstacles={
                "start": lambda w, m: service.of_team(w, m.id),
                "communicate": service.communicate_obstacles,
                "answer": service.answer_obstacles,
                "lapse": service.lapse_obstacles,
                "finalise": service.finalise_obstacles,
                "close": service.close_obstacles,
                "abandon": lambda w, m: service.of_team(w, m.id),
            },
            pages={"communicate": "#communicate"},
        ),
        may_state=work.may("finding:state", mission)
        and facts["on_team"]
        and mission.status in ("opened", "fieldwork"),
        may_print=mission.status in ("final", "closed") and bool(facts["papers"]),
        events=timeline(work, mission),
        **facts,
        **typed(work, bad),
    )


@router.get("/{id:int}", name="missions.show")
@allow("mission:view")
def show(work: W, id: int) -> Response:
    """One mission."""
    return show_page(work, id)


@router.post("/{id:int}/start", name="missions.start")
@allow("mission:lead")
@on_refusal(show_page)
def start(work: W, id: int) -> Response:
    """Start the fieldwork."""
    service.start(work, queries.get(work, id))
    return done(work, url("missions.show", id=id), _("The fieldwork is started."))


@router.post("/{id:int}/communicate", name="missions.communicate")
@allow("mission:lead")
@on_refusal(show_page)
def communicate(work: W, raw: Raw, id: int) -> Response:
    """Issue the provisional report."""
    service.communicate(work, queries.get(work, id), CommunicateForm.read(raw))
    return done(
        work, url("missions.show", id=id), _("The provisional report is issued: the audited may answer.")
    )


@router.post("/{id:int}/answer", name="missions.answer")
@allow("mission:answer")
@on_refusal(show_page)
def answer(work: W, id: int) -> Response:
    """Send the answers to the auditors."""
    service.answer(work, queries.get(work, id))
    return done(work, url("missions.show", id=id), _("The answers are with the auditors."))


@router.post("/{id:int}/lapse", name="missions.lapse")
@allow("mission:lead")
@on_refusal(show_page)
def lapse(work: W, raw: Raw, id: int) -> Response:
    """Go on without answers."""
    service.lapse(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("missions.show", id=id), _("The delay is over: the findings may be judged."))


@router.post("/{id:int}/finalise", name="missions.finalise")
@allow("mission:lead")
@on_refusal(show_page)
def finalise(work: W, id: int) -> Response:
    """Issue the final report."""
    service.finalise(work, queries.get(work, id))
    return done(work, url("missions.show", id=id), _("The final report is issued: its recommendations run."))


@router.post("/{id:int}/close", name="missions.close")
@allow("mission:lead")
@on_refusal(show_page)
def close(work: W, id: int) -> Response:
    """Close it."""
    service.close(work, queries.get(work, id))
    return done(work, url("missions.show", id=id), _("The mission is closed."))


@router.post("/{id:int}/abandon", name="missions.abandon")
@allow("mission:lead")
@on_refusal(show_page)
def abandon(work: W, raw: Raw, id: int) -> Response:
    """Give it up."""
    service.abandon(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("missions.show", id=id), _("The mission is given up."))


@router.post("/{id:int}/print", name="missions.print")
@allow("mission:view")
@on_refusal(show_page)
def print_(work: W, id: int) -> Response:
    """The follow-up as of today, numbered."""
    paper = service.follow_up(work, queries.get(work, id))
    return done(work, f"/documents/papers/{paper.id}")


@router.get("/{id:int}/draft.pdf", name="missions.draft")
@allow("mission:lead")
def draft(work: W, id: int) -> Response:
    """The report as it stands, « PROJET », for the auditors of the mission."""
    mission = queries.get(work, id)
    service.refuse_strangers(work, mission)
    stage = "final" if mission.status in ("contradictory", "final", "closed") else "provisional"
    facts: dict[str, Any] = {**service.report_facts(work, mission, stage), "draft": True}
    return pdf_response(work, report_pdf(facts), f"{mission.reference}.pdf")
