"""Reading the ledger: totals from its own balances, entries for a statement, and the check of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.audit.models import ChainHead
from portfolio.audit.queries import Anomaly
from portfolio.kit.chain import GENESIS, seal
from portfolio.ledger.models import LedgerBalance, LedgerEntry
from portfolio.ledger.service import SEALED, balance_key


def net(session: Session, accounts: Iterable[str], *, currency: str = "XOF", **dims: object) -> int:
    """Debit minus credit of these accounts, for the dimensions given, in minor units. Read from the balances, not by a scan."""
    balance = LedgerBalance
    statement = select(func.coalesce(func.sum(balance.debit_minor - balance.credit_minor), 0))
    statement = statement.where(balance.account.in_(list(accounts)), balance.currency == currency)
    for name, value in dims.items():
        column = getattr(balance, name)
        statement = statement.where(
            column.in_(value) if isinstance(value, (list, tuple, set)) else column == value
        )
    return int(session.execute(statement).scalar_one())


def turnover(session: Session, account: str, *, currency: str = "XOF", **dims: object) -> tuple[int, int]:
    """Total debits and total credits of one account, for the dimensions given."""
    balance = LedgerBalance
    statement = select(
        func.coalesce(func.sum(balance.debit_minor), 0), func.coalesce(func.sum(balance.credit_minor), 0)
    )
    statement = statement.where(balance.account == account, balance.currency == currency)
    for name, value in dims.items():
        column = getattr(balance, name)
        statement = statement.where(
            column.in_(value) if isinstance(value, (list, tuple, set)) else column == value
        )
    debit, credit = session.execute(statement).one()
    return int(debit), int(credit)


def table(
    session: Session, by: str, accounts: Sequence[str], *, currency: str = "XOF", **dims: object
) -> Mapping[str, dict[str, tuple[int, int]]]:
    """Debits and credits per code of one dimension and per account: {code: {account: (debit, credit)}}; one query."""
    balance = LedgerBalance
    column = getattr(balance, by)
    statement = (
        select(column, balance.account, func.sum(balance.debit_minor), func.sum(balance.credit_minor))
        .where(balance.account.in_(accounts), balance.currency == currency)
        .group_by(column, balance.account)
    )
    for name, value in dims.items():
        other = getattr(balance, name)
        statement = statement.where(
            other.in_(value) if isinstance(value, (list, tuple, set)) else other == value
        )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for code, account, debit, credit in session.execute(statement):
        found.setdefault(str(code), {})[account] = (int(debit), int(credit))
    return found


def entries_of(session: Session, subject_type: str, subject_id: int) -> Sequence[LedgerEntry]:
    """The entries that one thing caused, oldest first."""
    statement = select(LedgerEntry).where(
        LedgerEntry.subject_type == subject_type, LedgerEntry.subject_id == subject_id
    )
    return session.scalars(statement.order_by(LedgerEntry.seq)).all()


def check(session: Session) -> Anomaly | None:
    """Walk the whole ledger chain and re-derive every balance; the first bad row, or None (T02)."""
    expected, previous = 1, GENESIS
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in _all(session):
        if row["seq"] != expected:
            return Anomaly("ledger", expected, "gap")
        if row["previous"] != previous:
            return Anomaly("ledger", expected, "order")
        if seal(previous, "ledger", {name: row[name] for name in SEALED}) != row["hash"]:
            return Anomaly("ledger", expected, "content")
        previous, expected = str(row["hash"]), expected + 1
        sums.setdefault(balance_key(row, row["debit"]), [0, 0])[0] += int(str(row["amount_minor"]))
        sums.setdefault(balance_key(row, row["credit"]), [0, 0])[1] += int(str(row["amount_minor"]))
    head = session.execute(select(ChainHead.seq, ChainHead.hash).where(ChainHead.name == "ledger")).one()
    if (head.seq, head.hash) != (expected - 1, previous):
        return Anomaly("ledger", expected, "truncated")
    stored = {}
    for b in session.scalars(select(LedgerBalance)):
        row = {
            name: getattr(b, name)
            for name in (
                "exercice",
                "donor",
                "fund",
                "line",
                "call",
                "agreement",
                "tranche",
                "party",
                "place",
                "objective",
                "treasury",
            )
        }
        stored[balance_key({**row, "amount_currency": b.currency}, b.account)] = [
            b.debit_minor,
            b.credit_minor,
        ]
    if stored != sums:
        return Anomaly("ledger", 0, "balances")
    return None


def _all(session: Session, batch: int = 5000) -> Iterator[dict[str, object]]:
    columns = LedgerEntry.__table__.columns
    last = 0
    while (
        rows := session.execute(select(*columns).where(columns.seq > last).order_by(columns.seq).limit(batch))
        .mappings()
        .all()
    ):
        for row in rows:
            yield dict(row)
        last = rows[-1]["seq"]
