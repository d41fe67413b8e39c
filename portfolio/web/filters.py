"""The filters a list may have: each knows its clause, its input and the words of its chip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from portfolio.kit import i18n
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.search import search_clause
from portfolio.kit.text import fold
from portfolio.work import Work


class Filter(Protocol):
    """What a list asks of a filter. Values that cannot be read filter nothing."""

    @property
    def name(self) -> str:
        """The name in the address."""

    def clause(self, work: Work, value: str) -> ColumnElement[bool] | None:
        """The condition, or None."""

    def input(self, work: Work, value: str) -> dict[str, Any]:
        """What the template draws."""

    def words(self, work: Work, value: str) -> str:
        """The words of the chip."""


@dataclass(frozen=True)
class Choice:
    """One of a list. `options(work)` gives (value, words); `column` is compared, or `where(value)` gives the clause."""

    name: str
    label: str
    options: Callable[[Work], Sequence[tuple[str, str]]]
    column: Any = None
    where: Callable[[Work, str], ColumnElement[bool] | None] | None = None

    def clause(self, work: Work, value: str) -> ColumnElement[bool] | None:
        """Equal to the value, when it is one of the options."""
        if value not in dict(self.options(work)):
            return None
        if self.where is not None:
            return self.where(work, value)
        number = self.column.type.python_type is int
        return self.column == (int(value) if number else value)  # type: ignore[no-any-return]

    def input(self, work: Work, value: str) -> dict[str, Any]:
        """A select."""
        options = [("", _("All")), *self.options(work)]
        return {
            "kind": "select",
            "name": self.name,
            "label": _(self.label),
            "value": value,
            "options": options,
        }

    def words(self, work: Work, value: str) -> str:
        """« Status: Filed »."""
        chosen = dict(self.options(work)).get(value)
        return _("%(label)s: %(value)s") % {"label": _(self.label), "value": chosen} if chosen else ""


@dataclass(frozen=True)
class Search:
    """Words found in a folded column, without accents."""

    column: Any
    name: str = "q"
    label: str = N_("Search")
    where: Callable[[Work, str], ColumnElement[bool] | None] | None = None

    def clause(self, work: Work, value: str) -> ColumnElement[bool] | None:
        """Every word typed must be found."""
        if self.where is not None:
            return self.where(work, value)
        return search_clause(self.column, value[:100])

    def input(self, work: Work, value: str) -> dict[str, Any]:
        """A search box."""
        return {"kind": "search", "name": self.name, "label": _(self.label), "value": value[:100]}

    def words(self, work: Work, value: str) -> str:
        """« text »."""
        return _("Search: %(text)s") % {"text": value[:60]} if fold(value) else ""


@dataclass(frozen=True)
class Period:
    """On or after (`side="from"`), or on or before (`side="to"`), a day."""

    name: str
    label: str
    column: Any
    side: str = "from"
    moment: bool = False

    def _day(self, value: str) -> date | None:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None

    def clause(self, work: Work, value: str) -> ColumnElement[bool] | None:
        """The bound, as a day or as the moment it begins."""
        day = self._day(value)
        if day is None or not 1900 <= day.year <= 2100:
            return None
        if self.moment:
            start = datetime.combine(day, time.min, UTC)
            return self.column >= start if self.side == "from" else self.column < start + timedelta(days=1)  # type: ignore[no-any-return]
        return self.column >= day if self.side == "from" else self.column <= day  # type: ignore[no-any-return]

    def input(self, work: Work, value: str) -> dict[str, Any]:
        """A date."""
        return {
            "kind": "date",
            "name": self.name,
            "label": _(self.label),
            "value": value if self._day(value) else "",
        }

    def words(self, work: Work, value: str) -> str:
        """« Filed since: 12 mars 2026 »."""
        day = self._day(value)
        return (
            _("%(label)s: %(value)s") % {"label": _(self.label), "value": i18n.date_text(day)} if day else ""
        )
