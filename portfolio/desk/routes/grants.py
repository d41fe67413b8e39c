"""The statement of one grant: on screen, as XLSX or CSV, and as a numbered paper kept with the agreement."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.agreements import queries as agreements
from portfolio.desk.queries import grants as queries
from portfolio.desk.service import statements as service
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page, sheet_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


def show(work: Work, id: int, bad: Bad | None = None) -> Response:
    """What was paid on an agreement and what became of it."""
    agreement = agreements.get(work, id)
    title = _("Statement of grant %(reference)s") % {"reference": agreement.reference}
    return page(
        work,
        "desk/grant.html",
        bad=bad,
        title=title,
        crumbs=[
            (_("Ledger"), url("desk.ledger")),
            (agreement.reference, url("agreements.show", id=id)),
            (_("Statement"), None),
        ],
        **queries.facts(work, agreement),
    )


@router.get("/grants/{id}", name="desk.grant")
@allow("ledger:view")
def statement(work: W, query: Query, id: int) -> Response:
    """The page, or the same as a file."""
    if query.get("format") in ("xlsx", "csv"):
        return _file(work, id, query["format"])
    return show(work, id)


def _file(work: Work, id: int, kind: str) -> Response:
    found = queries.facts(work, agreements.get(work, id))
    labels = [_("No."), _("Date"), _("Paper no."), _("Tranche"), _("Entry"), _("Paid on the grant"), _("Accepted"),
              _("Asked back"), _("Given back"), _("Written off"), _("Left to justify"), _("Left to give back")]  # fmt: skip
    kinds = ["number", "date", "text", "text", "text", *["money"] * 7]
    rows: list[list[Any]] = [
        [r.seq, r.on, r.document, r.tranche, r.label, r.paid, r.accepted, r.claimed, r.returned, r.written_off,
         r.to_justify, r.to_return]
        for r in found["rows"]
    ]  # fmt: skip
    sums = found["sums"]
    rows.append(
        [
            "",
            "",
            "",
            "",
            _("Totals"),
            *(sums[n] for n in queries.COLUMNS),
            sums["to_justify"],
            sums["to_return"],
        ]
    )
    reference = found["agreement"].reference
    notes = [
        _("Statement of grant %(reference)s") % {"reference": reference},
        found["group"].name,
        datetime_text(work.now),
    ]

    return sheet_response(f"releve-{reference}-{work.today.isoformat()}", kind, labels, kinds, rows, notes)


@router.post("/grants/{id}/editions", name="desk.print_grant")
@allow("ledger:print")
@on_refusal(show)
def edition(work: W, raw: Raw, id: int) -> Response:
    """Print the statement, as the books stand now."""
    paper = service.print_grant(work, agreements.get(work, id))
    return done(
        work, f"/documents/papers/{paper.id}", _("%(n)s is printed and kept.") % {"n": paper.reference}
    )
