"""Recommendations: the list, the page of one, and what is done about it."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.documents.service import ACCEPT
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries, service
from portfolio.missions.forms import DoneForm, PostponeForm, ReasonForm
from portfolio.missions.routes.lists import RECOMMENDATIONS, tabs, typed
from portfolio.rulebook.findings import SEVERITIES
from portfolio.rulebook.lifecycles.missions import RECOMMENDATION
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

router = room("missions")


@router.get("/recommendations", name="missions.recommendations")
@allow("mission:view")
def index(work: W, query: Query) -> Response:
    """Every recommendation that may be read."""
    return RECOMMENDATIONS.respond(work, query, tabs=tabs("missions.recommendations"))


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One recommendation."""
    action = queries.get_recommendation(work, id)
    facts = queries.recommendation_facts(work, action)
    finding, mission = facts["finding"], facts["mission"]
    may_verify = work.may("recommendation:verify", action) and not facts["mine"]
    return page(
        work,
        "missions/recommendation.html",
        bad=bad,
        cycle=RECOMMENDATION,
        severity=SEVERITIES[finding.severity],
        steps=status_steps(RECOMMENDATION, action.status),
        moves=moves(
            work,
            RECOMMENDATION,
            action,
            url("missions.recommendation", id=id),
            obstacles={
                "do": service.carry_out_obstacles,
                "verify": service.judge_obstacles,
                "return_": service.judge_obstacles,
                "drop": lambda w, a: service.of_team(w, a.mission_id),
            },
            pages={"do": "#do"},
        ),
        may_do=action.status == "agreed" and facts["mine"] and work.may("recommendation:do", action),
        may_postpone=action.status in ("proposed", "agreed") and may_verify,
        accept=ACCEPT,
        title=action.reference,
        crumbs=[
            (_("Audit missions"), url("missions.index")),
            (mission.reference, url("missions.show", id=mission.id)),
            (finding.reference, url("missions.finding", id=finding.id)),
            (action.reference, None),
        ],
        events=timeline(work, action),
        **facts,
        **typed(work, bad),
    )


@router.get("/recommendations/{id:int}", name="missions.recommendation")
@allow("mission:view")
def show(work: W, id: int) -> Response:
    """One recommendation."""
    return show_page(work, id)


@router.post("/recommendations/{id:int}/do", name="missions.carry_out")
@allow("recommendation:do")
@on_refusal(show_page)
def carry_out(work: W, raw: Raw, id: int) -> Response:
    """Say that it is done."""
    service.carry_out(work, queries.get_recommendation(work, id), DoneForm.read(raw))
    return done(work, url("missions.recommendation", id=id), _("Declared done: an auditor verifies."))


@router.post("/recommendations/{id:int}/verify", name="missions.verify")
@allow("recommendation:verify")
@on_refusal(show_page)
def verify(work: W, id: int) -> Response:
    """Verify it."""
    service.verify(work, queries.get_recommendation(work, id))
    return done(work, url("missions.recommendation", id=id), _("The recommendation is verified."))


@router.post("/recommendations/{id:int}/return", name="missions.return")
@allow("recommendation:verify")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Send it back."""
    service.return_(work, queries.get_recommendation(work, id), ReasonForm.read(raw))
    return done(work, url("missions.recommendation", id=id), _("The recommendation is sent back."))


@router.post("/recommendations/{id:int}/drop", name="missions.drop")
@allow("recommendation:verify")
@on_refusal(show_page)
def drop(work: W, raw: Raw, id: int) -> Response:
    """Drop it."""
    service.drop(work, queries.get_recommendation(work, id), ReasonForm.read(raw))
    return done(work, url("missions.recommendation", id=id), _("The recommendation is dropped."))


@router.post("/recommendations/{id:int}/postpone", name="missions.postpone")
@allow("recommendation:verify")
@on_refusal(show_page)
def postpone(work: W, raw: Raw, id: int) -> Response:
    """Give it a later day."""
    service.postpone(work, queries.get_recommendation(work, id), PostponeForm.read(raw))
    return done(
        work, url("missions.recommendation", id=id), _("The day is moved; the first one stays written.")
    )
