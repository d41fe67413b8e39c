"""Small makers for tests: surroundings, people by role, work by an actor. Rooms make their own things by calling their services."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import actor_for
from portfolio.actor import Actor, Grant
from portfolio.app import load_rooms, surroundings
from portfolio.kit.clock import Clock, FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Origin, Surroundings
from portfolio.rulebook.permissions import ROLES
from portfolio.work import Work

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "un baobab dans la cour"  # of people that exist in tests only
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$"  # nobody signs in with it; see signed_in() in tests.client


def around(
    database: Database, *, clock: Clock | None = None, data_dir: Path | None = None, demo: bool = False
) -> Surroundings:
    """What work runs in, with a clock that stands at noon unless given."""
    load_rooms()
    folder = data_dir or Path(mkdtemp(prefix="portfolio-test-data-"))
    return surroundings(database, folder, b"s" * 48, clock=clock or FixedClock(NOON), demo=demo)


def add_person(
    database: Database,
    role: str | None,
    *,
    name: str | None = None,
    scope: tuple[str, str] = ("all", ""),
    **more: Any,
) -> int:
    """A person who holds one role; the id."""
    with database.session(readonly=False) as session:
        person = Person(
            email=f"{role or 'nobody'}-{secrets.token_hex(4)}@example.org",
            full_name=name or (ROLES[role] if role else "Personne"),
            function=role or "",
            password_hash=more.pop("password_hash", PASSWORD_HASH),
            created_at=NOON,
            preferences={},
        )
        session.add(person)
        session.flush()
        if role:
            session.add(
                RoleAssignment(
                    person_id=person.id,
                    role=role,
                    scope_kind=scope[0],
                    scope_code=scope[1],
                    starts_on=date(2020, 1, 1),
                    confirmed_at=NOON,
                    **({} if role == "applicant" else {"act_number": "Décision n° 100/SE", "act_on": date(2019, 12, 20)} | more),
                )
            )
        session.commit()
        return person.id


def people(database: Database) -> dict[str, int]:
    """One person per role: {role: id}."""
    return {role: add_person(database, role) for role in ROLES}


def actor(role: str, number: int = 1, *, scope: tuple[str, str] = ("all", "")) -> Actor:
    """An actor that needs no row (where no foreign key asks for one)."""
    return Actor(id=number, name=ROLES.get(role, role), grants=(Grant(role, *scope),))


@contextmanager
def work_as(
    database: Database | Surroundings,
    person: int,
    *,
    commit: bool = True,
    readonly: bool = False,
    clock: Clock | None = None,
) -> Iterator[Work]:
    """One piece of work by a stored person; committed at the end unless it raised."""
    surround = database if isinstance(database, Surroundings) else around(database, clock=clock)
    with surround.database.session(readonly=True) as session:
        who = actor_for(session, person, surround.clock.now().date())
        session.rollback()
    work = Work(surround, readonly=readonly, actor=who, origin=Origin())
    try:
        yield work
        if commit and not readonly:
            work.commit()
    except BaseException:
        work.undo()
        raise
    finally:
        work.close()
