"""The list of advances not justified, by age."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from portfolio.agreements.models import Agreement, Tranche
from portfolio.groups.models import Group
from portfolio.groups.reference import COUNTRIES
from portfolio.justifications.queries.advances import LEFT, age_options, carries, of_age
from portfolio.kit.i18n import N_
from portfolio.kit.search import search_clause
from portfolio.web.act import Query, W, allow, room
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

router = room("justifications")


def _statement(work: Work) -> Any:
    return (
        select(
            Tranche.id,
            Tranche.code,
            Group.name,
            Tranche.country,
            Tranche.paid_on,
            Tranche.paid_minor,
            Tranche.cleared_minor,
            Tranche.refused_minor,
            LEFT,
        )
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Tranche.group_id)
        .where(carries(), work.within("justification:view", Tranche))
    )


LISTING = Listing(
    name="advances",
    title=N_("Advances not justified"),
    route="justifications.advances",
    statement=_statement,
    id_column=Tranche.id,
    default_sort="paid_on",
    columns=(
        Column("code", N_("Tranche"), "link", sort=Tranche.code, href="/agreements/tranches/{id}"),
        Column("group", N_("Group"), sort=Group.name),
        Column("country", N_("Country"), "choice", sort=Tranche.country, words=lambda c: COUNTRIES.get(c, c)),
        Column("paid_on", N_("Paid on"), "date", sort=Tranche.paid_on),
        Column("paid", N_("Paid"), "money", sort=Tranche.paid_minor, total=True),
        Column("cleared", N_("Justified"), "money", total=True),
        Column("asked", N_("Asked back"), "money", total=True),
        Column("left", N_("Left"), "money", sort=LEFT, total=True),
    ),
    filters=(
        Search(Group.folded, where=lambda work, value: search_clause(Group.folded, value)),
        Choice("age", N_("Age"), age_options, where=of_age),
        Choice("country", N_("Country"), lambda _work: list(COUNTRIES.items()), Tranche.country),
        Period("until", N_("Paid until"), Tranche.paid_on, side="to"),
    ),
    empty_title=N_("No advance waits for its papers"),
    empty_text=N_("Every advance paid is justified or asked back. Remove a filter, or widen the dates."),
)


@router.get("/advances", name="justifications.advances")
@allow("justification:view")
def advances(work: W, query: Query) -> Response:
    """The list."""
    return LISTING.respond(work, query)
