"""The cells of a list: what a column is, and the small functions that write it straight to escaped text.

A macro or a chain of tests per cell costs ten times as much (performance.md section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement

from portfolio.kit import i18n, money
from portfolio.kit.lifecycle import Lifecycle
from portfolio.kit.text import escaped


@dataclass(frozen=True)
class Column:
    """A column: `kind` is text, link, money, number, date, moment, status, percent, or choice (with `words`)."""

    key: str
    label: str
    kind: str = "text"
    sort: ColumnElement[Any] | Any | None = None
    total: bool = False
    href: str = ""
    cycle: Lifecycle | None = None
    words: Callable[[str], str] | None = None
    linked_by: int | None = None
    """Where in the row stands what must not be NULL for a link to be drawn: a record that may be listed but not opened."""

    @property
    def numeric(self) -> bool:
        """Right-aligned, in tabular figures."""
        return self.kind in ("money", "number", "percent")


def plain(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind == "status" and column.cycle is not None:
        return i18n.pgettext(column.cycle.noun, column.cycle.state(value).label)
    if column.words is not None:
        return column.words(value)
    return value


def writer(column: Column) -> Callable[[Any, Any], str]:
    """The function that writes one cell of this column, chosen once for the whole page."""
    kind = column.kind
    if kind == "money" and column.href:
        start, _place, end = column.href.partition("{id}")
        return lambda value, row: (
            f'<td class="num"><a href="{start}{row[0]}{end}">{money.figures(value)}</a></td>'
            if value
            else f'<td class="num">{money.figures(value) if value is not None else "–"}</td>'
        )
    if kind == "money":
        return lambda value, _row: (
            f'<td class="num">{money.figures(value) if value is not None else "–"}</td>'
        )
    if kind == "number":
        return lambda value, _row: f'<td class="num">{value if value is not None else "–"}</td>'
    if kind == "percent":
        return lambda value, _row: (
            f'<td class="num">{i18n.percent_text(value) if value is not None else "–"}</td>'
        )
    if kind == "date":
        return lambda value, _row: f"<td>{i18n.short_date_text(value)}</td>"
    if kind == "moment":
        return lambda value, _row: f"<td>{i18n.short_moment_text(value)}</td>"
    if kind == "link":
        before, _place, after = column.href.partition("{id}")

        def link(value: Any, row: Any) -> str:
            if column.linked_by is not None and row[column.linked_by] is None:
                return f"<td>{escaped(value)}</td>"
            return f'<td{_folding(value)}><a href="{before}{row[0]}{after}">{escaped(value) if value else "–"}</a></td>'

        return link
    if kind == "status" and column.cycle is not None:
        cycle = column.cycle
        tags = {
            s.code: f'<td><span class="tag {s.tone}">{escape(i18n.pgettext(cycle.noun, s.label))}</span></td>'
            for s in cycle.states
        }
        return lambda value, _row: tags.get(value, "<td>–</td>")
    if column.words is not None:
        words = column.words
        return lambda value, _row: f"<td>{escape(words(value)) if value is not None else '–'}</td>"
    return _text_cell


def _text_cell(value: Any, _row: Any) -> str:
    if value in (None, ""):
        return "<td>–</td>"
    return f"<td{_folding(value)}>{escaped(value)}</td>"


def _folding(value: Any) -> str:
    """References, codes and names of places stay on one line; titles fold, and keep room to."""
    return ' class="nowrap"' if value and len(str(value)) < 20 else ' class="long"' if value else ""
