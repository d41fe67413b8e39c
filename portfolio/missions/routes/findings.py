"""Findings: the list, one stated, its page, its answer, its judgement and its settlement."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.justifications.models import Recovery
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries, service
from portfolio.missions.forms import (
    AnswerForm,
    FindingForm,
    JudgeForm,
    OrderForm,
    ReasonForm,
    RecommendForm,
    SplitForm,
)
from portfolio.missions.models import Finding, Mission
from portfolio.missions.routes.lists import FINDINGS, severities, tabs, typed
from portfolio.rulebook.findings import BY_CODE, SEVERITIES, in_force
from portfolio.rulebook.lifecycles.missions import FINDING, RECOMMENDATION
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

router = room("missions")


@router.get("/findings", name="missions.findings")
@allow("mission:view")
def index(work: W, query: Query) -> Response:
    """Every finding that may be read."""
    return FINDINGS.respond(work, query, tabs=tabs("missions.findings"))


def _form_page(work: Work, mission: Mission, finding: Finding | None, bad: Bad | None) -> Response:
    return page(
        work,
        "missions/finding_form.html",
        bad=bad,
        mission=mission,
        finding=finding,
        category_options=[(row.code, _(row.label)) for row in in_force(work.today)],
        severity_options=severities(),
        title=_("Correct finding %(n)s") % {"n": finding.reference} if finding else _("State a finding"),
        crumbs=[
            (_("Audit missions"), url("missions.index")),
            (mission.reference, url("missions.show", id=mission.id)),
            (finding.reference if finding else _("New finding"), None),
        ],
        **typed(work, bad),
    )


def new_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A blank finding."""
    return _form_page(work, queries.get(work, id), None, bad)


@router.get("/{id:int}/findings/new", name="missions.new_finding")
@allow("finding:state")
def new(work: W, id: int) -> Response:
    """A blank finding."""
    return new_page(work, id)


@router.post("/{id:int}/findings/new", name="missions.state")
@allow("finding:state")
@on_refusal(new_page)
def create(work: W, raw: Raw, id: int) -> Response:
    """State it."""
    made = service.state(work, queries.get(work, id), FindingForm.read(raw))
    return done(
        work, url("missions.finding", id=made.id), _("Finding %(n)s is stated.") % {"n": made.reference}
    )


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A finding being corrected."""
    finding = queries.get_finding(work, id)
    return _form_page(work, queries.get(work, finding.mission_id), finding, bad)


@router.get("/findings/{id:int}/edit", name="missions.edit_finding")
@allow("finding:state")
def edit(work: W, id: int) -> Response:
    """A finding being corrected."""
    return edit_page(work, id)


@router.post("/findings/{id:int}/edit", name="missions.save_finding")
@allow("finding:state")
@on_refusal(edit_page)
def save(work: W, raw: Raw, id: int) -> Response:
    """Keep the correction."""
    service.edit(work, queries.get_finding(work, id), FindingForm.read(raw))
    return done(work, url("missions.finding", id=id), _("The finding is corrected."))


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One finding."""
    finding = queries.get_finding(work, id)
    mission = queries.get(work, finding.mission_id)
    team = queries.auditors_of(work, mission.id)
    auditor = work.actor.id in team and work.may("finding:state", finding)
    phase = mission.status
    actions = queries.recommendations_of(work, finding)
    people = [p for p in (finding.stated_by_id, finding.answered_by_id, finding.judged_by_id) if p]
    order = work.db.get(Recovery, finding.recovery_id) if finding.recovery_id else None
    following = phase in ("contradictory", "final") and finding.status == "maintained"
    may_order = (
        finding.status == "maintained" and finding.agreement_id and work.may("recovery:prepare", finding)
    )
    judging = phase == "contradictory" and finding.status in ("stated", "answered")
    may_propose = (
        auditor
        and phase in ("opened", "fieldwork", "contradictory")
        and finding.status not in ("lifted", "settled")
    )
    pages = {"answer": "#answer", "maintain": "#maintain"}
    if not judging:
        pages.pop("maintain")
    if phase != "provisional":
        pages.pop("answer")
    return page(
        work,
        "missions/finding.html",
        bad=bad,
        finding=finding,
        mission=mission,
        cycle=FINDING,
        action_cycle=RECOMMENDATION,
        category=BY_CODE[finding.category],
        severity=SEVERITIES[finding.severity],
        steps=status_steps(FINDING, finding.status),
        moves=moves(
            work,
            FINDING,
            finding,
            url("missions.finding", id=id),
            obstacles={
                "answer": service.answer_finding_obstacles,
                "maintain": service.team_obstacles,
                "lift": service.team_obstacles,
                "settle": service.settle_obstacles,
            },
            pages=pages,
            leave_out=() if judging or (auditor and phase in ("opened", "fieldwork")) else ("lift",),
        ),
        about_url=queries.about_url(finding),
        agreement=queries.grant_of(work, finding),
        actions=actions,
        names=work.around.names_of(work.db, [*people, *(a.responsible_id for a in actions)]),
        team=team,
        order=order,
        order_options=queries.recovery_options(work, finding) if may_order else [],
        responsible_options=[
            (p.id, f"{p.full_name} · {p.function}" if p.function else p.full_name)
            for p in (queries.responsibles(work, finding) if may_propose else ())
        ],
        may_edit=auditor and finding.status == "stated" and phase in ("opened", "fieldwork"),
        may_answer=phase == "provisional" and finding.status == "stated" and work.actor.id not in team and work.may("finding:answer", finding),
        may_judge=auditor and judging,
        may_split=auditor and following and bool(finding.questioned_minor),
        may_order=may_order,
        may_propose=may_propose,
        tranche=queries.advance_of(work, finding) if may_order and not order else None,
        title=finding.reference,
        crumbs=[
            (_("Audit missions"), url("missions.index")),
            (mission.reference, url("missions.show", id=mission.id)),
            (finding.reference, None),
        ],
        events=timeline(work, finding),
        **typed(work, bad),
    )  # fmt: skip


@router.get("/findings/{id:int}", name="missions.finding")
@allow("mission:view")
def show(work: W, id: int) -> Response:
    """One finding."""
    return show_page(work, id)


@router.post("/findings/{id:int}/answer", name="missions.answer_finding")
@allow("finding:answer")
@on_refusal(show_page)
def answer(work: W, raw: Raw, id: int) -> Response:
    """Answer it."""
    service.answer_finding(work, queries.get_finding(work, id), AnswerForm.read(raw))
    return done(
        work,
        url("missions.finding", id=id),
        _("The answer is kept: it goes to the auditors with the others."),
    )


@router.post("/findings/{id:int}/maintain", name="missions.maintain")
@allow("finding:state")
@on_refusal(show_page)
def maintain(work: W, raw: Raw, id: int) -> Response:
    """Maintain it."""
    service.maintain(work, queries.get_finding(work, id), JudgeForm.read(raw))
    return done(work, url("missions.finding", id=id), _("The finding is maintained."))


@router.post("/findings/{id:int}/lift", name="missions.lift")
@allow("finding:state")
@on_refusal(show_page)
def lift(work: W, raw: Raw, id: int) -> Response:
    """Lift it."""
    service.lift(work, queries.get_finding(work, id), ReasonForm.read(raw))
    return done(work, url("missions.finding", id=id), _("The finding is lifted."))


@router.post("/findings/{id:int}/split", name="missions.split")
@allow("finding:state")
@on_refusal(show_page)
def split(work: W, raw: Raw, id: int) -> Response:
    """Record how the amount is settled."""
    service.split(work, queries.get_finding(work, id), SplitForm.read(raw))
    return done(work, url("missions.finding", id=id), _("The settlement is recorded."))


@router.post("/findings/{id:int}/order", name="missions.link_order")
@allow("recovery:prepare")
@on_refusal(show_page)
def link_order(work: W, raw: Raw, id: int) -> Response:
    """Link the order to repay."""
    service.link_order(work, queries.get_finding(work, id), OrderForm.read(raw))
    return done(work, url("missions.finding", id=id), _("The order to repay is linked."))


@router.post("/findings/{id:int}/settle", name="missions.settle")
@allow("finding:state")
@on_refusal(show_page)
def settle(work: W, id: int) -> Response:
    """Settle it."""
    service.settle(work, queries.get_finding(work, id))
    return done(work, url("missions.finding", id=id), _("The finding is settled."))


@router.post("/findings/{id:int}/recommend", name="missions.propose")
@allow("finding:state")
@on_refusal(show_page)
def propose(work: W, raw: Raw, id: int) -> Response:
    """Add a recommendation."""
    made = service.propose(work, queries.get_finding(work, id), RecommendForm.read(raw))
    words = _("Recommendation %(n)s is added.") % {"n": made.reference}
    return done(work, f"{url('missions.finding', id=id)}#recommendations", words)
