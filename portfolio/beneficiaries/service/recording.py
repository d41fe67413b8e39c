"""People entered by name or counted; corrections with their reason; looks at names, each of which leaves a trace."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.beneficiaries import queries
from portfolio.beneficiaries.forms import (
    CorrectForm,
    CountForm,
    CountRow,
    CountsForm,
    PeopleForm,
    PersonForm,
    PersonRow,
    ReasonForm,
)
from portfolio.beneficiaries.models import Duplicate, ReachedCount, ReachedPerson
from portfolio.beneficiaries.reference import band_of
from portfolio.beneficiaries.service.pairs import find_pairs
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.projects.models import Project
from portfolio.work import Work


def _columns(row: PersonRow, received_on: date) -> dict[str, Any]:
    year, estimated = row.birth_year, False
    if year is None and row.age is not None:
        year, estimated = received_on.year - row.age, True
    return {
        "full_name": row.full_name,
        "sound": queries.key_of(row.full_name),
        "sex": row.sex,
        "birth_year": year,
        "estimated": estimated,
        "band": band_of(year, received_on.year),
        "phone": row.phone or "",
        "village": row.village or "",
        "village_folded": fold(row.village or ""),
        "displacement": row.displacement,
        "disability": {"yes": True, "no": False}.get(row.disability),
        "received_on": received_on,
    }


def _row_errors(row: PersonRow, received_on: date, prefix: str) -> list[FieldError]:
    errors = []
    if row.birth_year is not None and row.birth_year > received_on.year:
        errors.append(FieldError(f"{prefix}birth_year", _("The year of birth comes after the assistance.")))
    if (
        row.birth_year is not None
        and row.age is not None
        and abs(received_on.year - row.birth_year - row.age) > 1
    ):
        errors.append(
            FieldError(f"{prefix}age", _("Age and year of birth do not agree: leave one of them empty."))
        )
    return errors


def _day_errors(work: Work, day: date, field: str = "received_on") -> list[FieldError]:
    if day > work.today:
        return [FieldError(field, _("This day is still to come."))]
    return []


def record_people(work: Work, project: Project, form: PeopleForm) -> list[ReachedPerson]:
    """Enter a page of the grid; possible doubles open pairs for a second person and block nobody (trap 7)."""
    work.require("reach:record", project)
    errors = _day_errors(work, form.received_on)
    if not form.lines:
        errors.append(FieldError("lines-0-full_name", _("Enter at least one person.")))
    for n, row in enumerate(form.lines):
        errors += _row_errors(row, form.received_on, f"lines-{n}-")
    if errors:
        raise Invalid(errors)
    people = [
        ReachedPerson(
            code=work.number("reached", "reached_person"),
            project_id=project.id,
            call_id=project.call_id,
            group_id=project.group_id,
            country=project.country,
            assistance=form.assistance,
            recorded_by_id=work.actor.id,
            recorded_at=work.now,
            **_columns(row, form.received_on),
        )
        for row in form.lines
    ]
    work.db.add_all(people)
    work.db.flush()
    data = {"people": len(people), "first": people[0].code, "last": people[-1].code}
    work.record("reach:recorded", project, data=data)
    find_pairs(work, people)
    return people


def record_person(work: Work, project: Project, form: PersonForm) -> ReachedPerson:
    """Enter one person."""
    row = PersonRow(**form.model_dump(exclude={"received_on", "assistance"}))
    page = PeopleForm(received_on=form.received_on, assistance=form.assistance, lines=[row])
    return record_people(work, project, page)[0]


def correct_person(work: Work, person: ReachedPerson, form: CorrectForm) -> None:
    """Correct somebody, with the reason; the band is worked out again, and doubles looked for again."""
    person = work.hold(person)
    work.require("reach:view_names", person)
    if person.erased_at is not None:
        words = _("What told who this person was is erased: there is nothing to correct.")
        raise Refused(Refusal("already_erased", words))
    row = PersonRow(**form.model_dump(exclude={"received_on", "reason"}))
    errors = _day_errors(work, form.received_on) + _row_errors(row, form.received_on, "")
    if errors:
        raise Invalid(errors)
    columns = _columns(row, form.received_on)
    hidden = {name: columns.pop(name) for name in ("sound", "village", "village_folded", "disability")}
    for name, value in hidden.items():
        setattr(person, name, value)  # what would give the person away stays out of the trail
    work.edit(person, "reach:corrected", permission="reach:record", reason=form.reason, **columns)
    work.db.flush()
    if person.same_as_id is None:
        find_pairs(work, [person])


def record_counts(work: Work, project: Project, form: CountsForm) -> list[ReachedCount]:
    """Keep people counted without names, or estimated: never added to those entered by name (R13)."""
    work.require("reach:record", project)
    errors = _day_errors(work, form.on, "on")
    if not form.lines:
        errors.append(FieldError("lines-0-people", _("Enter at least one count.")))
    if errors:
        raise Invalid(errors)
    rows = [_count(work, project, form.kind, form.on, form.method, row) for row in form.lines]
    work.db.add_all(rows)
    work.db.flush()
    data = {"kind": form.kind, "people": sum(r.people for r in rows), "rows": len(rows)}
    work.record("reach:counted", project, data=data)
    return rows


def record_count(work: Work, project: Project, form: CountForm) -> ReachedCount:
    """Keep one count."""
    row = CountRow(sex=form.sex, band=form.band, displacement=form.displacement, people=form.people)
    page = CountsForm(kind=form.kind, on=form.on, method=form.method, lines=[row])
    return record_counts(work, project, page)[0]


def _count(work: Work, project: Project, kind: str, on: date, method: str, row: CountRow) -> ReachedCount:
    return ReachedCount(
        project_id=project.id,
        call_id=project.call_id,
        group_id=project.group_id,
        country=project.country,
        kind=kind,
        sex=row.sex,
        band=row.band,
        displacement=row.displacement,
        people=row.people,
        on=on,
        method=method,
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )


def withdraw_count(work: Work, count: ReachedCount, form: ReasonForm) -> None:
    """Take a wrong count away, with the reason; what it said stays in the history of the project."""
    count = work.hold(count)
    work.require("reach:record", count)
    project = work.db.get_one(Project, count.project_id)
    data = {"kind": count.kind, "people": [count.people, 0], "sex": count.sex, "band": count.band}
    work.db.delete(count)
    work.db.flush()
    work.record("reach:corrected", project, data=data, reason=form.reason)


def see_names(work: Work, thing: Project | ReachedPerson | Duplicate, form: ReasonForm) -> str:
    """Record a look at names, with its reason; the token opens the page's names to this person for a while (row 14, P04)."""
    work.require("reach:view_names", thing)
    noun = {"project": "project", "reached_person": "person", "duplicate": "pair"}[thing.__tablename__]
    work.record("reach:names_seen", thing, reason=form.reason)
    return queries.look_at(work, f"{noun}-{thing.id}")
