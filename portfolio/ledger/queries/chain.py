"""The check of the chain, and reading entries in the order they were sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit.models import ChainHead
from portfolio.audit.queries import Anomaly
from portfolio.kit.chain import GENESIS, first_fault
from portfolio.ledger.models import LedgerBalance, LedgerDay, LedgerEntry
from portfolio.ledger.service import DAY_KEY, SEALED, balance_key, days


@dataclass(frozen=True)
class Head:
    """Where the chain stands: the number of its last entry and its hash."""

    seq: int
    hash: str


def head(session: Session) -> Head:
    """The ledger's head."""
    row = session.execute(select(ChainHead.seq, ChainHead.hash).where(ChainHead.name == "ledger")).one()
    return Head(row.seq, row.hash)


def walk(session: Session, *, upto: int | None = None, batch: int = 5000) -> Iterator[dict[str, Any]]:
    """Every entry with every column, in sealed order, a batch at a time."""
    columns = LedgerEntry.__table__.columns
    last = 0
    while True:
        statement = select(*columns).where(columns.seq > last).order_by(columns.seq).limit(batch)
        if upto is not None:
            statement = statement.where(columns.seq <= upto)
        rows = session.execute(statement).mappings().all()
        if not rows:
            return
        for row in rows:
            yield dict(row)
        last = rows[-1]["seq"]


def check(session: Session, witnesses: Iterable[tuple[int, str]] = ()) -> Anomaly | None:
    """Walk the whole chain, re-derive every balance; the first bad row, or None (T02)."""

    def known(digest: str) -> bool:
        found = session.execute(select(LedgerEntry.seq).where(LedgerEntry.hash == digest).limit(1))
        return found.first() is not None

    derived: dict[tuple[object, ...], dict[str, Any]] = {}

    def counted() -> Iterator[dict[str, Any]]:
        for row in walk(session):
            days((row,), derived)
            yield row

    found = judge(counted(), head(session), _stored(session), witnesses, known)
    if found is None and derived != _stored_days(session):
        return Anomaly("ledger", 0, "balances")
    return found


def _stored_days(session: Session) -> dict[tuple[object, ...], dict[str, Any]]:
    rows = session.execute(select(*LedgerDay.__table__.columns)).mappings()
    return {tuple(row[name] for name in DAY_KEY): dict(row) for row in rows}


def judge(
    rows: Iterable[Mapping[str, Any]],
    stands: Head,
    stored: Mapping[tuple[object, ...], list[int]],
    witnesses: Iterable[tuple[int, str]],
    known: Callable[[str], bool],
) -> Anomaly | None:
    """What these rows are: whole, or bad from which one on.

    `witnesses` are (number, hash) printed on papers that left the house: a chain re-hashed from end to end agrees with itself and not
    with them (T06). An anomaly of kind `balances` has number 0: entries are whole, a running total is not their sum.
    """
    sums: dict[tuple[object, ...], list[int]] = {}
    printed = sorted(witnesses)
    wanted = {seq for seq, _ in printed}
    seen: dict[int, str] = {0: GENESIS}

    def counted() -> Iterator[Mapping[str, object]]:
        for row in rows:
            amount = int(row["amount_minor"])
            sums.setdefault(balance_key(row, row["debit"]), [0, 0])[0] += amount
            sums.setdefault(balance_key(row, row["credit"]), [0, 0])[1] += amount
            if row["seq"] in wanted:
                seen[row["seq"]] = row["hash"]
            yield row

    fault = first_fault(counted(), "ledger", SEALED, (stands.seq, stands.hash), known)
    if fault is not None:
        return Anomaly("ledger", fault.seq, fault.kind)
    for seq, digest in printed:
        if not seen.get(seq, "").startswith(digest) or seq not in seen:
            return Anomaly("ledger", seq, "witness")
    if stored != sums:
        return Anomaly("ledger", 0, "balances")
    return None


def _stored(session: Session) -> dict[tuple[object, ...], list[int]]:
    columns = LedgerBalance.__table__.columns
    return {
        balance_key({**row, "amount_currency": row["currency"]}, row["account"]): [
            row["debit_minor"],
            row["credit_minor"],
        ]
        for row in session.execute(select(*columns)).mappings()
    }
