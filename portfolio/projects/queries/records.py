"""Reading micro-projects, their activities and visits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.places.models import Place
from portfolio.projects.models import Activity, Indicator, Project, Visit
from portfolio.projects.reference import ANSWERS, QUESTIONS, is_risk
from portfolio.work import Work


def visible(work: Work) -> Select[Project]:
    """The micro-projects that the actor may see."""
    return select(Project).where(work.within("project:view", Project))


def get(work: Work, number: int) -> Project:
    """The micro-project with this id; NotFound outside scope."""
    return work.fetch(Project, number, "project:view")


def get_visit(work: Work, number: int) -> Visit:
    """The visit with this id; NotFound outside scope."""
    return work.fetch(Visit, number, "visit:view")


def of_agreement(work: Work, agreement_id: int) -> Project | None:
    """The micro-project of an agreement, or None."""
    return work.db.scalars(select(Project).where(Project.agreement_id == agreement_id)).one_or_none()


def of_group(work: Work, group_id: int) -> list[Project]:
    """The micro-projects of a group that the actor may see, newest first."""
    statement = visible(work).where(Project.group_id == group_id)
    return list(work.db.scalars(statement.order_by(Project.id.desc())))


def activities(work: Work, project: Project) -> list[Activity]:
    """The activities, in order."""
    statement = select(Activity).where(Activity.project_id == project.id)
    return list(work.db.scalars(statement.order_by(Activity.position)))


def indicators(work: Work, project: Project) -> list[Indicator]:
    """The indicators, in order."""
    statement = select(Indicator).where(Indicator.project_id == project.id)
    return list(work.db.scalars(statement.order_by(Indicator.position, Indicator.id)))


def visits(work: Work, project: Project) -> list[Visit]:
    """The visits, newest first."""
    statement = select(Visit).where(Visit.project_id == project.id)
    return list(work.db.scalars(statement.order_by(Visit.planned_on.desc(), Visit.id.desc())))


def visits_due(work: Work) -> list[Visit]:
    """Planned visits whose day has come, oldest first."""
    statement = select(Visit).where(
        work.within("visit:view", Visit), Visit.status == "planned", Visit.planned_on <= work.today
    )
    return list(work.db.scalars(statement.order_by(Visit.planned_on, Visit.id)))


def ready_agreements(work: Work) -> list[Agreement]:
    """Agreements in execution that have no micro-project yet."""
    taken = select(Project.agreement_id)
    statement = agreements.visible(work).where(
        Agreement.status.in_(("active", "suspended")), Agreement.id.not_in(taken)
    )
    return list(work.db.scalars(statement.order_by(Agreement.id)))


def answered(code: str) -> str:
    """An answer of the checklist in words."""
    return _(ANSWERS[code])


def checklist(project: Project) -> list[dict[str, Any]]:
    """The do-no-harm questions with the last answers."""
    given = {row["code"]: row for row in project.do_no_harm or []}
    return [
        {
            "code": code,
            "question": _(question),
            "answer": given.get(code, {}).get("answer", ""),
            "words": answered(given[code]["answer"]) if code in given else "",
            "measure": given.get(code, {}).get("measure", ""),
            "risk": code in given and is_risk(code, given[code]["answer"]),
            "on": given.get(code, {}).get("on", ""),
        }
        for code, question in QUESTIONS.items()
    ]


def facts(work: Work, project: Project) -> dict[str, Any]:
    """The page of a micro-project."""
    agreement = work.db.get_one(Agreement, project.agreement_id)
    snap = agreements.snapshot(work, agreement)
    found = visits(work, project)
    return {
        "project": project,
        "agreement": agreement,
        "group": work.db.get_one(Group, project.group_id),
        "place": work.db.get_one(Place, project.place_id),
        "activities": activities(work, project),
        "indicators": indicators(work, project),
        "visits": found,
        "checklist": checklist(project),
        "answers": [(code, _(words)) for code, words in ANSWERS.items()],
        "paid_minor": sum(t.paid_minor for t in snap.tranches),
        "justified_minor": sum(
            snap.standing(t).accepted if t.modality == "advance" else t.paid_minor for t in snap.tranches
        ),
        "stops": [s for s in snap.stops if s.covers(work.today)],
        "waiting_visit": agreements.waiting(work, agreement, "visit"),
    }


def visit_page(work: Work, visit: Visit) -> dict[str, Any]:
    """The page of a visit."""
    project = work.db.get_one(Project, visit.project_id)
    return {
        "visit": visit,
        "project": project,
        "group": work.db.get_one(Group, visit.group_id),
        "place": work.db.get_one(Place, project.place_id),
        "persons": agreements.people(
            work, [visit.created_by_id, visit.reported_by_id, visit.validated_by_id]
        ),
        "stops": [
            s for s in agreements.stops(work, project.place_id) if s.covers(visit.visited_on or work.today)
        ],
    }
