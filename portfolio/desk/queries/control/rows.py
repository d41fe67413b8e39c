"""What a kind of row is, and the columns that all of them have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, String, cast, func, literal, select

from portfolio.kit.i18n import gettext as _
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
