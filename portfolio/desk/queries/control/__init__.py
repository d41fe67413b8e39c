"""Acts outside the rule, papers absent, refusals not asked back, corrections: each kind is one statement of the same columns, so that the figure
of the auditor's first page and the list behind it are the same rows (institution section 4, items 5 to 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, column, func, select, table, union_all

from portfolio.desk.queries.control.acts import ACTS
from portfolio.desk.queries.control.papers import ABSENT
from portfolio.desk.queries.control.rows import Kind
from portfolio.desk.queries.control.sums import CORRECTIONS, DUTIES, REFUSED
from portfolio.kit.urls import url
from portfolio.work import Work

__all__ = [
    "ABSENT",
    "ACTS",
    "CORRECTIONS",
    "DUTIES",
    "KINDS",
    "REFUSED",
    "ROWS",
    "Count",
    "Kind",
    "counts",
    "rows",
]

KINDS: dict[str, Kind] = {**ACTS, **ABSENT, **REFUSED, **CORRECTIONS, **DUTIES}
"""Every kind by its code, in the order of the first page."""


@dataclass(frozen=True)
class Count:
    """So many rows of one kind, for so many francs, and the address of their list."""

    code: str
    label: str
    count: int
    amount_minor: int
    url: str


ROWS = table(
    "control",
    column("code", String),
    column("path", String),
    column("reference", String),
    column("about", String),
    column("day", Date),
    column("amount", BigInteger),
)
"""The columns of every kind, under names that filters and sorts may keep."""


def rows(work: Work, *columns: Any) -> Select[Any]:
    """These columns of `ROWS`, over the rows of every kind."""
    parts = [kind.statement(work, code) for code, kind in KINDS.items()]
    return select(*columns).select_from(ROWS).add_cte(union_all(*parts).cte("control"))


def counts(work: Work) -> dict[str, Count]:
    """How many rows each kind has, and for how much; one query, zero shown as zero."""
    statement = rows(work, ROWS.c.code, func.count(), func.sum(ROWS.c.amount)).group_by(ROWS.c.code)
    sums = {code: (int(n), int(total or 0)) for code, n, total in work.db.execute(statement)}
    return {
        code: Count(code, kind.words, *sums.get(code, (0, 0)), url("desk.control", kind=code))
        for code, kind in KINDS.items()
    }
