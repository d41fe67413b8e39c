"""The outbox: claim an idempotency key, remember an answer, queue a job, run what is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portfolio.kit.errors import KeyReused
from portfolio.outbox.models import GivenAnswer, Job

MAX_ATTEMPTS = 8
MAX_SENDINGS = 20
LONGEST = timedelta(hours=6)
"""A message is tried again for three days and a half, a line that is cut over a weekend included; never less than every six hours."""
STUCK = timedelta(minutes=15)
"""A message that began to leave so long ago was cut in the middle: it may have left, and is not sent again."""


class Hopeless(Exception):
    """A message that will never be taken, or that came too late to be sent: it is not tried again."""


class Doubtful(Exception):
    """A message of which nobody knows whether it was taken: it is not sent again."""


def claim(session: Session, actor: str, key: str, body_hash: str, at: datetime) -> GivenAnswer | None:
    """Claim a key in this transaction. None when it is new; the answer given when it is not. Raises KeyReused when
    the body differs. (`ON CONFLICT` has no usable rowcount on psycopg, so the row is asked back.)"""
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    values = {"actor": actor, "key": key, "body_hash": body_hash, "at": at, "code": 0}
    statement = (
        build(GivenAnswer)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["actor", "key"])
        .returning(GivenAnswer.id)
    )
    if session.execute(statement).scalar_one_or_none() is not None:
        return None
    given = session.execute(
        select(GivenAnswer).where(GivenAnswer.actor == actor, GivenAnswer.key == key)
    ).scalar_one()
    if given.body_hash != body_hash:
        raise KeyReused
    return given


def remember(session: Session, actor: str, key: str, code: int, location: str | None) -> None:
    """Store what was answered, so that a replay gets the same."""
    session.execute(
        update(GivenAnswer)
        .where(GivenAnswer.actor == actor, GivenAnswer.key == key)
        .values(code=code, location=location)
        .execution_options(synchronize_session=False)
    )


def enqueue(
    session: Session, name: str, payload: Mapping[str, object], due_at: datetime, key: str | None = None
) -> int | None:
    """Queue a job in the transaction of its cause; its id. With a `key`, None when that was asked for before."""
    build = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = build(Job).values(
        name=name, payload=dict(payload), state="waiting", attempts=0, due_at=due_at, key=key
    )
    if key is not None:
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
    return session.execute(statement.returning(Job.id)).scalar_one_or_none()


def run_due(
    open_session: Callable[[], Session],
    handlers: Mapping[str, Callable[..., None]],
    now: datetime,
    *,
    leaving: Mapping[str, Callable[..., None]] | None = None,
    limit: int = 20,
) -> int:
    """Run what is due, each job in its own transaction; a failure is tried again later, ever less often. Returns how many ran. The jobs
    `leaving` the house are given no session and no transaction: see `_let_go`. What has no handler stays due."""
    outside = leaving or {}
    done = 0
    for _ in range(limit):
        session = open_session()
        try:
            job = _next(session, [*handlers, *outside], now)
            if job is None:
                return done
            if job.name in outside:
                _let_go(session, job, outside[job.name], now)
            else:
                _run(session, job, handlers[job.name], now)
            session.commit()
            done += 1
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
    return done


def _next(session: Session, names: Sequence[str], now: datetime) -> Job | None:
    statement = (
        select(Job)
        .where(
            Job.state == "waiting",
            Job.due_at <= now,
            Job.name.in_(names),
            or_(Job.started_at.is_(None), Job.started_at < now - STUCK),
        )
        .order_by(Job.due_at, Job.id)
        .limit(1)
    )
    return session.scalars(statement.with_for_update(skip_locked=True)).one_or_none()


def _run(session: Session, job: Job, handler: Callable[..., None], now: datetime) -> None:
    try:
        with session.begin_nested():
            handler(session, **job.payload)
        job.state, job.done_at = "done", now
    except Exception as error:
        _again(job, error, now, MAX_ATTEMPTS)


def _let_go(session: Session, job: Job, handler: Callable[..., None], now: datetime) -> None:
    """Send once at most: that it leaves is committed first, and nothing is locked while a far machine takes its time. A refusal that the
    other side said is tried again; what may have been taken is not."""
    if job.started_at is not None:
        job.state, job.error = "failed", "interrompu pendant l’envoi : peut-être parti, il n’est pas renvoyé"
        return
    number, payload, job.started_at = job.id, dict(job.payload), now
    session.commit()
    failure: Exception | None = None
    try:
        handler(number=number, now=now, **payload)
    except Exception as error:
        failure = error
    job = session.get_one(Job, number)
    if failure is None:
        job.state, job.done_at, job.error = "done", now, None
    elif isinstance(failure, (Hopeless, Doubtful)):
        job.state, job.error = "failed", str(failure)[:2000]
        job.attempts += 1
    else:
        _again(job, failure, now, MAX_SENDINGS)
        job.started_at = None


def _again(job: Job, error: Exception, now: datetime, most: int) -> None:
    job.attempts += 1
    job.error = f"{type(error).__name__}: {error}"[:2000]
    job.state = "failed" if job.attempts >= most else "waiting"
    job.due_at = now + min(timedelta(minutes=2**job.attempts), LONGEST)
