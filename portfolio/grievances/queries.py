"""Reading complaints. A sensitive one is read by named people only: the rule stands in the query, not on the page (L8, row 45)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import in_force
from portfolio.documents import queries as documents
from portfolio.grievances import reference
from portfolio.grievances.models import Grievance, GrievanceNote
from portfolio.kit.errors import NotFound
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.projects.models import Project
from portfolio.rulebook.permissions import roles_with
from portfolio.work import Work

G = Grievance


def readable(work: Work) -> ColumnElement[bool]:
    """The complaints whose words the actor may read: in scope, and for a sensitive one by its named readers or its assignee."""
    actor = work.maybe_actor
    mine = G.assignee_id == (actor.id if actor else 0)
    return work.within("grievance:view", G) & or_(
        G.sensitive.is_(False), mine, work.within("grievance:view_sensitive", G)
    )


def visible(work: Work) -> Select[Grievance]:
    """The complaints that the actor may open."""
    return select(Grievance).where(readable(work))


def get(work: Work, number: int) -> Grievance:
    """A complaint, or NotFound: a sensitive one does not exist for others."""
    statement = visible(work).where(G.id == number)
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def of_project(work: Work, project: Project) -> list[Grievance]:
    """The complaints about a project that the actor may open."""
    return list(work.db.scalars(visible(work).where(G.project_id == project.id).order_by(G.id.desc())))


def open_count(work: Work, project_id: int, *, sensitive_only: bool = False) -> int:
    """How many complaints about a project are not closed: what the closing of a grant asks. Counts every one, whoever asks."""
    statement = select(func.count()).select_from(G).where(G.project_id == project_id, G.status != "closed")
    if sensitive_only:
        statement = statement.where(G.sensitive)
    return work.db.scalar(statement) or 0


def sees_people(work: Work, grievance: Grievance) -> bool:
    """Whether the actor works on this complaint, and so reads who complained and what was said word for word."""
    if grievance.assignee_id == work.actor.id:
        return True
    return any(work.may(f"grievance:{verb}", grievance) for verb in ("record", "answer", "assign", "close"))


def assignees(work: Work, grievance: Grievance | None = None) -> list[Person]:
    """Who may be asked to look into a complaint: whoever proposes answers, in its country."""
    country = grievance.country if grievance is not None else ""
    statement = (
        select(Person)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role.in_(roles_with("grievance:answer")),
            Person.active.is_(True),
            or_(RoleAssignment.scope_kind != "country", RoleAssignment.scope_code == country),
            *in_force(work.today),
        )
        .order_by(Person.full_name, Person.id)
        .distinct()
    )
    return list(work.db.scalars(statement))


def notes(work: Work, grievance: Grievance) -> list[tuple[GrievanceNote, str]]:
    """What was said and done, oldest first, with who wrote it."""
    statement = (
        select(GrievanceNote, Person.full_name)
        .join(Person, Person.id == GrievanceNote.written_by_id)
        .where(GrievanceNote.grievance_id == grievance.id)
        .order_by(GrievanceNote.id)
    )
    return [(note, name) for note, name in work.db.execute(statement)]


def last_day(work: Work, grievance: Grievance) -> date:
    """The last day to answer; a complaint about a project has the delay of its place, which force majeure stops (R18)."""
    project = work.db.get(Project, grievance.project_id) if grievance.project_id else None
    if project is None:
        return grievance.due_on
    return places.last_day(work, project.place_id, grievance.received_on, grievance.due_on)


def overdue(work: Work) -> ColumnElement[bool]:
    """Complaints not closed whose last day is past, days of force majeure added."""
    past = and_(Grievance.status != "closed", Grievance.due_on < work.today)
    stopped = (
        select(Grievance)
        .join(Project, Project.id == Grievance.project_id)
        .join(Place, Place.id == Project.place_id)
        .where(past, places.touched(Place.path))
    )
    running = [g.id for g in work.db.scalars(stopped) if last_day(work, g) >= work.today]
    return and_(past, Grievance.id.not_in(running)) if running else past


def words() -> dict[str, Any]:
    """The words of codes, for templates."""
    return {
        "category_words": reference.CATEGORY_WORDS,
        "channel_words": reference.CHANNEL_WORDS,
        "note_words": reference.NOTE_WORDS,
    }


def facts(work: Work, grievance: Grievance) -> dict[str, Any]:
    """Everything the page of a complaint shows."""
    project = work.db.get(Project, grievance.project_id) if grievance.project_id else None
    people = [p for p in (grievance.assignee_id, grievance.recorded_by_id) if p is not None]
    works = sees_people(work, grievance)
    return {
        "grievance": grievance,
        "project": project,
        "names": work.around.names_of(work.db, people),
        "works": works,
        "notes": notes(work, grievance) if works else [],
        "late": grievance.status != "closed" and last_day(work, grievance) < work.today,
        "last_day": last_day(work, grievance),
        "assignees": assignees(work, grievance) if work.may("grievance:assign", grievance) else [],
        **words(),
    }


def projects(work: Work) -> list[Project]:
    """The projects that a complaint may be about."""
    statement = select(Project).where(work.within("project:view", Project))
    return list(work.db.scalars(statement.order_by(Project.reference).limit(1000)))


documents.owner("grievance", get)
