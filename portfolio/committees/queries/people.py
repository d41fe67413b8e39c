"""Who sits where, and who is linked to what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, select

from portfolio.accounts.models import Person
from portfolio.committees.models import InterestDeclaration, Seat
from portfolio.work import Work

DECLARING = frozenset({"committee_president", "committee_member", "assessor", "reception_member"})
"""Roles that see a file or a purchase only after declaring that no link ties them to it (G4)."""


def seats(work: Work, committee_id: int, *, active: bool = True) -> list[tuple[Seat, Person]]:
    """The seats of a committee with the people in them: president first, then by capacity and name."""
    statement = select(Seat, Person).join(Person, Person.id == Seat.person_id)
    statement = statement.where(Seat.committee_id == committee_id)
    if active:
        statement = statement.where(Seat.active)
    functions = ("president", "vice_president", "member", "secretary")
    capacities = ("titular", "substitute", "observer")
    rows = [(seat, person) for seat, person in work.db.execute(statement)]
    rows.sort(
        key=lambda row: (
            capacities.index(row[0].capacity),
            functions.index(row[0].function) if row[0].function in functions else 9,
            row[0].id,
        )
    )
    return rows


def declaration_of(
    work: Work, person_id: int, subject_type: str, subject_id: int
) -> InterestDeclaration | None:
    """What this person declared about this thing, or None."""
    return work.db.scalars(
        select(InterestDeclaration).where(
            InterestDeclaration.person_id == person_id,
            InterestDeclaration.subject_type == subject_type,
            InterestDeclaration.subject_id == subject_id,
        )
    ).one_or_none()


def conflicted(work: Work, person_id: int, subject_type: str, subject_id: int) -> bool:
    """Whether this person declared a link with this thing."""
    found = declaration_of(work, person_id, subject_type, subject_id)
    return found is not None and found.conflict


def declared_clear(work: Work, person_id: int, subject_type: str, subject_id: int) -> bool:
    """Whether this person declared that no link ties them to this thing."""
    found = declaration_of(work, person_id, subject_type, subject_id)
    return found is not None and not found.conflict


def conflicted_people(work: Work, subject_type: str, subject_ids: list[int]) -> dict[int, set[int]]:
    """Thing → the people who declared a link with it. One query."""
    rows = work.db.execute(
        select(InterestDeclaration.subject_id, InterestDeclaration.person_id).where(
            InterestDeclaration.subject_type == subject_type,
            InterestDeclaration.subject_id.in_(subject_ids),
            InterestDeclaration.conflict,
        )
    )
    found: dict[int, set[int]] = {}
    for subject_id, person_id in rows:
        found.setdefault(subject_id, set()).add(person_id)
    return found


def linked_clause(person_id: int, subject_type: str, column: Any) -> ColumnElement[bool]:
    """SQL: this person declared a link with the thing whose id is in `column`."""
    linked = select(InterestDeclaration.subject_id).where(
        InterestDeclaration.person_id == person_id,
        InterestDeclaration.subject_type == subject_type,
        InterestDeclaration.conflict,
    )
    clause: ColumnElement[bool] = column.in_(linked)
    return clause


def open_to(work: Work, permission: str, subject_type: str, column: Any) -> ColumnElement[bool]:
    """SQL: the actor may open this thing, as far as interests go (G4, G5).

    Whoever declared a link is barred. Whoever holds `permission` only as a committee member or assessor must first have declared none.
    Every room that shows files or purchases adds this clause to its `visible(work)`.
    """
    actor = work.maybe_actor
    if actor is None:
        return false()
    barred = ~linked_clause(actor.id, subject_type, column)
    roles = {grant.role for grant in actor.holds(permission)}
    if not roles or not roles <= DECLARING:
        return barred
    clear = select(InterestDeclaration.subject_id).where(
        InterestDeclaration.person_id == actor.id,
        InterestDeclaration.subject_type == subject_type,
        ~InterestDeclaration.conflict,
    )
    return and_(barred, column.in_(clear))
