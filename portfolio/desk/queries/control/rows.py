"""What a kind of row is, and the columns that all of them have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, cast, column, func, literal, select, table, union_all

from portfolio.kit.i18n import gettext as _
from portfolio.kit.urls import url
from portfolio.work import Work


@dataclass(frozen=True)
class Kind:
    """One kind: its words, and the statement of its rows: made by `row`, then joined and narrowed."""

    label: str
    made: Callable[[Work], tuple[tuple[Any, ...], Callable[[Any], Any]]]

    @property
    def words(self) -> str:
        """Its words, in the reader's language."""
        return _(self.label)

    def statement(self, work: Work, code: str) -> Any:
        """The rows of this kind: code, path, reference, about, day, amount."""
        columns, narrowed = self.made(work)
        path, reference, about, day, amount = columns
        return narrowed(
            select(
                literal(code).label("code"),
                path.label("path"),
                reference.label("reference"),
                cast(about, String).label("about"),
                day.label("day"),
                amount.label("amount"),
            )
        )


def path(pattern: str, *numbers: Any) -> Any:
    """The address of a record from its id: `/disbursements/{}`; one row, one address, whatever its kind."""
    found: Any = literal("")
    for n, piece in enumerate(pattern.split("{}")):
        if n:
            found = found.concat(cast(numbers[n - 1], String))
        if piece:
            found = found.concat(literal(piece))
    return found


def day_of(moment: Any) -> Any:
    """The day of a moment."""
    return func.date(moment, type_=Date)


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


@dataclass(frozen=True)
class Count:
    """So many rows of one kind, for so many francs, and the address of their list."""

    code: str
    label: str
    count: int
    amount_minor: int
    url: str


def rows_of(kinds: Mapping[str, Kind], work: Work, *columns: Any) -> Select[Any]:
    """These columns of `ROWS`, over the rows of these kinds."""
    parts = [kind.statement(work, code) for code, kind in kinds.items()]
    return select(*columns).select_from(ROWS).add_cte(union_all(*parts).cte("control"))


def counts_of(kinds: Mapping[str, Kind], work: Work, route: str) -> dict[str, Count]:
    """How many rows each kind has, and for how much; one query, zero shown as zero. `route` is their list."""
    columns = (ROWS.c.code, func.count(), func.sum(ROWS.c.amount))
    statement = rows_of(kinds, work, *columns).group_by(ROWS.c.code)
    sums = {code: (int(n), int(total or 0)) for code, n, total in work.db.execute(statement)}
    return {
        code: Count(code, kind.words, *sums.get(code, (0, 0)), url(route, kind=code))
        for code, kind in kinds.items()
    }
