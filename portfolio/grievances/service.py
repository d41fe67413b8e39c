"""Complaints: recorded (anonymous or not), assigned, answered, closed by another person. Words stay in the record, not in the common trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portfolio.grievances import queries
from portfolio.grievances.forms import AnswerForm, AssignForm, CloseForm, NoteForm, RecordForm
from portfolio.grievances.models import Grievance, GrievanceNote
from portfolio.grievances.reference import ALWAYS_SENSITIVE, DELAY_DAYS
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.projects import queries as projects
from portfolio.rulebook.lifecycles.grievances import GRIEVANCE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def record(work: Work, form: RecordForm) -> Grievance:
    """Record a complaint and give it a number. Fraud and abuse are always sensitive, whatever was ticked."""
    project = projects.get(work, form.project_id) if form.project_id else None
    errors = []
    if form.received_on > work.today:
        errors.append(FieldError("received_on", _("This day is still to come.")))
    country = project.country if project is not None else form.country
    if country is None:
        errors.append(FieldError("country", _("Choose the country, or the micro-project.")))
    if form.reporter_phone and not form.reporter:
        errors.append(
            FieldError(
                "reporter", _("Enter the name too, or leave both empty: the complaint is then anonymous.")
            )
        )
    if errors:
        raise Invalid(errors)
    assert country is not None
    made = Grievance(
        reference=work.number("grievance", "grievance"),
        project_id=project.id if project else None,
        call_id=project.call_id if project else None,
        group_id=project.group_id if project else None,
        country=country,
        category=form.category,
        sensitive=form.sensitive or form.category in ALWAYS_SENSITIVE,
        channel=form.channel,
        received_on=form.received_on,
        reporter=form.reporter or "",
        reporter_phone=form.reporter_phone or "",
        account=form.account,
        due_on=form.received_on + timedelta(days=DELAY_DAYS),
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    data = {"sensitive": made.sensitive, "channel": form.channel}
    return work.create(made, "grievance:recorded", permission="grievance:record", data=data)


def assign(work: Work, grievance: Grievance, form: AssignForm) -> None:
    """Ask somebody to look into it."""
    grievance = work.hold(grievance)
    if form.assignee_id not in {p.id for p in queries.assignees(work, grievance)}:
        raise Invalid([FieldError("assignee_id", _("Choose somebody of the list."))])
    work.advance(GRIEVANCE, grievance, "assign", assignee_id=form.assignee_id)


def _write(work: Work, grievance: Grievance, kind: str, text: str) -> GrievanceNote:
    note = GrievanceNote(
        grievance_id=grievance.id, kind=kind, text=text, written_by_id=work.actor.id, written_at=work.now
    )
    work.db.add(note)
    work.db.flush()
    return note


def note(work: Work, grievance: Grievance, form: NoteForm) -> GrievanceNote:
    """Keep a step: a visit decided, somebody heard."""
    grievance = work.hold(grievance)
    if not queries.sees_people(work, grievance):
        work.require("grievance:answer", grievance)
    if grievance.status == "closed":
        raise Refused(Refusal("closed", _("This complaint is closed.")))
    made = _write(work, grievance, "step", form.text)
    work.record("grievance:noted", grievance, data={"note": made.id})
    return made


def answer_obstacles(work: Work, grievance: Grievance) -> Iterator[Refusal]:
    """The one it was given to answers."""
    if grievance.assignee_id is not None and grievance.assignee_id != work.actor.id:
        name = work.around.names_of(work.db, [grievance.assignee_id]).get(grievance.assignee_id, "?")
        yield Refusal("other_assignee", _("This complaint was given to %(name)s.") % {"name": name}, who=name)


def answer(work: Work, grievance: Grievance, form: AnswerForm) -> None:
    """Propose an answer."""
    grievance = work.hold(grievance)
    refuse(answer_obstacles(work, grievance))
    work.advance(GRIEVANCE, grievance, "answer")
    grievance.answer = form.answer
    _write(work, grievance, "answer", form.answer)


def reopen(work: Work, grievance: Grievance, form: NoteForm) -> None:
    """Send it back to the one who looks into it, with the reason."""
    grievance = work.hold(grievance)
    work.advance(GRIEVANCE, grievance, "reopen", answered_by_id=None, answered_at=None)
    _write(work, grievance, "reopening", form.text)


def close_obstacles(work: Work, grievance: Grievance) -> Iterator[Refusal]:
    """Another person closes, and not the one it was given to."""
    if grievance.assignee_id is not None and grievance.assignee_id == work.actor.id:
        yield Refusal(
            "own_answer",
            _("The complaint was given to you: another person closes it."),
            who=who_may("grievance:close"),
        )


def close(work: Work, grievance: Grievance, form: CloseForm | None = None) -> None:
    """Close the complaint, once the person was told."""
    grievance = work.hold(grievance)
    refuse(close_obstacles(work, grievance))
    work.advance(GRIEVANCE, grievance, "close")
    if form is not None and form.text:
        _write(work, grievance, "closing", form.text)
