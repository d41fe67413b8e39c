"""Report à nouveau: the balances of closed exercices with which the next one opens. Nothing is written for it: it is read (R12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import Session

from portfolio.ledger.models import LedgerBalance, LedgerEntry
from portfolio.ledger.queries.periods import closed_exercice
from portfolio.rulebook.postings import BROUGHT, CHART, RESULT

_EXPENSES = tuple(code for code, account in CHART.items() if not account.budget and code not in BROUGHT)


def is_(column: Any, value: object) -> ColumnElement[bool]:
    """A column against one value, several, or those of a query."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return column.in_(list(value)) if value else false()
    if isinstance(value, Select):
        return column.in_(value)  # type: ignore[no-any-return]
    return column == value  # type: ignore[no-any-return]


def brought(
    session: Session, dims: Mapping[str, object], *, currency: str = "XOF", upto: int | None = None
) -> dict[str, int]:
    """Debit less credit per account at the end of the exercice before the one asked, when that one is closed: balances under their own account,
    expenses together under « report à nouveau ». Empty without an exercice in `dims`."""
    year = dims.get("exercice")
    if not isinstance(year, int) or (closed_exercice(session) or 0) < year - 1:
        return {}
    others = {name: value for name, value in dims.items() if name != "exercice"}
    wanted = [*BROUGHT, *_EXPENSES]
    balance, entry = LedgerBalance, LedgerEntry
    statement = (
        select(balance.account, func.sum(balance.debit_minor - balance.credit_minor))
        .where(balance.account.in_(wanted), balance.currency == currency, balance.exercice < year)
        .where(*(is_(getattr(balance, name), value) for name, value in others.items()))
        .group_by(balance.account)
    )
    found = {account: int(net) for account, net in session.execute(statement)}
    if upto is not None:
        same = [is_(getattr(entry, name), value) for name, value in others.items()]
        since = func.coalesce(entry.exercice, 0) < year
        for account in [code for code, net in found.items() if net or code in wanted]:
            sides = case((entry.debit == account, entry.amount_minor), else_=-entry.amount_minor)
            late = select(func.coalesce(func.sum(sides), 0)).where(
                entry.seq > upto,
                entry.amount_currency == currency,
                or_(entry.debit == account, entry.credit == account),
                since,
                *same,
            )
            found[account] -= int(session.execute(late).scalar_one())
    made = {account: net for account, net in found.items() if account in BROUGHT and net}
    if spent := sum(net for account, net in found.items() if account in _EXPENSES):
        made[RESULT] = made.get(RESULT, 0) + spent
    return made
