"""The audit trail's table and its head."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, BigId, Code, JsonType, Long, Moment, Ref


class AuditEvent(Base):
    """One thing that happened. Codes, ids and amounts only, never sentences; personal values as salted commitments (T09)."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_id", "seq"),
        Index("ix_audit_event_actor", "actor_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    actor_id: Mapped[Ref | None]
    capacity: Mapped[str | None] = mapped_column(String(300))
    event: Mapped[Code]
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    subject_ref: Mapped[str | None] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(40))
    after: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[Long | None]
    data: Mapped[dict[str, object]] = mapped_column(JsonType)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ChainHead(Base):
    """Where a chain stands: one row each for the ledger and the audit trail, locked last and in that order."""

    __tablename__ = "chain_head"
    __table_args__ = (CheckConstraint("seq >= 0", name="seq_positive"),)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))


class AuditSalt(Base):
    """The random key under which one record's personal values are committed to; deleting it erases them for ever (T09)."""

    __tablename__ = "audit_salt"

    subject_type: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(64))
