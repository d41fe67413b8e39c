"""The list behind the figures of the auditor's first page: acts outside the rule, papers absent, refusals, corrections, one kind at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from starlette.responses import Response

from portfolio.desk.queries import control
from portfolio.kit.i18n import N_
from portfolio.web.act import Query, W, allow, room
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

router = room("ledger")
R = control.ROWS.c


def _statement(work: Work) -> Select[Any]:
    return control.rows(work, R.path, R.code, R.reference, R.about, R.day, R.amount)


LISTING = Listing(
    name="control",
    title=N_("Acts and papers to examine"),
    route="desk.control",
    statement=_statement,
    id_column=R.path,
    default_sort="-day",
    columns=(
        Column("kind", N_("What"), "choice", words=lambda code: control.KINDS[code].words),
        Column("reference", N_("Record"), "link", href="{id}"),
        Column("about", N_("About")),
        Column("day", N_("Day"), "date", sort=R.day),
        Column("amount", N_("Amount"), "money", sort=R.amount, total=True),
    ),
    filters=(
        Choice(
            "kind",
            N_("What"),
            lambda _work: [(code, kind.words) for code, kind in control.KINDS.items()],
            R.code,
        ),
        Period("from", N_("From"), R.day),
        Period("to", N_("To"), R.day, side="to"),
    ),
    empty_title=N_("Nothing of this kind"),
    empty_text=N_("No act and no paper answers to these filters. Remove one, or widen the dates."),
)


@router.get("/control", name="desk.control")
@allow("ledger:verify")
def show(work: W, query: Query) -> Response:
    """The list."""
    return LISTING.respond(work, query)
