"""Acts outside the rule, papers absent, refusals not asked back, corrections: each kind is one statement of the same columns, so that the figure
of the auditor's first page and the list behind it are the same rows (institution section 4, items 5 to 8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from portfolio.desk.queries.control.acts import ACTS
from portfolio.desk.queries.control.papers import ABSENT
from portfolio.desk.queries.control.rows import ROWS, Count, Kind, counts_of, rows_of
from portfolio.desk.queries.control.sums import CORRECTIONS, DUTIES, REFUSED
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


def rows(work: Work, *columns: Any) -> Select[Any]:
    """These columns of `ROWS`, over the rows of every kind."""
    return rows_of(KINDS, work, *columns)


def counts(work: Work) -> dict[str, Count]:
    """How many rows each kind has, and for how much; one query."""
    return counts_of(KINDS, work, "desk.control")
