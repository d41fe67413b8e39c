"""Reading the audit trail: a record's timeline, the journal, and the check of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit.models import AuditEvent, ChainHead
from portfolio.audit.service import SEALED
from portfolio.kit.chain import GENESIS, first_fault


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


def check(session: Session, witnesses: Iterable[tuple[int, str]] = ()) -> Anomaly | None:
    """Walk the whole audit chain and name the first bad row, or None (T02); `witnesses` are heads kept outside the database (T06)."""
    head = session.execute(select(ChainHead.seq, ChainHead.hash).where(ChainHead.name == "audit")).one()

    def known(digest: str) -> bool:
        return (
            session.execute(select(AuditEvent.seq).where(AuditEvent.hash == digest).limit(1)).first()
            is not None
        )

    printed = sorted(witnesses)
    wanted, seen = {seq for seq, _ in printed}, {0: GENESIS}

    def counted() -> Iterator[Mapping[str, object]]:
        for row in _all(session):
            if row["seq"] in wanted:
                seen[int(str(row["seq"]))] = str(row["hash"])
            yield row

    fault = first_fault(counted(), "audit", SEALED, (head.seq, head.hash), known)
    if fault is not None:
        return Anomaly("audit", fault.seq, fault.kind)
    return next(
        (Anomaly("audit", seq, "witness") for seq, digest in printed if seen.get(seq) != digest), None
    )


def _all(session: Session, batch: int = 2000) -> Iterator[Mapping[str, object]]:
    columns = AuditEvent.__table__.columns
    last = 0
    while (
        rows := session.execute(select(*columns).where(columns.seq > last).order_by(columns.seq).limit(batch))
        .mappings()
        .all()
    ):
        yield from (dict(row) for row in rows)
        last = rows[-1]["seq"]
