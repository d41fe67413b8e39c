"""Every list of the product: declared once as data, drawn the same way everywhere.

Filters live in the address (a view can be mailed) and show as removable chips; columns sort on the server; pages are keyset; the totals are of
what is filtered; the export is of exactly what is shown. Two queries a list. Cells are written by small functions straight to escaped text,
because a macro or a chain of tests per cell costs ten times as much (performance.md section 4).

    LISTING = Listing(
        name="applications", title=N_("Files"), route="applications.index", id_column=A.id,
        statement=lambda work: select(A.id, A.reference, A.requested_minor, A.submitted_at).where(work.within("application:view", A)),
        columns=(
            Column("reference", N_("Number"), "link", sort=A.reference, href="/applications/{id}"),
            Column("requested", N_("Asked"), "money", sort=A.requested_minor, total=True),
            Column("filed", N_("Filed"), "moment", sort=A.submitted_at),
        ),
        filters=(Choice("status", N_("Status"), options, A.status), Search(A.search)),
        default_sort="-filed",
    )

The statement's columns are read by position: the first is the id, then one for each column of `columns`, in order. A sortable column is never NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, func, select
from starlette.datastructures import QueryParams
from starlette.responses import Response

from portfolio.kit import i18n, money, paging
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.lifecycle import Lifecycle
from portfolio.web.filters import Filter
from portfolio.web.render import file_response, fragment, page
from portfolio.work import Work

SIZES = (50, 100)
"""Rows of a page, and what `size=100` asks for."""
EXPORT_LIMIT = 100_000
DECLARED: list[Listing] = []
"""Every list of the product, as its room declares it."""


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


@dataclass(frozen=True)
class Head:
    """A heading as the template draws it."""

    label: str
    key: str | None = None
    numeric: bool = False
    tick: str | None = None


@dataclass
class View:
    """One page of a list, ready to be drawn."""

    listing: Listing
    heads: list[Head]
    body: Markup
    foot: Markup | None
    count: int
    sort: str
    base_url: str
    chips: list[dict[str, str]]
    clear_url: str
    inputs: list[dict[str, Any]]
    pager: dict[str, Any]
    exports: list[tuple[str, str]]
    views: list[tuple[str, str]]
    bulk: list[tuple[str, str]]
    """What the reader may do with the ticked rows: (verb, label)."""
    query: str
    search: str


@dataclass(frozen=True)
class Listing:
    """The declaration of a list. See the module's words."""

    name: str
    title: str
    route: str
    statement: Callable[[Work], Any]
    columns: Sequence[Column]
    id_column: Any
    default_sort: str
    filters: Sequence[Filter] = ()
    default_filter: str = ""
    new_url: str = ""
    new_label: str = ""
    new_permission: str = ""
    empty_title: str = N_("Nothing here yet")
    empty_text: str = N_("No row answers to these filters. Remove one, or widen the dates.")
    bulk: Sequence[tuple[str, str, str]] = field(default=())
    """(verb, label, permission): ticked rows are posted to `{route's address}/bulk/{verb}`."""
    template: str = "layouts/list.html"

    def __post_init__(self) -> None:
        DECLARED.append(self)

    def respond(self, work: Work, query: QueryParams, **facts: Any) -> Response:
        """The list as a page, as a fragment for HTMX, or as an XLSX or CSV file."""
        wanted = query.get("format")
        if wanted in ("xlsx", "csv"):
            return self.export(work, query, wanted)
        view = self.view(work, query)
        if work.origin.htmx:
            return fragment(work, self.template, "table", view=view, **facts)
        return page(work, self.template, view=view, title=_(self.title), **facts)

    def filtered(self, work: Work, query: QueryParams) -> Any:
        """The statement with every filter of the address applied."""
        statement = self.statement(work)
        for wanted in self.filters:
            value = query.get(wanted.name, "")
            clause = wanted.clause(work, value) if value else None
            if clause is not None:
                statement = statement.where(clause)
        return statement

    def _keys(self, sort: str) -> tuple[str, list[paging.Key]]:
        descending, key = sort.startswith("-"), sort.lstrip("-")
        position = next(
            (i for i, c in enumerate(self.columns, 1) if c.key == key and c.sort is not None), None
        )
        if position is None:
            if sort == self.default_sort:
                return sort, [paging.Key(self.id_column, 0, descending)]
            return self._keys(self.default_sort)
        column = self.columns[position - 1].sort
        return sort, [paging.Key(column, position, descending), paging.Key(self.id_column, 0, descending)]  # type: ignore[arg-type]

    def view(self, work: Work, query: QueryParams) -> View:
        """One page: rows, totals, chips, pager."""
        sort, keys = self._keys(query.get("sort") or self.default_sort)
        size = SIZES[query.get("size") == "100"]
        base = self.filtered(work, query)
        after, before = query.get("after"), query.get("before")
        backwards = bool(before and not after)
        values = (
            paging.decode((before if backwards else after) or "", len(keys)) if (after or before) else None
        )
        statement = base.where(paging.beyond(keys, values, backwards=backwards)) if values else base
        statement = paging.ordered(statement, keys, backwards=backwards).limit(size + 1)
        rows = work.db.execute(statement).all()
        cut = paging.cut(rows, keys, size, backwards=backwards, cursor=values is not None)
        count, totals = self._totals(work, base)
        return self._dress(work, query, sort, size, cut, count, totals)

    def _totals(self, work: Work, base: Any) -> tuple[int, dict[str, int] | None]:
        """How many, up to the cap; the sums when all could be counted."""
        summed = [(i, c) for i, c in enumerate(self.columns, 1) if c.total]
        inner = base.order_by(None).limit(paging.COUNT_CAP + 1).subquery()
        parts = list(inner.c)
        row = work.db.execute(
            select(func.count(), *(func.coalesce(func.sum(parts[i]), 0) for i, _c in summed)).select_from(
                inner
            )
        ).one()
        if row[0] > paging.COUNT_CAP:
            return int(row[0]), None
        return int(row[0]), {c.key: int(row[1 + n]) for n, (_i, c) in enumerate(summed)}

    def _dress(
        self,
        work: Work,
        query: QueryParams,
        sort: str,
        size: int,
        cut: paging.Slice,
        count: int,
        totals: dict[str, int] | None,
    ) -> View:
        kept = [
            (k, v) for k, v in query.multi_items() if k not in ("after", "before", "format", "sort") and v
        ]

        def address(*more: tuple[str, str], without: str = "") -> str:
            pairs = [(k, v) for k, v in kept if k != without] + [m for m in more if m[1]]
            return f"?{urlencode(pairs)}" if pairs else "?"

        chips, inputs = [], []
        search = ""
        for wanted in self.filters:
            value = query.get(wanted.name, "")
            inputs.append(wanted.input(work, value))
            search = value if wanted.name == "q" else search
            if value and (words := wanted.words(work, value)):
                sort_pair = ("sort", sort if sort != self.default_sort else "")
                chips.append({"label": words, "remove_url": address(sort_pair, without=wanted.name)})
        kept_sort = ("sort", sort if sort != self.default_sort else "")
        total_text = f"{paging.COUNT_CAP}+" if count > paging.COUNT_CAP else str(count)
        bulk = [b for b in self.bulk if work.may(b[2])]
        heads = [Head("", tick="ids")] if bulk else []
        heads += [Head(_(c.label), c.key if c.sort is not None else None, c.numeric) for c in self.columns]
        views = (work.actor.extra.get("views", {}).get(self.name, [])) if work.maybe_actor else []
        return View(
            listing=self,
            heads=heads,
            body=self._body(cut.rows, ticked=bool(bulk)),
            foot=self._foot(totals, bool(bulk)),
            count=count,
            sort=sort,
            base_url=address(),
            chips=chips,
            clear_url="?",
            inputs=inputs,
            pager={
                "first": 1
                if not query.get("after") and not query.get("before") and cut.rows
                else "…"
                if cut.rows
                else 0,
                "last": len(cut.rows) if not query.get("after") and not query.get("before") else "…",
                "total_text": total_text,
                "previous_url": address(kept_sort, ("before", cut.before or "")) if cut.before else None,
                "next_url": address(kept_sort, ("after", cut.after or "")) if cut.after else None,
            },
            exports=[(kind.upper(), address(kept_sort, ("format", kind))) for kind in ("xlsx", "csv")],
            bulk=[(verb, _(words)) for verb, words, _permission in bulk],
            views=[(str(name), f"?{saved}") for name, saved in views],
            query=urlencode(kept),
            search=search,
        )

    def _body(self, rows: Sequence[Any], *, ticked: bool) -> Markup:
        writers = [(i, cell_writer(c)) for i, c in enumerate(self.columns, 1)]
        out = []
        for row in rows:
            number = row[0]
            tick = (
                f'<td class="tick"><input type="checkbox" name="ids" value="{number}" aria-label="{escape(row[1])}"></td>'
                if ticked
                else ""
            )
            out.append(f"<tr>{tick}{''.join([write(row[i], row) for i, write in writers])}</tr>\n")
        return Markup("".join(out))

    def _foot(self, totals: dict[str, int] | None, ticked: bool) -> Markup | None:
        if not totals:
            return None
        cells = ["<td></td>"] if ticked else []
        for n, column in enumerate(self.columns):
            if column.key in totals:
                value = totals[column.key]
                shown = money.figures(value) if column.kind == "money" else str(value)
                cells.append(f'<td class="num">{shown}</td>')
            else:
                cells.append(f'<th scope="row">{escape(_("Total"))}</th>' if n == 0 else "<td></td>")
        return Markup(f"<tr>{''.join(cells)}</tr>")

    def export(self, work: Work, query: QueryParams, kind: str) -> Response:
        """Exactly what is filtered, same columns and order, as a file."""
        from portfolio.kit import sheets

        _sort, keys = self._keys(query.get("sort") or self.default_sort)
        rows = work.db.execute(paging.ordered(self.filtered(work, query), keys).limit(EXPORT_LIMIT)).all()
        labels = [_(c.label) for c in self.columns]
        kinds = [c.kind for c in self.columns]
        plain = ([_plain(c, row[i]) for i, c in enumerate(self.columns, 1)] for row in rows)
        notes = [_(self.title), i18n.datetime_text(work.now), query.get("q", "")]
        name = f"{self.name}-{work.today.isoformat()}.{kind}"

        def write(path: Path) -> None:
            if kind == "xlsx":
                sheets.write_xlsx(path, labels, kinds, plain, notes)
            else:
                sheets.write_csv(path, labels, plain)

        return file_response(write, name, sheets.MEDIA[kind])


def _plain(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind == "status" and column.cycle is not None:
        return i18n.pgettext(column.cycle.noun, column.cycle.state(value).label)
    if column.words is not None:
        return column.words(value)
    return value


def cell_writer(column: Column) -> Callable[[Any, Any], str]:
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
                return f"<td>{escape(value)}</td>"
            return f'<td{_folding(value)}><a href="{before}{row[0]}{after}">{escape(value) if value else "–"}</a></td>'

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
    return lambda value, _row: (
        f"<td{_folding(value)}>{escape(value) if value not in (None, '') else '–'}</td>"
    )


def _folding(value: Any) -> str:
    """References, codes and names of places stay on one line; titles fold, and keep room to."""
    return ' class="nowrap"' if value and len(str(value)) < 20 else ' class="long"' if value else ""
