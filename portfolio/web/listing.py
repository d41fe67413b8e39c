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

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Integer, bindparam, func, select
from starlette.datastructures import QueryParams
from starlette.responses import Response

from portfolio.actor import reader
from portfolio.kit import i18n, money, paging, prepared
from portfolio.kit.direct import Read
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import escaped
from portfolio.origin import Origin
from portfolio.web import cells
from portfolio.web.cells import Column
from portfolio.web.filters import Filter
from portfolio.web.render import drawn_once, fragment, page, sheet_response
from portfolio.web.urls import url
from portfolio.work import Work

__all__ = ["DECLARED", "SIZES", "Column", "Head", "Listing", "View"]
SIZES = (50, 100)
"""Rows of a page, and what `size=100` asks for."""
EXPORTED_AT_ONCE = 2_000
"""Rows that an export holds in memory at a time: a file has no limit of its own."""
DECLARED: list[Listing] = []
"""Every list of the product, as its room declares it."""
_WRITERS: dict[tuple[int, str], list[tuple[int, Callable[[Any, Any], str]]]] = {}


@functools.cache
def _addresses(_declared: int) -> frozenset[str]:
    return frozenset(url(each.route) for each in DECLARED)


def page_of_a_list(origin: Origin) -> str:
    """The address of a list when one page of it is asked: never more than its rows, whatever the table holds. Empty for anything else,
    words to search and files among them."""
    query = origin.query
    if origin.path not in _addresses(len(DECLARED)) or "q=" in query or "format=" in query:
        return ""
    return origin.path


class Watched:
    """A work that says whether anything but the reader and the day was asked of it: then a statement is not kept."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.moving = False

    def __getattr__(self, name: str) -> Any:
        if name not in ("within", "may", "actor", "maybe_actor", "known_actor", "today"):
            self.moving = True
        return getattr(self._work, name)


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
    head: Markup
    body: Markup
    foot: Markup | None
    count: int
    sort: str
    base_url: str
    chips: list[dict[str, str]]
    clear_url: str
    inputs: Markup
    pager: dict[str, Any]
    exports: list[tuple[str, str]]
    views: list[tuple[str, str]]
    bulk: tuple[tuple[str, str], ...]
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
    counted: Callable[[Work], Any] | None = None
    """The same rows by their id and the columns to be summed alone, without the joins that only bring words: an index may answer it.
    Filters must not need those joins."""

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
        return self.statement(work).where(*self.clauses(work, query))

    def clauses(self, work: Work, query: QueryParams) -> list[ColumnElement[bool]]:
        """What the filters of the address ask, for a figure or a chart beside the list."""
        asked = [(wanted, query.get(wanted.name, "")) for wanted in self.filters]
        found = [wanted.clause(work, value) for wanted, value in asked if value]
        return [clause for clause in found if clause is not None]

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
        after, before = query.get("after"), query.get("before")
        backwards = bool(before and not after)
        word = (before if backwards else after) or ""
        values = paging.decode(word, len(keys)) if word else None
        rows_of, totals_of = self._prepared(work, query, sort, keys, backwards, values is not None)
        connection = work.db.connection()  # plain rows: none of them becomes an object
        edge = {f"edge_{n}": value for n, value in enumerate(values or ())}
        rows = rows_of.rows(connection, {**edge, "page_size": size + 1})
        cut = paging.cut(rows, keys, size, backwards=backwards, cursor=values is not None)
        [(count, *sums)] = totals_of.rows(connection, {})
        totals = {c.key: int(n) for c, n in zip((c for c in self.columns if c.total), sums, strict=True)}
        return self._dress(work, query, sort, size, cut, count, totals if count <= paging.COUNT_CAP else None)

    def _prepared(
        self, work: Work, query: QueryParams, sort: str, keys: list[paging.Key], backwards: bool, cursor: bool
    ) -> tuple[Read, Read]:
        """The statements of the rows and of the totals, made once for each reader, order and set of filters."""
        clauses = self.clauses(work, query)
        shapes = [clause._generate_cache_key() for clause in clauses]
        key = None
        if all(shape is not None for shape in shapes):
            said = tuple((s.key, tuple(_fixed(b.effective_value) for b in s.bindparams)) for s in shapes if s)
            key = (id(self), reader(work.maybe_actor, work.today), sort, backwards, cursor, said)
        return prepared.kept(key, lambda: self._make(work, clauses, keys, backwards, cursor))

    def _make(
        self,
        work: Work,
        clauses: list[ColumnElement[bool]],
        keys: list[paging.Key],
        backwards: bool,
        cursor: bool,
    ) -> tuple[tuple[Read, Read], bool]:
        watched = Watched(work)
        base = self.statement(watched).where(*clauses)  # type: ignore[arg-type]
        counted = self.counted(watched).where(*clauses) if self.counted else base  # type: ignore[arg-type]
        rows = base.where(paging.beyond(keys, paging.edge(keys), backwards=backwards)) if cursor else base
        rows = paging.ordered(rows, keys, backwards=backwards).limit(bindparam("page_size", type_=Integer))
        return (Read(rows), Read(self._totals(counted))), not watched.moving

    def _totals(self, base: Any) -> Any:
        """How many, up to the cap, and the sums: shown only when all could be counted."""
        inner = base.order_by(None).limit(paging.COUNT_CAP + 1).subquery()
        parts = list(inner.c)
        summed = [i for i, c in enumerate(self.columns, 1) if c.total]
        if self.counted:
            summed = list(range(1, len(parts)))
        sums = (func.coalesce(func.sum(parts[i]), 0) for i in summed)
        return select(func.count(), *sums).select_from(inner)

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
        chosen = [
            (k, v) for k, v in query.multi_items() if k not in ("after", "before", "format", "sort") and v
        ]

        def address(*more: tuple[str, str], without: str = "") -> str:
            pairs = [(k, v) for k, v in chosen if k != without] + [m for m in more if m[1]]
            return f"?{urlencode(pairs)}" if pairs else "?"

        chips, inputs = [], []
        search = ""
        for wanted in self.filters:
            value = query.get(wanted.name, "")
            inputs.append(_as_drawn(**wanted.input(work, value)))
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
            head=drawn_once("table_head", tuple(heads), sort, address()),
            body=self._body(cut.rows, ticked=bool(bulk)),
            foot=self._foot(totals, bool(bulk)),
            count=count,
            sort=sort,
            base_url=address(),
            chips=chips,
            clear_url="?",
            inputs=drawn_once("filter_bar", tuple(inputs)),
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
            bulk=tuple((verb, _(words)) for verb, words, _permission in bulk),
            views=[(str(name), f"?{saved}") for name, saved in views],
            query=urlencode(chosen),
            search=search,
        )

    def _body(self, rows: Sequence[Any], *, ticked: bool) -> Markup:
        writers = self._writers()
        if not ticked:
            return Markup("".join([f"<tr>{''.join([w(r[i], r) for i, w in writers])}</tr>\n" for r in rows]))
        return Markup(
            "".join(
                [
                    f'<tr><td class="tick"><input type="checkbox" name="ids" value="{r[0]}" aria-label="{escaped(r[1])}"></td>'
                    f"{''.join([w(r[i], r) for i, w in writers])}</tr>\n"
                    for r in rows
                ]
            )
        )

    def _writers(self) -> list[tuple[int, Callable[[Any, Any], str]]]:
        """Who writes the cells, chosen once for each language."""
        key = (id(self), i18n.locale())
        if key not in _WRITERS:
            _WRITERS[key] = [(i, cells.writer(c)) for i, c in enumerate(self.columns, 1)]
        return _WRITERS[key]

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
        """Exactly what is filtered, same columns and order, as a file: every row, read a few at a time."""
        _sort, keys = self._keys(query.get("sort") or self.default_sort)
        statement = paging.ordered(self.filtered(work, query), keys)
        rows = work.db.connection().execute(statement, execution_options={"yield_per": EXPORTED_AT_ONCE})
        labels = [_(c.label) for c in self.columns]
        kinds = [c.kind for c in self.columns]
        plain = ([cells.plain(c, row[i]) for i, c in enumerate(self.columns, 1)] for row in rows)
        notes = [_(self.title), i18n.datetime_text(work.now), query.get("q", "")]
        return sheet_response(f"{self.name}-{work.today.isoformat()}", kind, labels, kinds, plain, notes)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_drawn(
    *, kind: str, name: str, label: str, value: str, options: Sequence[tuple[Any, str]] = ()
) -> tuple[str, str, str, str, tuple[tuple[str, str], ...]]:
    return kind, name, label, str(value), tuple((str(code), words) for code, words in options)
