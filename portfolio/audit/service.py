"""Writing the audit trail: entries are collected while the work goes on and sealed once, last, at commit."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portfolio.audit.models import AuditEvent, AuditSalt, ChainHead
from portfolio.kit.chain import seal
from portfolio.kit.direct import Direct

SEALED = (
    "seq",
    "at",
    "actor_id",
    "capacity",
    "event",
    "subject_type",
    "subject_id",
    "subject_ref",
    "before",
    "after",
    "reason",
    "data",
)
"""Every column but the two hashes (T03)."""


@dataclass
class Happening:
    """An event before it has its number. `data` holds codes, ids, amounts and `{column: [old, new]}`."""

    event: str
    subject_type: str
    subject_id: int
    at: datetime
    actor_id: int | None
    capacity: str | None = None
    subject_ref: str | None = None
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    data: dict[str, object] = field(default_factory=dict)


# Sealing runs while every other writer waits: its statements go straight to the driver (tests/bench/bench_postings.py).
_head = ChainHead.__table__
_LOCK_HEAD = Direct(
    select(_head.c.seq, _head.c.hash).where(_head.c.name == bindparam("chain")).with_for_update()
)
_MOVE_HEAD = Direct(
    update(_head)  # type: ignore[arg-type]
    .where(_head.c.name == bindparam("chain"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_ADD_EVENTS = Direct(insert(AuditEvent.__table__))  # type: ignore[arg-type]


def lock_head(connection: Connection, name: str) -> tuple[int, str]:
    """The head of a chain, locked until the commit."""
    seq, digest = _LOCK_HEAD.run(connection, {"chain": name}).fetchone()
    return seq, digest


def move_head(connection: Connection, name: str, seq: int, digest: str) -> None:
    """The head after the entries just sealed."""
    _MOVE_HEAD.run(connection, {"chain": name, "new_seq": seq, "new_hash": digest})


def record(session: Session, happenings: Sequence[Happening]) -> None:
    """Number, chain and insert the collected events. Called once by `work.commit()`, after the ledger's head."""
    if not happenings:
        return
    connection = session.connection()
    seq, previous = lock_head(connection, "audit")
    rows = []
    for happening in happenings:
        seq += 1
        row = {"seq": seq, **vars(happening)}
        digest = seal(previous, "audit", {name: row[name] for name in SEALED})
        rows.append({**row, "previous": previous, "hash": digest})
        previous = digest
    _ADD_EVENTS.run(connection, rows)
    move_head(connection, "audit", seq, previous)


def plain(value: object) -> Any:
    """Values as the trail keeps them: JSON only."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(v) for v in value]
    return str(value)


def commitments(session: Session, kind: str, number: int, *values: object) -> list[str | None]:
    """Personal values enter the trail only as HMACs under a random key of their record; deleting the key erases them (T09)."""
    where = {"subject_type": kind, "subject_id": number}
    salt = session.execute(select(AuditSalt.salt).filter_by(**where)).scalar_one_or_none()
    if salt is None:
        salt = secrets.token_hex(32)
        session.execute(insert(AuditSalt).values(**where, salt=salt))
    return [
        None if v is None else hmac.new(salt.encode(), str(v).encode(), hashlib.sha256).hexdigest()[:32]
        for v in values
    ]


def forget(session: Session, kind: str, number: int) -> None:
    """Destroy the key of a record: what the trail says of its personal values can be guessed from nothing any more, and its chain stays whole
    (T09)."""
    session.execute(delete(AuditSalt).where(AuditSalt.subject_type == kind, AuditSalt.subject_id == number))
