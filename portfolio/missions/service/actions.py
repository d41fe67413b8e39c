"""Recommendations: proposed with who and until when, carried out on evidence, verified by an auditor who is another person."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from portfolio.documents.service import add, attached
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries
from portfolio.missions.forms import DoneForm, PostponeForm, ReasonForm, RecommendForm
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.missions.service.team import of_team
from portfolio.rulebook.lifecycles.missions import RECOMMENDATION
from portfolio.work import Work

DRAFTS = ("opened", "fieldwork", "contradictory")
"""Statuses of a mission in which its auditors add recommendations: before each of its two reports."""


def propose(work: Work, finding: Finding, form: RecommendForm) -> Recommendation:
    """Add an action to a finding: its responsible is no auditor of the mission. It runs from the final report."""
    finding = work.hold(finding)
    refuse(of_team(work, finding.mission_id))
    mission = work.db.get_one(Mission, finding.mission_id)
    if mission.status not in DRAFTS or finding.status in ("lifted", "settled"):
        raise Refused(Refusal("wrong_phase", _("The report is issued: no recommendation is added to it.")))
    errors = []
    if form.responsible_id not in {p.id for p in queries.responsibles(work, finding)}:
        errors.append(
            FieldError(
                "responsible_id", _("Choose somebody of the list: no auditor of the mission is responsible.")
            )
        )
    if form.due_on <= work.today:
        errors.append(FieldError("due_on", _("Choose a day to come.")))
    if errors:
        raise Invalid(errors)
    last = select(func.max(Recommendation.number)).where(Recommendation.finding_id == finding.id)
    number = (work.db.scalar(last) or 0) + 1
    made = Recommendation(
        reference=f"{finding.reference}.{number}",
        finding_id=finding.id,
        mission_id=finding.mission_id,
        country=finding.country,
        number=number,
        action=form.action,
        responsible_id=form.responsible_id,
        stated_by_id=finding.stated_by_id,
        first_due_on=form.due_on,
        due_on=form.due_on,
        proposed_at=work.now,
    )
    data = {
        "finding": finding.reference,
        "responsible": form.responsible_id,
        "due_on": form.due_on.isoformat(),
    }
    return work.create(made, "recommendation:proposed", permission="finding:state", data=data)


def carry_out_obstacles(work: Work, action: Recommendation) -> Iterator[Refusal]:
    """Its responsible says that it is done, nobody else."""
    if action.responsible_id != work.actor.id:
        name = work.around.names_of(work.db, [action.responsible_id]).get(action.responsible_id, "?")
        yield Refusal(
            "other_responsible",
            _("This recommendation is carried out by %(name)s.") % {"name": name},
            who=name,
        )


def carry_out(work: Work, action: Recommendation, form: DoneForm) -> None:
    """Say what was done, with its proof."""
    action = work.hold(action)
    refuse(carry_out_obstacles(work, action))
    if not attached(form.proof):
        raise Invalid(
            [FieldError("proof", _("Attach the proof: without a paper, an auditor verifies nothing."))]
        )
    work.advance(RECOMMENDATION, action, "do", evidence=form.evidence)
    add(work, action, "proof", form.proof, "proof")


def judge_obstacles(work: Work, action: Recommendation) -> Iterator[Refusal]:
    """Any auditor verifies, but its responsible: four eyes stand in the lifecycle; the mission's auditors may have left since."""
    if action.responsible_id == work.actor.id:
        yield Refusal("own_action", _("You are responsible for it: another person verifies."))


def verify(work: Work, action: Recommendation) -> None:
    """Verify it on its evidence."""
    action = work.hold(action)
    refuse(judge_obstacles(work, action))
    work.advance(RECOMMENDATION, action, "verify")


def return_(work: Work, action: Recommendation, form: ReasonForm) -> None:
    """Send it back: the evidence is not enough. Its day does not move."""
    action = work.hold(action)
    refuse(judge_obstacles(work, action))
    work.advance(RECOMMENDATION, action, "return_", reason=form.reason, done_by_id=None, done_at=None)


def drop(work: Work, action: Recommendation, form: ReasonForm) -> None:
    """Drop it: it has no object any more. Only by the auditors of its mission."""
    action = work.hold(action)
    refuse(of_team(work, action.mission_id))
    work.advance(RECOMMENDATION, action, "drop", reason=form.reason)


def postpone(work: Work, action: Recommendation, form: PostponeForm) -> None:
    """Give it a later day, by an auditor and for a reason: the first day stays written beside it."""
    action = work.hold(action)
    refuse(judge_obstacles(work, action))
    if action.status not in ("proposed", "agreed"):
        raise Refused(Refusal("wrong_status", _("Its day no longer changes.")))
    if form.due_on <= action.due_on:
        raise Invalid([FieldError("due_on", _("Choose a day after the present one."))])
    work.edit(
        action,
        "recommendation:postponed",
        permission="recommendation:verify",
        reason=form.reason,
        due_on=form.due_on,
    )
