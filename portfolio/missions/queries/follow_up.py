"""Recommendations: who may be responsible, what is late, what the page of one shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import in_force
from portfolio.documents import queries as documents
from portfolio.kit.errors import NotFound
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.missions.queries.records import auditors_of, readable
from portfolio.rulebook.permissions import roles_with
from portfolio.work import Work

DO = "recommendation:do"


def get_recommendation(work: Work, number: int) -> Recommendation:
    """One recommendation; NotFound for whoever may not read its finding."""
    statement = (
        select(Recommendation)
        .join(Finding, Finding.id == Recommendation.finding_id)
        .join(Mission, Mission.id == Finding.mission_id)
        .where(Recommendation.id == number, readable(work))
    )
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def recommendations_of(work: Work, finding: Finding) -> list[Recommendation]:
    """The actions of a finding, in their order."""
    statement = select(Recommendation).where(Recommendation.finding_id == finding.id)
    return list(work.db.scalars(statement.order_by(Recommendation.number)))


def late(work: Work) -> ColumnElement[bool]:
    """To be carried out, and its day is past."""
    return (Recommendation.status == "agreed") & (Recommendation.due_on < work.today)


def responsibles(work: Work, finding: Finding) -> list[Person]:
    """Who may be asked to carry out an action: whoever holds that right today, but the auditors of the mission."""
    team = auditors_of(work, finding.mission_id)
    statement = (
        select(Person)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role.in_(roles_with(DO)),
            Person.active.is_(True),
            Person.id.not_in([finding.stated_by_id, *team]),
            *in_force(work.today),
        )
        .order_by(Person.full_name, Person.id)
        .distinct()
    )
    return list(work.db.scalars(statement))


def recommendation_facts(work: Work, action: Recommendation) -> dict[str, Any]:
    """All that the page of a recommendation shows."""
    finding = work.db.get_one(Finding, action.finding_id)
    people = [
        p for p in (action.responsible_id, action.stated_by_id, action.done_by_id, action.verified_by_id) if p
    ]
    return {
        "action": action,
        "finding": finding,
        "mission": work.db.get_one(Mission, action.mission_id),
        "names": work.around.names_of(work.db, people),
        "late": action.status == "agreed" and action.due_on < work.today,
        "mine": action.responsible_id == work.actor.id,
        "papers": documents.shown(work, action),
    }


documents.owner("recommendation", get_recommendation)
