"""Advances not justified, by age: sub-totals over the list of the tranches behind them; the same as XLSX, CSV and a numbered paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from starlette.datastructures import QueryParams
from starlette.responses import Response

from portfolio.agreements.models import Agreement, Tranche
from portfolio.desk.queries import ageing as queries
from portfolio.desk.queries.contacts import LAST_CONTACT
from portfolio.desk.routes.ledger import EditionForm, tabs
from portfolio.desk.service import statements as service
from portfolio.groups.models import Group
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.postings import DIMENSION_WORDS
from portfolio.web.act import Query, Raw, W, allow, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


@dataclass(frozen=True)
class Typed(Search):
    """A dimension typed as text; its chip says which one it is."""

    def words(self, work: Work, value: str) -> str:
        """« Place: Gao »."""
        typed = _clean(value)
        return _("%(label)s: %(value)s") % {"label": _(self.label), "value": typed[:60]} if typed else ""


@dataclass(frozen=True)
class Coded(Choice):
    """A dimension chosen in a list; its clause asks the database nothing."""

    def clause(self, work: Work, value: str) -> ColumnElement[bool] | None:
        """The advances that carry this code."""
        typed = _clean(value)
        return queries.named(self.name, typed) if typed else None


def _clean(value: str) -> str:
    return value.replace("\x00", "").strip()[:100]


def _typed(name: str) -> Typed:
    def clause(_work: Work, value: str) -> ColumnElement[bool] | None:
        typed = _clean(value)
        return queries.named(name, typed) if typed else None

    return Typed(None, name, DIMENSION_WORDS[name], clause)


def _ages(_work: Work) -> list[tuple[str, str]]:
    return [(since, _(words)) for since, words in queries.AGE_WORDS.items()]


def _by(_work: Work) -> list[tuple[str, str]]:
    return [(name, _(DIMENSION_WORDS[name])) for name in queries.BY]


def statement(work: Work) -> Select[Any]:
    """Every advance not justified, its sum in the column of its age."""
    return queries.joined(
        select(
            Tranche.id,
            Tranche.code,
            Group.name,
            queries.STANDS.c.fund,
            queries.STANDS.c.call,
            Tranche.paid_on,
            queries.LEFT,
            *queries.bands(work),
            LAST_CONTACT,
            Agreement.id,
        )
    )


LISTING = Listing(
    name="ageing",
    title=N_("Advances not justified, by age"),
    route="desk.ageing",
    id_column=Tranche.id,
    statement=statement,
    columns=(
        Column("code", N_("Tranche"), "link", sort=Tranche.code, href="/agreements/tranches/{id}"),
        Column("group", N_("Beneficiary"), sort=Group.name),
        Column("fund", N_("Fund"), sort=queries.STANDS.c.fund),
        Column("call", N_("Call"), sort=queries.STANDS.c.call),
        Column("paid", N_("Paid on"), "date", sort=Tranche.paid_on),
        Column("left", N_("Not justified"), "money", sort=queries.LEFT, total=True),
        *(Column(f"age_{since}", words, "money", total=True) for since, words in queries.AGE_WORDS.items()),
        Column("contact", N_("Last contact or reminder"), "date"),
    ),
    filters=(
        Coded("fund", DIMENSION_WORDS["fund"], queries.funds),
        Coded("call", DIMENSION_WORDS["call"], queries.calls),
        _typed("party"),
        _typed("objective"),
        _typed("place"),
        Choice("age", N_("Age"), _ages, where=lambda work, value: queries.of_age(work, value)),
        Choice("by", N_("Sub-totals by"), _by, where=lambda _work, _value: None),
    ),
    default_sort="paid",
    template="desk/ageing.html",
    empty_title=N_("Every advance paid is justified."),
    empty_text=N_("No advance answers to these filters: what was paid is justified or was asked back."),
)


def _asked(query: QueryParams) -> tuple[dict[str, str], str, str]:
    """Dimensions, age and sub-totals of an address; what cannot be read asks nothing."""
    dims = {name: value for name in queries.DIMS if (value := _clean(query.get(name) or ""))}
    age, by = query.get("age") or "", query.get("by") or ""
    return dims, age if age in queries.AGE_WORDS else "", by if by in queries.BY else queries.BY[0]


@router.get("/ageing", name="desk.ageing")
@allow("ledger:view")
def index(work: W, query: Query) -> Response:
    """Sub-totals by age, then every tranche behind them."""
    if query.get("format") in ("xlsx", "csv") or work.origin.htmx:
        return LISTING.respond(work, query)
    _dims, _age, by = _asked(query)
    shown, others = queries.folded(queries.parts(work, by, LISTING.clauses(work, query)))
    kept = [(k, v) for k, v in query.multi_items() if k in (*queries.DIMS, "age", "by") and v]
    return LISTING.respond(
        work,
        query,
        parts=shown,
        others=others,
        by=by,
        by_words=_(DIMENSION_WORDS[by]),
        ages=list(queries.AGE_WORDS.values()),
        narrowed={p.code: url("desk.ageing", **{**dict(kept), by: p.code}) for p in shown if p.code},
        asked=str(QueryParams(kept)),
        tabs=tabs("desk.ageing"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_(LISTING.title), None)],
    )


@router.post("/ageing/editions", name="desk.print_ageing")
@allow("ledger:print")
def print_(work: W, raw: Raw) -> Response:
    """A numbered edition of what is filtered."""
    dims, age, by = _asked(QueryParams(EditionForm.read(raw).query[:2000]))
    paper = service.print_ageing(work, dims, age, by)
    return done(
        work, f"/documents/papers/{paper.id}", _("%(n)s is printed and kept.") % {"n": paper.reference}
    )
