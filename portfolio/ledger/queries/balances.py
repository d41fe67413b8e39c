"""Totals from the ledger's own balances: they cost the same at a thousand and at a million entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from portfolio.ledger.models import LedgerBalance


def _where(statement: Any, dims: Mapping[str, object]) -> Any:
    for name, value in dims.items():
        column = getattr(LedgerBalance, name)
        statement = statement.where(
            column.in_(value) if isinstance(value, (list, tuple, set, frozenset)) else column == value
        )
    return statement


def _given(**values: object) -> dict[str, object]:
    several = (list, tuple, set, frozenset)
    return {name: list(v) if isinstance(v, several) else v for name, v in values.items()}


def _shape(given: Mapping[str, object]) -> tuple[tuple[str, bool], ...]:
    """Which columns are asked for, and whether by one value or by several."""
    return tuple((name, isinstance(value, list)) for name, value in given.items())


def _asked(statement: Any, shape: tuple[tuple[str, bool], ...]) -> Any:
    for name, many in shape:
        column = getattr(LedgerBalance, name)
        value: Any = bindparam(name, expanding=many, type_=column.type)
        statement = statement.where(column.in_(value) if many else column == value)
    return statement


@lru_cache
def _turnover(shape: tuple[tuple[str, bool], ...]) -> Select[Any]:
    """Written once for each shape of question: writing it costs more than running it."""
    sides = (LedgerBalance.debit_minor, LedgerBalance.credit_minor)
    found: Select[Any] = _asked(select(*(func.coalesce(func.sum(side), 0) for side in sides)), shape)
    return found


@lru_cache
def _table(by: str, shape: tuple[tuple[str, bool], ...]) -> Select[Any]:
    balance, column = LedgerBalance, getattr(LedgerBalance, by)
    wanted = select(column, balance.account, func.sum(balance.debit_minor), func.sum(balance.credit_minor))
    found: Select[Any] = _asked(wanted, shape).group_by(column, balance.account)
    return found


def net(session: Session, accounts: Iterable[str], *, currency: str = "XOF", **dims: object) -> int:
    """Debit minus credit of these accounts, for the dimensions given, in minor units. Read from the balances, not by a scan."""
    balance = LedgerBalance
    statement = select(func.coalesce(func.sum(balance.debit_minor - balance.credit_minor), 0))
    statement = statement.where(balance.account.in_(list(accounts)), balance.currency == currency)
    return int(session.execute(_where(statement, dims)).scalar_one())


def turnover(session: Session, account: str, *, currency: str = "XOF", **dims: object) -> tuple[int, int]:
    """Total debits and total credits of one account, for the dimensions given."""
    given = _given(account=account, currency=currency, **dims)
    debit, credit = session.execute(_turnover(_shape(given)), given).one()
    return int(debit), int(credit)


def table(
    session: Session, by: str, accounts: Sequence[str], *, currency: str = "XOF", **dims: object
) -> Mapping[str, dict[str, tuple[int, int]]]:
    """Debits and credits per code of one dimension and per account: {code: {account: (debit, credit)}}; one query."""
    given = _given(account=list(accounts), currency=currency, **dims)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for code, account, debit, credit in session.execute(_table(by, _shape(given)), given):
        found.setdefault(str(code), {})[account] = (int(debit), int(credit))
    return found


def nets(
    session: Session, by: Sequence[str], accounts: Sequence[str], *, currency: str = "XOF", **dims: object
) -> dict[tuple[object, ...], int]:
    """Debit minus credit per combination of several dimensions (or `account`): {(code, …): net}; one query."""
    balance = LedgerBalance
    columns = [getattr(balance, name) for name in by]
    statement = (
        select(*columns, func.sum(balance.debit_minor - balance.credit_minor))
        .where(balance.account.in_(accounts), balance.currency == currency)
        .group_by(*columns)
    )
    return {tuple(row[:-1]): int(row[-1]) for row in session.execute(_where(statement, dims))}


def by_code(by: str, *, currency: str = "XOF", **measures: Mapping[str, tuple[int, int]]) -> Subquery:
    """Totals per code of one dimension as a subquery, for the statement of a list: `code`, then one column for each measure.

    A measure says for each account how its debits and its credits count: `{"463": (0, 1)}` counts the credits,
    `{"901": (-1, 1)}` credits less debits.
    """
    balance = LedgerBalance
    column = getattr(balance, by)
    sums = []
    for name, weights in measures.items():
        cases = [
            (balance.account == account, balance.debit_minor * d + balance.credit_minor * c)
            for account, (d, c) in weights.items()
        ]
        sums.append(func.sum(case(*cases, else_=0)).label(name))
    statement = select(column.label("code"), *sums).where(balance.currency == currency)
    return statement.group_by(column).subquery("by_code")


def standing(account: str, by: str, also: Sequence[str], *, currency: str = "XOF") -> Subquery:
    """What stands on one account per code of one dimension, for the statement of a list: `code`, the codes of `also`, `net` (debit less credit).
    Codes on which nothing stands are left out."""
    balance = LedgerBalance
    column = getattr(balance, by)
    # A sum of whole numbers is a decimal on PostgreSQL: francs stay whole numbers.
    net_of = cast(func.sum(balance.debit_minor - balance.credit_minor), BigInteger)
    statement = (
        select(
            column.label("code"), *(func.max(getattr(balance, n)).label(n) for n in also), net_of.label("net")
        )
        .where(balance.account == account, balance.currency == currency, column != "")
        .group_by(column)
        .having(net_of != 0)
    )
    return statement.subquery("standing")


def all_balances(session: Session) -> Sequence[Mapping[str, Any]]:
    """Every balance row with its dimensions, in a fixed order: what an export asserts."""
    columns = [c for c in LedgerBalance.__table__.columns if c.name != "id"]
    order = [c for c in columns if not c.name.endswith("_minor")]
    return [dict(row) for row in session.execute(select(*columns).order_by(*order)).mappings()]
