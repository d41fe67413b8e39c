"""Messages and jobs to be done after the commit, and the answers already given."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, JsonType, Long, Moment, Ref


class Job(Base):
    """A message or a slow job, written in the same transaction as its cause and run after the commit."""

    __tablename__ = "outbox_job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state_known"),
        Index("ix_outbox_job_waiting", "state", "due_at"),
        Index("uq_outbox_job_key", "key", unique=True),
    )

    id: Mapped[Id]
    name: Mapped[Code]
    payload: Mapped[dict[str, object]] = mapped_column(JsonType)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
    error: Mapped[Long | None]
    key: Mapped[str | None] = mapped_column(String(200))
    """What is asked for at most once, such as the heads of a day to one address."""
    started_at: Mapped[Moment | None]
    """When what leaves the house began to leave: it is written before, so that nothing that may have left is sent again."""


class GivenAnswer(Base):
    """The answer given to one idempotency key of one actor; the same key and body get it again (C01)."""

    __tablename__ = "given_answer"
    __table_args__ = (UniqueConstraint("actor", "key", name="uq_given_answer_actor_key"),)

    id: Mapped[Id]
    actor: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(80))
    body_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
    code: Mapped[int] = mapped_column(default=0)
    location: Mapped[str | None] = mapped_column(String(1000))
    subject_id: Mapped[Ref | None]
