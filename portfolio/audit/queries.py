"""Reading the audit trail: a record's timeline, the journal, and the check of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit.models import AuditEvent, ChainHead
from portfolio.audit.service import SEALED
from portfolio.kit.chain import GENESIS, seal


def timeline(session: Session, *subjects: tuple[str, int], limit: int = 200) -> Sequence[AuditEvent]:
    """What happened to these things, newest first."""
    by_type: dict[str, list[int]] = {}
    for kind, number in subjects:
        by_type.setdefault(kind, []).append(number)
    found: list[AuditEvent] = []
    for kind, numbers in by_type.items():
        statement = select(AuditEvent).where(
            AuditEvent.subject_type == kind, AuditEvent.subject_id.in_(numbers)
        )
        found += session.scalars(statement.order_by(AuditEvent.seq.desc()).limit(limit))
    return sorted(found, key=lambda e: -e.seq)[:limit]


@dataclass(frozen=True)
class Anomaly:
    """The first row of a chain that is not what was sealed, and what was done to it."""

    chain: str
    seq: int
    kind: str


def check(session: Session) -> Anomaly | None:
    """Walk the whole audit chain and name the first bad row, or None (T02)."""
    expected, previous = 1, GENESIS
    for event in _all(session):
        if event.seq != expected:
            return Anomaly("audit", expected, "gap")
        if event.previous != previous:
            return Anomaly("audit", event.seq, "order")
        if seal(previous, "audit", {name: getattr(event, name) for name in SEALED}) != event.hash:
            return Anomaly("audit", event.seq, "content")
        previous, expected = event.hash, expected + 1
    head = session.execute(select(ChainHead.seq, ChainHead.hash).where(ChainHead.name == "audit")).one()
    if (head.seq, head.hash) != (expected - 1, previous):
        return Anomaly("audit", expected, "truncated")
    return None


def _all(session: Session, batch: int = 2000) -> Iterator[AuditEvent]:
    last = 0
    while rows := session.scalars(
        select(AuditEvent).where(AuditEvent.seq > last).order_by(AuditEvent.seq).limit(batch)
    ).all():
        yield from rows
        last = rows[-1].seq
        session.expunge_all()
