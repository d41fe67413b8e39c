"""The life of a mission: opened, fieldwork, provisional report, answers of the audited, final report, closed (procédure contradictoire)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from portfolio.accounts.queries import people_with
from portfolio.agreements.models import Agreement
from portfolio.calls import queries as calls
from portfolio.documents.reference import figure
from portfolio.funds import queries as funds
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, refuse
from portfolio.kit.i18n import date_text, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.missions import queries
from portfolio.missions.forms import CommunicateForm, OpenForm, ReasonForm
from portfolio.missions.models import Finding, Mission, MissionAuditor, Recommendation
from portfolio.missions.service.papers import final_report, provisional_report
from portfolio.missions.service.team import not_of_team, of_team
from portfolio.rulebook.lifecycles.missions import MISSION, RECOMMENDATION
from portfolio.rulebook.permissions import roles_with, who_may
from portfolio.work import Work

AUDITORS = roles_with("mission:lead")


def open_(work: Work, form: OpenForm) -> Mission:
    """Open a mission and name its auditors; who opens it is one of them. Invalid: a scope that is not told, dates the wrong way round."""
    errors: list[FieldError] = []
    if form.to_on < form.from_on:
        errors.append(FieldError("to_on", _("The end comes before the beginning: check both dates.")))
    scope = _scope(work, form, errors)
    known = {p.id for role in AUDITORS for p in people_with(work, role)}
    if not set(form.auditors) <= known:
        errors.append(FieldError("auditors", _("Choose one of the answers proposed.")))
    if errors:
        raise Invalid(errors)
    made = Mission(
        reference=work.number("mission", "mission"),
        kind=form.kind,
        title=form.title,
        firm=form.firm or "",
        scope=form.scope,
        from_on=form.from_on,
        to_on=form.to_on,
        opened_by_id=work.actor.id,
        opened_at=work.now,
        **scope,
    )
    team = sorted({work.actor.id, *form.auditors})
    data = {"kind": form.kind, "scope": form.scope, "auditors": team}
    work.create(made, "mission:opened", permission="mission:lead", data=data)
    work.db.add_all(MissionAuditor(mission_id=made.id, person_id=number) for number in team)
    work.db.flush()
    return made


def _scope(work: Work, form: OpenForm, errors: list[FieldError]) -> dict[str, int | None]:
    """The one record, or the exercice, that the scope names; what belongs to another scope is left out."""
    words = _("Say which one: it is the scope that you chose.")
    try:
        if form.scope == "fund":
            return {"fund_id": funds.get(work, form.fund_id or 0).id}
        if form.scope == "call":
            return {"call_id": calls.get(work, form.call_id or 0).id}
    except NotFound:
        errors.append(FieldError(f"{form.scope}_id", words))
    if form.scope == "agreement":
        typed = (form.agreement or "").strip().upper()
        mine = work.within("agreement:view", Agreement)
        found = work.db.scalar(select(Agreement.id).where(Agreement.reference == typed, mine))
        if found is None:
            errors.append(
                FieldError("agreement", _("No grant agreement has this number. Example: CONV-2026-00042-K."))
            )
        return {"agreement_id": found}
    if form.scope == "exercice":
        if form.exercice is None:
            errors.append(FieldError("exercice", words))
        return {"exercice": form.exercice}
    return {}


def start(work: Work, mission: Mission) -> None:
    """Start the fieldwork."""
    mission = work.hold(mission)
    refuse(of_team(work, mission.id))
    work.advance(MISSION, mission, "start")


def communicate_obstacles(work: Work, mission: Mission) -> Iterator[Refusal]:
    """A report says something, and says it by its auditors."""
    yield from of_team(work, mission.id)
    if not queries.findings_of(work, mission):
        yield Refusal(
            "no_finding",
            _("No finding is stated yet."),
            way_out=_(
                "State the findings first. A mission that found nothing states it as one of low severity."
            ),
        )


def communicate(work: Work, mission: Mission, form: CommunicateForm | None = None) -> None:
    """Issue the provisional report: from now on the audited read the findings and have so many days to answer."""
    mission = work.hold(mission)
    refuse(communicate_obstacles(work, mission))
    until = form.answers_due_on if form else None
    if until is not None and until <= work.today:
        raise Invalid([FieldError("answers_due_on", _("Choose a day to come."))])
    due = until or work.today + timedelta(days=figure("audit_answer_days", work.today))
    work.advance(MISSION, mission, "communicate", answers_due_on=due)
    provisional_report(work, mission)


def answer_obstacles(work: Work, mission: Mission) -> Iterator[Refusal]:
    """Each finding is answered before the answers go back as one."""
    yield from not_of_team(work, mission.id)
    silent = [f.reference for f in _all(work, mission) if f.status == "stated"]
    if silent:
        yield Refusal(
            "finding_not_answered",
            _("Findings without an answer: %(names)s.") % {"names": ", ".join(silent)},
            way_out=_("Answer each of them on its page, even in a line."),
            who=who_may("finding:answer"),
        )


def answer(work: Work, mission: Mission) -> None:
    """Send the answers of the audited to the auditors."""
    mission = work.hold(mission)
    refuse(answer_obstacles(work, mission))
    work.advance(MISSION, mission, "answer")


def lapse_obstacles(work: Work, mission: Mission) -> Iterator[Refusal]:
    """The audited keep their delay."""
    yield from of_team(work, mission.id)
    if mission.answers_due_on is not None and mission.answers_due_on >= work.today:
        yield Refusal(
            "delay_runs",
            _("The audited may answer until %(day)s.") % {"day": date_text(mission.answers_due_on)},
            way_out=_("Wait for their answers, or for the day after."),
        )


def lapse(work: Work, mission: Mission, form: ReasonForm) -> None:
    """Go on without the answers that did not come: the final report says so."""
    mission = work.hold(mission)
    refuse(lapse_obstacles(work, mission))
    work.advance(MISSION, mission, "lapse", reason=form.reason)


def finalise_obstacles(work: Work, mission: Mission) -> Iterator[Refusal]:
    """Each finding is maintained or lifted, and each that is maintained asks for something of somebody."""
    yield from of_team(work, mission.id)
    found = _all(work, mission)
    waiting = [f.reference for f in found if f.status in ("stated", "answered")]
    if waiting:
        yield Refusal(
            "finding_not_judged",
            _("Findings neither maintained nor lifted: %(names)s.") % {"names": ", ".join(waiting)},
            way_out=_("Read the answer of each, then maintain it or lift it."),
        )
    asked = {a.finding_id for a in _actions(work, mission) if a.status != "dropped"}
    bare = [f.reference for f in found if f.status == "maintained" and f.id not in asked]
    if bare:
        yield Refusal(
            "no_recommendation",
            _("Findings maintained without a recommendation: %(names)s.") % {"names": ", ".join(bare)},
            way_out=_("Add to each what is to be done, by whom and until when."),
        )


def finalise(work: Work, mission: Mission) -> None:
    """Issue the final report: the recommendations of what is maintained run from now on; those of what was lifted are dropped."""
    mission = work.hold(mission)
    refuse(finalise_obstacles(work, mission))
    lifted = {f.id for f in _all(work, mission) if f.status == "lifted"}
    for action in _actions(work, mission):
        if action.status != "proposed":
            continue
        held = work.hold(action)
        if held.finding_id in lifted:
            work.advance(RECOMMENDATION, held, "drop", reason=_("Its finding is lifted."))
        else:
            work.advance(RECOMMENDATION, held, "agree")
    work.advance(MISSION, mission, "finalise")
    final_report(work, mission)


def close_obstacles(work: Work, mission: Mission) -> Iterator[Refusal]:
    """Everything recommended is verified or dropped, and every questioned franc is settled."""
    yield from of_team(work, mission.id)
    going = [a.reference for a in _actions(work, mission) if a.status not in ("verified", "dropped")]
    if going:
        yield Refusal(
            "recommendation_open",
            _("Recommendations not verified: %(names)s.") % {"names": ", ".join(going)},
            way_out=_("Have them carried out, then verify them on evidence."),
            who=who_may("recommendation:do"),
        )
    unsettled = [f for f in _all(work, mission) if f.status == "maintained"]
    pending = sum(f.pending_minor for f in unsettled)
    if unsettled:
        words = ngettext(
            "%(n)d finding is not settled, %(francs)s still pending: %(names)s.",
            "%(n)d findings are not settled, %(francs)s still pending: %(names)s.",
            len(unsettled),
        )
        told = {
            "n": len(unsettled),
            "francs": amount(pending),
            "names": ", ".join(f.reference for f in unsettled),
        }
        yield Refusal(
            "finding_open",
            words % told,
            way_out=_("Record how each amount is settled, then settle the finding."),
            missing_minor=pending or None,
        )


def close(work: Work, mission: Mission) -> None:
    """Close the mission: nothing of it is open any more."""
    mission = work.hold(mission)
    refuse(close_obstacles(work, mission))
    work.advance(MISSION, mission, "close")


def abandon(work: Work, mission: Mission, form: ReasonForm) -> None:
    """Give a mission up before anything of it is told; its number and its findings stay."""
    mission = work.hold(mission)
    refuse(of_team(work, mission.id))
    work.advance(MISSION, mission, "abandon", reason=form.reason)


def _all(work: Work, mission: Mission) -> list[Finding]:
    """Every finding of the mission, whoever asks: a report does not depend on its reader."""
    statement = select(Finding).where(Finding.mission_id == mission.id)
    return list(work.db.scalars(statement.order_by(Finding.number)))


def _actions(work: Work, mission: Mission) -> list[Recommendation]:
    statement = select(Recommendation).where(Recommendation.mission_id == mission.id)
    return list(work.db.scalars(statement.order_by(Recommendation.id)))
