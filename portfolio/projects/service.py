"""The verbs of micro-projects: made from the agreement, carried through, visited, checked for harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import delete

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import meet
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import date_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.projects import queries
from portfolio.projects.forms import (
    ActivityLine,
    DoNoHarmForm,
    EditForm,
    IndicatorLine,
    MeasureForm,
    ProjectForm,
    ReportForm,
    VisitForm,
)
from portfolio.projects.models import Activity, Indicator, Project, Visit
from portfolio.projects.reference import QUESTIONS, is_risk
from portfolio.rulebook.lifecycles.projects import PROJECT, VISIT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

OPEN_AGREEMENT = ("active", "suspended")


def create_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """A micro-project comes from an agreement that both have signed, once."""
    if (known := queries.of_agreement(work, agreement.id)) is not None:
        yield Refusal(
            "already_done",
            _("This agreement already has its micro-project: %(reference)s.")
            % {"reference": known.reference},
            url=f"/projects/{known.id}",
        )
    elif agreement.status not in OPEN_AGREEMENT:
        yield Refusal(
            "not_in_execution",
            _("The micro-project begins once both parties have signed the agreement."),
            who=who_may("agreement:countersign"),
            url=f"/agreements/{agreement.id}",
        )


def create(work: Work, agreement: Agreement, form: ProjectForm) -> Project:
    """Open the micro-project of an agreement, with its activities (MP number)."""
    work.hold(agreement)
    refuse(create_obstacles(work, agreement))
    project = work.create(
        Project(
            reference=work.number("project", "project"),
            code=form.code or "",
            title=form.title or agreement.title,
            agreement_id=agreement.id,
            call_id=agreement.call_id,
            group_id=agreement.group_id,
            place_id=agreement.place_id,
            country=agreement.country,
            hidden_place=form.hidden_place or agreements.parties(work, agreement).group.hidden_place,
            objectives=form.objectives or "",
            context=form.context or "",
            expected=form.expected or "",
            do_no_harm=[],
            created_by_id=work.actor.id,
            created_at=work.now,
        ),
        "project:created",
        permission="project:manage",
        data={"agreement": agreement.reference},
    )
    _write_activities(work, project, form.activities)
    if form.indicators:
        _write_indicators(work, project, form.indicators)
    return project


def edit(work: Work, project: Project, form: EditForm) -> None:
    """Correct a micro-project; activities already done keep their date."""
    work.hold(project)
    work.edit(
        project,
        "project:edited",
        permission="project:manage",
        version=form.version,
        code=form.code or "",
        title=form.title or project.title,
        objectives=form.objectives or "",
        context=form.context or "",
        expected=form.expected or "",
        hidden_place=form.hidden_place,
    )
    if form.activities:
        done = {a.label: a.done_on for a in queries.activities(work, project)}
        work.db.execute(delete(Activity).where(Activity.project_id == project.id))
        _write_activities(work, project, form.activities, done)
    if form.indicators:
        _write_indicators(work, project, form.indicators)


def _write_indicators(work: Work, project: Project, rows: list[IndicatorLine]) -> None:
    """The indicators as typed: one that was measured stays, under its own words; two never have the same."""
    known = {i.label: i for i in queries.indicators(work, project)}
    labels = [row.label for row in rows]
    errors = [
        FieldError(f"indicators-{n}-label", _("This indicator is there twice: give each its own words."))
        for n, label in enumerate(labels)
        if label in labels[:n]
    ]
    for label, measured in known.items():
        if label not in labels and measured.reached is not None:
            words = _("« %(label)s » has been measured: it stays, with its words.") % {"label": label}
            errors.append(FieldError(f"indicators-{measured.position - 1}-label", words))
    if errors:
        raise Invalid(errors)
    for label, old in known.items():
        if label not in labels:
            work.db.delete(old)
    for position, row in enumerate(rows, 1):
        kept = known.get(row.label) or Indicator(project_id=project.id, label=row.label)
        kept.position, kept.unit, kept.target = position, row.unit or "", row.target
        work.db.add(kept)
    work.db.flush()
    data = {"targets": {row.label: row.target for row in rows}}
    work.record("indicator:set", project, data=data)


def measure(work: Work, project: Project, form: MeasureForm) -> None:
    """What the indicators have reached on a day, with what shows it; each measure stays in the history of the micro-project."""
    work.hold(project)
    work.require("project:manage", project)
    if form.measured_on > work.today:
        raise Invalid([FieldError("measured_on", _("This day is still to come."))])
    known = {i.id: i for i in queries.indicators(work, project)}
    if not form.measures or {row.id for row in form.measures} - set(known):
        raise Invalid([FieldError("measures-0-reached", _("Enter what at least one indicator has reached."))])
    told: dict[str, list[int | None]] = {}
    for row in form.measures:
        indicator = known[row.id]
        told[indicator.label] = [indicator.reached, row.reached]
        indicator.reached, indicator.measured_on = row.reached, form.measured_on
        indicator.source, indicator.gap_note = form.source, row.gap_note or ""
    work.db.flush()
    work.record("indicator:measured", project, data={"reached": told, "measured_on": form.measured_on})


def _write_activities(
    work: Work, project: Project, rows: list[ActivityLine], done: Mapping[str, date | None] | None = None
) -> None:
    for position, row in enumerate(rows, 1):
        work.db.add(
            Activity(
                project_id=project.id,
                position=position,
                label=row.label,
                due_on=row.due_on,
                done_on=(done or {}).get(row.label),
            )
        )
    work.db.flush()


def start(work: Work, project: Project) -> None:
    """Activities begin."""
    work.hold(project)
    work.advance(PROJECT, project, "start")


def stop(work: Work, project: Project, reason: str) -> None:
    """Activities stop, with the reason."""
    work.hold(project)
    work.advance(PROJECT, project, "stop", reason=reason)


def complete(work: Work, project: Project) -> None:
    """Everything planned is done."""
    work.hold(project)
    work.advance(PROJECT, project, "complete")


def finish_activity(work: Work, project: Project, number: int) -> None:
    """Tick an activity as done today."""
    work.hold(project)
    work.require("project:manage", project)
    activity = next((a for a in queries.activities(work, project) if a.id == number), None)
    if activity is None or activity.done_on is not None:
        refuse([Refusal("already_done", _("This activity is already done. Reload the page."))])
    assert activity is not None
    activity.done_on = work.today
    work.db.flush()
    work.record("activity:done", project, data={"activity": activity.label})


def plan_visit(work: Work, project: Project, form: VisitForm) -> Visit:
    """Plan a visit."""
    work.hold(project)
    return work.create(
        Visit(
            reference=work.number("visit", "visit"),
            project_id=project.id,
            call_id=project.call_id,
            group_id=project.group_id,
            country=project.country,
            planned_on=form.planned_on,
            team=form.team or "",
            created_by_id=work.actor.id,
        ),
        "visit:planned",
        permission="visit:report",
        data={"project": project.reference, "planned_on": form.planned_on},
    )


def report_errors(work: Work, form: ReportForm) -> Iterator[FieldError]:
    """Not in the future; a remote check says why nobody could go."""
    if form.visited_on > work.today:
        yield FieldError("visited_on", _("This date is in the future: write the report after the visit."))
    if form.remote and not form.remote_reason:
        yield FieldError("remote_reason", _("Say why nobody could go: road, security, force majeure."))


def report_visit(work: Work, visit: Visit, form: ReportForm) -> None:
    """Write what was found: planned, seen, people met, risks, action points; photos with it."""
    work.hold(visit)
    errors = list(report_errors(work, form))
    if errors:
        raise Invalid(errors)
    work.advance(
        VISIT,
        visit,
        "report",
        visited_on=form.visited_on,
        remote=form.remote,
        remote_reason=form.remote_reason or "" if form.remote else "",
        team=form.team,
        planned_work=form.planned_work or "",
        findings=form.findings,
        people_met=form.people_met or "",
        risks=form.risks or "",
        action_points=form.action_points or "",
    )
    for photo in form.photos:
        if documents.attached(photo):
            documents.add(work, visit, "photo", photo, "photos")


def validate_visit(work: Work, visit: Visit) -> None:
    """Another person validates the report; it meets the visit that the next tranche waits for, unless it came before the previous payment."""
    work.hold(visit)
    work.advance(VISIT, visit, "validate")
    project = work.db.get_one(Project, visit.project_id)
    agreement = work.db.get_one(Agreement, project.agreement_id)
    condition = agreements.waiting(work, agreement, "visit")
    if condition is not None and visit.visited_on is not None:
        tranche = work.db.get_one(Tranche, condition.tranche_id)
        earlier = [t.paid_on for t in agreements.tranches(work, agreement) if t.number == tranche.number - 1]
        if not earlier or (earlier[0] is not None and visit.visited_on >= earlier[0]):
            words = (
                _("Remote check %(reference)s of %(when)s")
                if visit.remote
                else _("Visit %(reference)s of %(when)s")
            )
            meet(work, condition, words % {"reference": visit.reference, "when": date_text(visit.visited_on)})
    from portfolio.projects.pdf import visit_pdf

    with speaking("fr"):  # papers are French whatever the language of the screen
        documents.issue(
            work,
            kind="visit",
            reference=visit.reference,
            title=_("Visit sheet"),
            subject=visit,
            facts=queries.visit_facts(work, visit),
            draw=lambda facts: visit_pdf(facts, queries.photo_bytes(work, visit)),
        )


def cancel_visit(work: Work, visit: Visit, reason: str) -> None:
    """Give a planned visit up, with the reason."""
    work.hold(visit)
    work.advance(VISIT, visit, "cancel", reason=reason)


def do_no_harm_errors(form: DoNoHarmForm) -> Iterator[FieldError]:
    """Every question answered; every risk with its measure."""
    given = {row.code: row for row in form.answers}
    for at, code in enumerate(QUESTIONS):
        row = given.get(code)
        if row is None:
            yield FieldError(f"answers-{at}-answer", _("Answer this question."))
        elif is_risk(code, row.answer) and not row.measure:
            yield FieldError(f"answers-{at}-measure", _("Say what is done against this risk."))


def answer_do_no_harm(work: Work, project: Project, form: DoNoHarmForm) -> None:
    """Fill in the do-no-harm checklist again; it meets the condition of the next tranche that asks for it."""
    work.hold(project)
    errors = list(do_no_harm_errors(form))
    if errors:
        raise Invalid(errors)
    answers = [
        {
            "code": row.code,
            "answer": row.answer,
            "measure": row.measure or "",
            "on": work.today.isoformat(),
            "by": work.actor.id,
        }
        for row in form.answers
        if row.code in QUESTIONS
    ]
    work.edit(project, "project:edited", permission="project:manage", do_no_harm=answers)
    agreement = work.db.get_one(Agreement, project.agreement_id)
    condition = agreements.waiting(work, agreement, "do_no_harm")
    if condition is not None:
        meet(work, condition, _("Checklist of %(when)s") % {"when": date_text(work.today)})
