"""Who is who: the actor behind a token, names for histories, people by role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portfolio.accounts.models import Person, RoleAssignment, SignIn
from portfolio.actor import Actor, Grant
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.passwords import token_hash
from portfolio.rulebook.permissions import MONEY_ROLES
from portfolio.work import Work

IDLE = timedelta(minutes=30)
IDLE_MONEY = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
RECENT = timedelta(minutes=5)


def in_force(today: date) -> list[ColumnElement[bool]]:
    """The assignments that count today: begun, not ended, not withdrawn, and confirmed where that is needed."""
    role = RoleAssignment
    return [
        role.starts_on <= today,
        or_(role.ends_on.is_(None), role.ends_on >= today),
        role.revoked_at.is_(None),
        or_(role.confirmed_at.is_not(None), role.role.not_in(MONEY_ROLES)),
    ]


def load_actor(session: Session, token: str, now: datetime) -> Actor | None:
    """The person behind a session token with the roles of this moment, in one query; None when the session has ended (A03, Z13)."""
    statement = (
        select(SignIn, Person, RoleAssignment)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(RoleAssignment, (RoleAssignment.person_id == Person.id) & _all(in_force(now.date())))
        .where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None), Person.active.is_(True))
        .order_by(RoleAssignment.id)
    )
    rows = session.execute(statement).all()
    if not rows:
        return None
    sign_in, person = rows[0][0], rows[0][1]
    assignments = [row[2] for row in rows if row[2] is not None]
    idle = IDLE_MONEY if any(a.role in MONEY_ROLES for a in assignments) else IDLE
    if now - sign_in.seen_at > idle or now - sign_in.created_at > ABSOLUTE:
        return None
    return actor_of(person, assignments, sign_in, now)


def _all(clauses: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    whole = clauses[0]
    for clause in clauses[1:]:
        whole = whole & clause
    return whole


def actor_of(
    person: Person,
    assignments: Iterable[RoleAssignment],
    sign_in: SignIn | None = None,
    now: datetime | None = None,
) -> Actor:
    """The plain data of an actor."""
    grants = tuple(
        Grant(
            a.role, a.scope_kind, a.scope_code, capacity_text(a) if a.kind != "own" else None, a.ceiling_minor
        )
        for a in assignments
    )
    recent = sign_in is None or now is None or now - sign_in.authenticated_at <= RECENT
    seen = {"seen_at": sign_in.seen_at} if sign_in else {}
    return Actor(
        id=person.id,
        name=person.full_name,
        function=person.function,
        locale=person.locale,
        grants=grants,
        session_id=sign_in.id if sign_in else None,
        authenticated_recently=recent,
        extra={"views": dict(person.preferences or {}).get("views", {}), **seen},
    )


def capacity_text(assignment: RoleAssignment) -> str:
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


def role_is_held(work: Work, role: str) -> bool:
    """Whether the institution has somebody in this role today: the controller's step exists or not by it (R3)."""
    statement = select(RoleAssignment.id).where(RoleAssignment.role == role, *in_force(work.today)).limit(1)
    return work.db.execute(statement).first() is not None


def person(work: Work, number: int) -> Person:
    """A person by id."""
    found = work.db.get(Person, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def by_email(session: Session, email: str) -> Person | None:
    """A person by the address they sign in with."""
    return session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
