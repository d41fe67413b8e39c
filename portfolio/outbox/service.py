"""The outbox: claim an idempotency key, remember an answer, queue a job, run what is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portfolio.kit.errors import KeyReused
from portfolio.outbox.models import GivenAnswer, Job

MAX_ATTEMPTS = 8


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


def enqueue(session: Session, name: str, payload: Mapping[str, object], due_at: datetime) -> None:
    """Queue a job in the transaction of its cause."""
    session.execute(
        insert(Job).values(name=name, payload=dict(payload), state="waiting", attempts=0, due_at=due_at)
    )


def run_due(
    open_session: Callable[[], Session],
    handlers: Mapping[str, Callable[..., None]],
    now: datetime,
    *,
    limit: int = 20,
) -> int:
    """Run what is due, each job in its own transaction; a failure is tried again later, ever less often. Returns how many ran."""
    done = 0
    for _ in range(limit):
        session = open_session()
        try:
            statement = (
                select(Job)
                .where(Job.state == "waiting", Job.due_at <= now)
                .order_by(Job.due_at, Job.id)
                .limit(1)
            )
            job = session.scalars(statement.with_for_update(skip_locked=True)).one_or_none()
            if job is None:
                return done
            try:
                with session.begin_nested():
                    handlers[job.name](session, **job.payload)
                job.state, job.done_at = "done", now
            except Exception as error:
                job.attempts += 1
                job.error = f"{type(error).__name__}: {error}"[:2000]
                job.state = "failed" if job.attempts >= MAX_ATTEMPTS else "waiting"
                job.due_at = now + timedelta(minutes=2**job.attempts)
            session.commit()
            done += 1
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
    return done
