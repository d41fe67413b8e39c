"""Who is who: the actor behind a token, names for histories, people by role."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, or_, select
from sqlalchemy.orm import Session

from portfolio.accounts.models import Person, RoleAssignment, SignIn
from portfolio.actor import Actor, Grant
from portfolio.kit.direct import Read
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.passwords import token_hash
from portfolio.rulebook.permissions import MONEY_ROLES
from portfolio.work import Work

IDLE = timedelta(minutes=30)
IDLE_MONEY = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
RECENT = timedelta(minutes=5)


def in_force(today: date | BindParameter[date]) -> list[ColumnElement[bool]]:
    """The assignments that count today: begun, not ended, not withdrawn, and confirmed where that is needed."""
    role = RoleAssignment
    return [
        role.starts_on <= today,
        or_(role.ends_on.is_(None), role.ends_on >= today),
        role.revoked_at.is_(None),
        or_(role.confirmed_at.is_not(None), role.role.not_in(MONEY_ROLES)),
    ]


def load_actor(session: Session, token: str, now: datetime) -> Actor | None:
    """The person behind a session token with the roles of this moment, in one query; None when the session has ended (A03, Z13).
    Plain columns of one statement made once: this is read on every request."""
    values = {"token": token_hash(token), "today": now.date()}
    rows = _signed_in().rows(session.connection(), values)
    if not rows:
        return None
    first = rows[0]
    assignments = [row for row in rows if row.role is not None]
    idle = IDLE_MONEY if any(a.role in MONEY_ROLES for a in assignments) else IDLE
    if now - first.seen_at > idle or now - first.created_at > ABSOLUTE:
        return None
    return Actor(
        id=first.person_id,
        name=first.full_name,
        function=first.function,
        locale=first.locale,
        grants=_grants(assignments),
        session_id=first.session_id,
        authenticated_recently=now - first.authenticated_at <= RECENT,
        extra={"views": dict(first.preferences or {}).get("views", {}), "seen_at": first.seen_at},
    )


class _SignedIn(NamedTuple):
    """The columns of `_signed_in`, in order; those of a role are None together for somebody who holds none."""

    session_id: int
    seen_at: datetime
    created_at: datetime
    authenticated_at: datetime
    person_id: int
    full_name: str
    function: str
    locale: str
    preferences: dict[str, Any] | None
    role: str | None
    scope_kind: str
    scope_code: str
    kind: str
    act_number: str
    act_on: date | None
    ceiling_minor: int | None


@functools.cache
def _signed_in() -> Read:
    """Session, person and roles of a token; the parameters are `token` and `today`."""
    role = RoleAssignment
    held = (role.person_id == Person.id) & _all(in_force(bindparam("today", type_=Date)))
    return Read(
        select(
            SignIn.id.label("session_id"), SignIn.seen_at, SignIn.created_at, SignIn.authenticated_at, SignIn.person_id,
            Person.full_name, Person.function, Person.locale, Person.preferences,
            role.role, role.scope_kind, role.scope_code, role.kind, role.act_number, role.act_on, role.ceiling_minor,
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(role, held)
        .where(SignIn.token_hash == bindparam("token"), SignIn.ended_at.is_(None), Person.active.is_(True))
        .order_by(role.id),
        row=_SignedIn._make,
    )  # fmt: skip


def _all(clauses: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole & clause
    return whole


def actor_of(person: Person, assignments: Iterable[RoleAssignment]) -> Actor:
    """The plain data of an actor."""
    return Actor(
        id=person.id,
        name=person.full_name,
        function=person.function,
        locale=person.locale,
        grants=_grants(assignments),
        extra={"views": dict(person.preferences or {}).get("views", {})},
    )


def _grants(assignments: Iterable[Any]) -> tuple[Grant, ...]:
    """Roles as held, from records or from rows with the same columns."""
    return tuple(
        Grant(
            a.role, a.scope_kind, a.scope_code, capacity_text(a) if a.kind != "own" else None, a.ceiling_minor
        )
        for a in assignments
    )


def capacity_text(assignment: Any) -> str:
    """What a paper prints under a name that signs for another (F5)."""
    on = assignment.act_on.strftime("%d/%m/%Y") if assignment.act_on else ""
    words = (
        _("by delegation (%(act)s, of %(on)s)")
        if assignment.kind == "delegation"
        else _("ad interim (%(act)s, of %(on)s)")
    )
    number = (assignment.act_number or "").strip()
    if number[:1].isdigit():
        number = _("act no. %(number)s") % {"number": number}
    return words % {"act": number[:1].lower() + number[1:], "on": on}


def actor_for(session: Session, person_id: int, today: date) -> Actor:
    """The actor of a person without a browser: for jobs, the command line and the demo portfolio."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    assignments = session.scalars(
        select(RoleAssignment).where(RoleAssignment.person_id == person_id, *in_force(today))
    )
    return actor_of(person, assignments.all())


def names_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for histories and signatures."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {
        row.id: row.full_name
        for row in session.execute(select(Person.id, Person.full_name).where(Person.id.in_(wanted)))
    }


def people_with(work: Work, role: str) -> Sequence[Person]:
    """Everybody who holds a role today, by name."""
    statement = (
        select(Person)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(RoleAssignment.role == role, Person.active.is_(True), *in_force(work.today))
        .order_by(Person.full_name, Person.id)
        .distinct()
    )
    return work.db.scalars(statement).all()


def head_of(work: Work) -> Person | None:
    """The ordonnateur in office: who holds the role in his own name today."""
    statement = (
        select(Person)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role == "authorising_officer",
            RoleAssignment.kind == "own",
            Person.active.is_(True),
            *in_force(work.today),
        )
        .order_by(RoleAssignment.starts_on, Person.id)
        .limit(1)
    )
    return work.db.scalars(statement).first()


def person(work: Work, number: int) -> Person:
    """A person by id."""
    found = work.db.get(Person, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def by_email(session: Session, email: str) -> Person | None:
    """A person by the address they sign in with."""
    return session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
