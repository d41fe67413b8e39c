"""Signing in and out. Hashing happens before the write transaction opens; every try is kept, in its own transaction (A01 to A06, A12)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from portfolio.accounts.models import Person, SignIn, SignInAttempt
from portfolio.accounts.queries import by_email
from portfolio.audit.service import Happening, record
from portfolio.kit import passwords
from portfolio.kit.errors import Invalid
from portfolio.kit.forms import value_error
from portfolio.kit.i18n import gettext as _
from portfolio.origin import Surroundings
from portfolio.work import Work

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


def _hash(secret: bytes, kind: str, value: str) -> str:
    return hashlib.blake2b(f"{kind}:{value}".encode(), key=secret[:64], digest_size=32).hexdigest()


def throttled(around: Surroundings, email: str, address: str, now: datetime) -> bool:
    """Whether this account or this address has failed too often in the last quarter of an hour. Persistent; nobody is locked out for good (A05)."""
    session = around.database.session(readonly=True)
    try:
        tries = SignInAttempt
        for column, kind, value, most in (
            (tries.account_hash, "account", email.strip().lower(), PER_ACCOUNT),
            (tries.address_hash, "address", address, PER_ADDRESS),
        ):
            statement = (
                select(func.count())
                .select_from(tries)
                .where(
                    column == _hash(around.secret, kind, value),
                    tries.at > now - WINDOW,
                    tries.succeeded.is_(False),
                )
            )
            if session.execute(statement).scalar_one() >= most:
                return True
        return False
    finally:
        session.rollback()
        session.close()


def sign_in(work: Work, email: str, password: str) -> tuple[Person, str]:
    """Check a password and open a session: the person and the new token. Raises Invalid with the same words whoever exists (A06)."""
    around = work.around
    address = work.origin.address
    if throttled(around, email, address, work.now):
        raise value_error("email", _("Too many attempts. Wait a quarter of an hour, then try again."))
    reading = around.database.session(readonly=True)
    try:
        found = by_email(reading, email)
        stored = found.password_hash if found is not None and found.active else None
        number = found.id if found is not None and found.active else None
    finally:
        reading.rollback()
        reading.close()
    good = passwords.verify(stored, password)
    _remember_try(around, email, address, work.now, good, number)
    if not good or number is None:
        raise value_error("email", _("The address or the password is not right. Check both and try again."))
    person = work.db.get(Person, number)
    assert person is not None
    token = open_session(work, person)
    return person, token


def _remember_try(
    around: Surroundings, email: str, address: str, now: datetime, good: bool, number: int | None
) -> None:
    """Apart: a failed try raises, and is counted all the same (A05)."""
    row = {
        "at": now,
        "account_hash": _hash(around.secret, "account", email.strip().lower()),
        "address_hash": _hash(around.secret, "address", address),
        "succeeded": good,
    }
    with around.database.apart() as session:
        session.execute(insert(SignInAttempt).values(**row))
        if not good and number is not None:
            record(session, [Happening("person:sign_in_failed", "person", number, now, None)])


def open_session(work: Work, person: Person) -> str:
    """A new session with a fresh 256-bit token; the database keeps only its hash (A01)."""
    token = secrets.token_urlsafe(32)
    work.db.add(
        SignIn(
            token_hash=passwords.token_hash(token),
            person_id=person.id,
            created_at=work.now,
            seen_at=work.now,
            authenticated_at=work.now,
            address=work.origin.address[:60],
            browser=work.origin.browser[:300],
        )
    )
    work.db.flush()
    work.record("person:signed_in", person)
    return token


def end_session(work: Work) -> None:
    """Sign out: the session is dead on the server too (A03)."""
    actor = work.actor
    work.db.execute(update(SignIn).where(SignIn.id == actor.session_id).values(ended_at=work.now))
    person = work.db.get(Person, actor.id)
    assert person is not None
    work.record("person:signed_out", person)


def touch(around: Surroundings, session_id: int, now: datetime) -> None:
    """Last seen, after the response and at most once a minute: its own one-row write."""
    with around.database.apart() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == session_id, SignIn.seen_at < now - timedelta(minutes=1))
            .values(seen_at=now)
        )


__all__ = ["Invalid", "end_session", "open_session", "sign_in", "throttled", "touch"]
