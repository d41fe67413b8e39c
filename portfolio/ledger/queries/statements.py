"""A statement of account: opening balance, entries in the order of their dates, running balance, sub-totals, closing balance.

The opening balance is exact at any date: today's balance less what came since, both by index. Entries come by keyset pages, and the
running balance of a page starts from one sum, so that page 1 and page 900 cost the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from portfolio.kit import paging
from portfolio.ledger.models import DIMENSIONS, LedgerBalance, LedgerEntry
from portfolio.ledger.queries.brought import brought, is_
from portfolio.ledger.queries.days import days_of

SUBTOTALS = (
    "party",
    "fund",
    "line",
    "agreement",
    "call",
    "donor",
    "place",
    "objective",
    "treasury",
    "exercice",
)


@dataclass(frozen=True)
class Question:
    """What a statement is asked: accounts, period, dimensions; `upto` bounds the entry number, so that an edition never grows."""

    accounts: tuple[str, ...]
    from_on: date | None = None
    to_on: date | None = None
    dims: Mapping[str, object] = field(default_factory=dict)
    currency: str = "XOF"
    upto: int | None = None


@dataclass(frozen=True)
class Line:
    """One entry as the statement shows it; `balance` is the running balance after it (debit less credit)."""

    seq: int
    posting: int
    at: datetime
    dated_on: date
    event: str
    account: str
    counterpart: str
    debit_minor: int
    credit_minor: int
    balance_minor: int
    document: str | None
    codes: Mapping[str, Any]
    subject_type: str
    subject_id: int
    actor_id: int | None
    reverses: int | None
    reversed_by: int | None
    reason: str | None
    value_on: date | None


@dataclass(frozen=True)
class Sums:
    """The figures around the entries: closing = opening + debit − credit, to the franc."""

    opening_minor: int
    debit_minor: int
    credit_minor: int
    count: int
    first_seq: int | None
    last_seq: int | None

    @property
    def closing_minor(self) -> int:
        """The balance at the end of the period."""
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True)
class Page:
    """A page of lines with the balance brought forward and the cursors around it."""

    lines: list[Line]
    brought_minor: int
    after: str | None
    before: str | None


_E = LedgerEntry
_SIDES = (_E.debit, _E.credit)


def _debit(q: Question) -> ColumnElement[int]:
    return case((_E.debit.in_(q.accounts), _E.amount_minor), else_=0)


def _credit(q: Question) -> ColumnElement[int]:
    return case((_E.credit.in_(q.accounts), _E.amount_minor), else_=0)


def _matching(q: Question, *, period: bool = True) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        or_(*(side.in_(q.accounts) for side in _SIDES)),
        _E.amount_currency == q.currency,
        *(is_(getattr(_E, name), value) for name, value in q.dims.items()),
    ]
    if q.upto is not None:
        clauses.append(_E.seq <= q.upto)
    if period and q.from_on is not None:
        clauses.append(_E.dated_on >= q.from_on)
    if period and q.to_on is not None:
        clauses.append(_E.dated_on <= q.to_on)
    return clauses


def opening(session: Session, q: Question) -> int:
    """The balance of the accounts before the first day of the period, debit less credit, with what a closed exercice brings to the one asked.
    Zero without either."""
    nets = brought(session, q.dims, currency=q.currency, upto=q.upto)
    before = sum(net for account, net in nets.items() if account in q.accounts)
    if q.from_on is None:
        return before
    kept = days_of(replace(q, from_on=None, to_on=None), until=q.from_on)
    if kept is not None:
        debit, credit, *_rest = session.execute(kept).one()
        return before + int(debit) - int(credit)
    now = select(func.coalesce(func.sum(LedgerBalance.debit_minor - LedgerBalance.credit_minor), 0)).where(
        LedgerBalance.account.in_(q.accounts),
        LedgerBalance.currency == q.currency,
        *(is_(getattr(LedgerBalance, name), value) for name, value in q.dims.items()),
    )
    later = replace(q, to_on=None, upto=None)
    since = select(func.coalesce(func.sum(_debit(q) - _credit(q)), 0)).where(*_matching(later))
    balance = int(session.execute(select(now.scalar_subquery() - since.scalar_subquery())).scalar_one())
    if q.upto is not None:
        # An edition is of the entries up to one number: what was dated before the period and sealed after it is not in it.
        late = select(func.coalesce(func.sum(_debit(q) - _credit(q)), 0)).where(
            *_matching(replace(q, upto=None), period=False), _E.dated_on < q.from_on, _E.seq > q.upto
        )
        balance -= int(session.execute(late).scalar_one())
    return before + balance


def sums(session: Session, q: Question) -> Sums:
    """Opening, movements of the period, count, first and last entry number. Two queries."""
    kept = days_of(q)
    row = session.execute(
        kept
        if kept is not None
        else select(
            func.coalesce(func.sum(_debit(q)), 0),
            func.coalesce(func.sum(_credit(q)), 0),
            func.count(),
            func.min(_E.seq),
            func.max(_E.seq),
        ).where(*_matching(q))
    ).one()
    return Sums(opening(session, q), int(row[0]), int(row[1]), int(row[2]), row[3], row[4])


def _select(q: Question) -> Select[Any]:
    other = LedgerEntry.__table__.alias("reversal")
    reversed_by = select(other.c.seq).where(other.c.reverses == _E.seq).scalar_subquery()
    return select(*LedgerEntry.__table__.columns, reversed_by.label("reversed_by")).where(*_matching(q))


def _line(q: Question, row: Any, running: int) -> Line:
    debit = row["amount_minor"] if row["debit"] in q.accounts else 0
    credit = row["amount_minor"] if row["credit"] in q.accounts else 0
    inside, outside = (row["debit"], row["credit"]) if debit else (row["credit"], row["debit"])
    return Line(
        seq=row["seq"],
        posting=row["posting"],
        at=row["at"],
        dated_on=row["dated_on"],
        event=row["event"],
        account=inside,
        counterpart=outside,
        debit_minor=debit,
        credit_minor=credit,
        balance_minor=running + debit - credit,
        document=row["document"],
        codes={name: row[name] for name in DIMENSIONS},
        subject_type=row["subject_type"],
        subject_id=row["subject_id"],
        actor_id=row["actor_id"],
        reverses=row["reverses"],
        reversed_by=row["reversed_by"],
        reason=row["reason"],
        value_on=row["value_on"],
    )


_COLUMNS = LedgerEntry.__table__.columns
_KEYS = (paging.Key(_COLUMNS.dated_on, 0), paging.Key(_COLUMNS.seq, 1))


def page(
    session: Session,
    q: Question,
    *,
    opening_minor: int,
    after: str | None = None,
    before: str | None = None,
    size: int = paging.SIZE,
) -> Page:
    """One page of lines with their running balance. A cursor that is not one of ours starts at the beginning."""
    backwards = before is not None
    cursor = paging.decode(before or after or "", 2) if (before or after) else None
    if cursor is not None and not (isinstance(cursor[0], date) and isinstance(cursor[1], int)):
        cursor = None
    backwards = backwards and cursor is not None
    statement = _select(q)
    if cursor is not None:
        statement = statement.where(paging.beyond(_KEYS, cursor, backwards=backwards))
    statement = paging.ordered(statement, _KEYS, backwards=backwards).limit(size + 1)
    rows = session.execute(statement).mappings().all()
    more, kept = len(rows) > size, list(rows[:size])
    if backwards:
        kept.reverse()
    if not kept:
        return Page([], opening_minor, None, None)
    first, last = kept[0], kept[-1]
    brought = opening_minor
    if cursor is not None:
        brought += _ahead(session, q, first["dated_on"], first["seq"])
    lines, running = [], brought
    for row in kept:
        lines.append(_line(q, row, running))
        running = lines[-1].balance_minor
    has_before = more if backwards else cursor is not None
    has_after = True if backwards else more
    return Page(
        lines,
        brought,
        paging.encode([last["dated_on"], last["seq"]]) if has_after else None,
        paging.encode([first["dated_on"], first["seq"]]) if has_before else None,
    )


def _ahead(session: Session, q: Question, day: date, seq: int) -> int:
    """What moved in the period before this entry: the whole days before from their totals, and the entries of its own day."""
    net = func.coalesce(func.sum(_debit(q) - _credit(q)), 0)
    kept = days_of(q, until=day)
    if kept is None:
        ahead = select(net).where(*_matching(q), paging.beyond(_KEYS, [day, seq], backwards=True))
        return int(session.execute(ahead).scalar_one())
    debit, credit, *_rest = session.execute(kept).one()
    same = select(net).where(*_matching(q, period=False), _E.dated_on == day, _E.seq < seq)
    return int(debit) - int(credit) + int(session.execute(same).scalar_one())


def lines(
    session: Session, q: Question, *, opening_minor: int, by: str | None = None, batch: int = 5000
) -> Iterator[Line]:
    """Every line of the statement in order, a batch at a time; with `by`, sorted by that dimension first, for its sub-totals."""
    running = opening_minor
    if by is not None:
        column = getattr(_E, by)
        for (code,) in session.execute(
            select(column)
            .where(*_matching(q))
            .group_by(column)
            .order_by(func.coalesce(column, 0 if by == "exercice" else ""))
        ).all():
            part = replace(q, dims={**q.dims, by: code})
            for line in lines(session, part, opening_minor=running, batch=batch):
                yield line
                running = line.balance_minor
        return
    edge: list[Any] | None = None
    while True:
        statement = _select(q)
        if edge is not None:
            statement = statement.where(paging.beyond(_KEYS, edge, backwards=False))
        rows = session.execute(paging.ordered(statement, _KEYS).limit(batch)).mappings().all()
        for row in rows:
            line = _line(q, row, running)
            running = line.balance_minor
            yield line
        if len(rows) < batch:
            return
        edge = [rows[-1]["dated_on"], rows[-1]["seq"]]


def subtotals(session: Session, q: Question, by: str) -> list[tuple[str | int | None, int, int, int]]:
    """(code, debits, credits, entries) of the period per code of one dimension; one query."""
    column = getattr(_E, by)
    statement = (
        select(column, func.sum(_debit(q)), func.sum(_credit(q)), func.count())
        .where(*_matching(q))
        .group_by(column)
        .order_by(func.coalesce(column, 0 if by == "exercice" else ""))
    )
    return [(code, int(d), int(c), int(n)) for code, d, c, n in session.execute(statement)]


@dataclass(frozen=True)
class TrialRow:
    """One account of the balance générale: opening balance, movements of the period, closing balance (debit less credit)."""

    account: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        """The balance at the end."""
        return self.opening_minor + self.debit_minor - self.credit_minor


def trial_balance(
    session: Session,
    from_on: date | None = None,
    to_on: date | None = None,
    *,
    currency: str = "XOF",
    upto: int | None = None,
    **dims: object,
) -> list[TrialRow]:
    """The balance générale: per account, opening, debits, credits of the period. Totals of the balances less what lies outside; three queries."""
    base = [LedgerBalance.currency == currency]
    base += [is_(getattr(LedgerBalance, name), value) for name, value in dims.items()]
    totals = {
        account: [int(debit), int(credit)]
        for account, debit, credit in session.execute(
            select(
                LedgerBalance.account,
                func.sum(LedgerBalance.debit_minor),
                func.sum(LedgerBalance.credit_minor),
            )
            .where(*base)
            .group_by(LedgerBalance.account)
        )
    }
    outside: dict[str, list[int]] = {}
    inside: dict[str, list[int]] = {}
    if from_on is not None or to_on is not None or upto is not None:
        same = [_E.amount_currency == currency, *(is_(getattr(_E, n), v) for n, v in dims.items())]
        late: list[ColumnElement[bool]] = []
        if to_on is not None:
            late.append(_E.dated_on > to_on)
        if upto is not None:
            late.append(_E.seq > upto)
        within: list[ColumnElement[bool]] = []
        if from_on is not None:
            within.append(_E.dated_on >= from_on)
        if to_on is not None:
            within.append(_E.dated_on <= to_on)
        if upto is not None:
            within.append(_E.seq <= upto)
        for side, at in ((_E.debit, 0), (_E.credit, 1)):
            is_late = or_(*late) if late else false()
            is_within = and_(*within)
            statement = (
                select(
                    side,
                    func.sum(case((is_late, _E.amount_minor), else_=0)),
                    func.sum(case((is_within, _E.amount_minor), else_=0)),
                )
                .where(*same, or_(is_late, is_within))
                .group_by(side)
            )
            for account, gone, kept in session.execute(statement):
                outside.setdefault(account, [0, 0])[at] += int(gone)
                inside.setdefault(account, [0, 0])[at] += int(kept)
    else:
        inside = {account: list(both) for account, both in totals.items()}
    rows = []
    forward = brought(session, dims, currency=currency, upto=upto)
    for account in sorted({*totals, *forward}):
        debit, credit = totals.get(account, [0, 0])
        gone, kept = outside.get(account, [0, 0]), inside.get(account, [0, 0])
        before = (debit - gone[0] - kept[0]) - (credit - gone[1] - kept[1])
        rows.append(TrialRow(account, before + forward.get(account, 0), kept[0], kept[1]))
    return rows
