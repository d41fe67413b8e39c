"""The auditor's samples: the list, the draw, one sample with its rows, the same as a file, and the draw made again."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from portfolio.desk.forms import SampleForm
from portfolio.desk.models import Sample
from portfolio.desk.queries import samples as queries
from portfolio.desk.routes.ledger import tabs
from portfolio.desk.service import samples as service
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, datetime_text, percent_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.sampling import LARGEST, METHOD_HINTS, METHODS, POPULATIONS
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, page, sheet_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


def _population(code: str) -> str:
    return _(POPULATIONS[code].label)


def _method(code: str) -> str:
    return _(METHODS[code])


LISTING = Listing(
    name="samples",
    title=N_("Audit samples"),
    route="desk.samples",
    id_column=Sample.id,
    statement=queries.listed,
    columns=(
        Column("reference", N_("Sample"), "link", sort=Sample.reference, href="/ledger/samples/{id}"),
        Column("population", N_("Drawn from"), "choice", words=_population),
        Column("fund", N_("Fund")),
        Column("method", N_("Way of drawing"), "choice", words=_method),
        Column("drawn", N_("Rows drawn"), "number", sort=Sample.drawn_count, total=True),
        Column("amount", N_("Amount drawn"), "money", sort=Sample.drawn_minor, total=True),
        Column("count", N_("Population, rows"), "number"),
        Column("total", N_("Population, amount"), "money"),
        Column("at", N_("Drawn on"), "moment", sort=Sample.drawn_at),
        Column("by", N_("By")),
    ),
    filters=(
        Choice(
            "population",
            N_("Drawn from"),
            lambda _work: [(code, _population(code)) for code in POPULATIONS],
            Sample.population,
        ),
        Period("from", N_("From"), Sample.drawn_at, moment=True),
        Period("to", N_("To"), Sample.drawn_at, side="to", moment=True),
    ),
    default_sort="-at",
    template="desk/samples.html",
    empty_title=N_("No sample yet"),
    empty_text=N_("What is drawn above is numbered and kept here."),
)


def _facts(work: Work) -> dict[str, Any]:
    return {
        "populations": [(code, _population(code)) for code in POPULATIONS],
        "methods": [(code, _(words), _(METHOD_HINTS[code])) for code, words in METHODS.items()],
        "funds": [("", _("All the funds")), *queries.funds(work)],
        "largest": LARGEST,
        "tabs": tabs("desk.samples"),
        "crumbs": [(_("Ledger"), url("desk.ledger")), (_("Audit samples"), None)],
    }


def show(work: Work, bad: Bad | None = None) -> Response:
    """The list under the form, which says what was wrong."""
    return LISTING.respond(work, QueryParams(), bad=bad, **_facts(work))


@router.get("/samples", name="desk.samples")
@allow("ledger:print")
def index(work: W, query: Query) -> Response:
    """Draw, and every sample drawn."""
    if query.get("format") in ("xlsx", "csv") or work.origin.htmx:
        return LISTING.respond(work, query)
    return LISTING.respond(work, query, **_facts(work))


@router.post("/samples", name="desk.draw_sample")
@allow("ledger:print")
@on_refusal(show)
def draw(work: W, raw: Raw) -> Response:
    """Draw a sample."""
    sample = service.draw(work, SampleForm.read(raw))
    return done(
        work,
        url("desk.sample", id=sample.id),
        _("Sample %(n)s is drawn and kept.") % {"n": sample.reference},
    )


def _page(work: Work, sample: Sample, **more: Any) -> Response:
    return page(
        work,
        "desk/sample.html",
        **queries.facts(work, sample),
        population=_population(sample.population),
        method=_method(sample.method),
        title=_("Audit sample %(n)s") % {"n": sample.reference},
        crumbs=[
            (_("Ledger"), url("desk.ledger")),
            (_("Audit samples"), url("desk.samples")),
            (sample.reference, None),
        ],
        **more,
    )


@router.get("/samples/{id:int}", name="desk.sample")
@allow("ledger:print")
def one(work: W, query: Query, id: int) -> Response:
    """One sample and its rows; or the same as a file, with columns for the auditor."""
    sample = queries.get(work, id)
    if query.get("format") in ("xlsx", "csv"):
        return _file(work, sample, query["format"])
    return _page(work, sample, redrawn=None)


@router.get("/samples/{id:int}/again", name="desk.sample_again")
@allow("ledger:print")
def again(work: W, id: int) -> Response:
    """The same draw made again now, compared with what was kept."""
    sample = queries.get(work, id)
    return _page(work, sample, redrawn=queries.redrawn(work, sample))


def _file(work: Work, sample: Sample, kind: str) -> Response:
    labels = [_("Record"), _("Day in the books"), _("Entry"), _("Agreement"), _("Paid to"), _("Amount"), _("Times hit"),
              _("Seen"), _("Voucher no."), _("Remark")]  # fmt: skip
    kinds = ["text", "date", "number", "text", "text", "money", "number", "text", "text", "text"]
    made: list[list[Any]] = [
        [r.reference, r.day, r.seq, r.agreement, r.about, r.amount_minor, r.times, "", "", ""]
        for r in queries.rows(work, sample)
    ]
    drawn = _("%(rows)d rows of %(count)d, %(share)s of the francs")
    notes = [
        _("Audit sample %(n)s") % {"n": sample.reference},
        datetime_text(sample.drawn_at),
        f"{_population(sample.population)} · {sample.fund or _('All the funds')} · {queries.period(sample)}",
        f"{_method(sample.method)} · {_('Seed')} : {sample.seed}",
        drawn
        % {
            "rows": sample.drawn_count,
            "count": sample.population_count,
            "share": percent_text(queries.coverage(sample)),
        },
        _("Up to entry no. %(seq)d, fingerprint %(hash)s")
        % {"seq": sample.head_seq, "hash": sample.head_hash},
    ]

    return sheet_response(sample.reference, kind, labels, kinds, made, notes)
