"""The list of the tranches not asked for yet: payable now, or held, by cause."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.causes import RUNNING, cause_options, of_cause
from portfolio.agreements.queries.forecast import WHEN
from portfolio.agreements.reference import MODALITY_WORDS
from portfolio.agreements.routes.listing import countries
from portfolio.agreements.routes.records import router
from portfolio.groups.models import Group
from portfolio.groups.reference import COUNTRIES
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import AGREEMENT
from portfolio.web.act import Query, W, allow
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.work import Work


def _statement(work: Work) -> Select[Any]:
    return (
        select(
            Tranche.id,
            Tranche.code,
            Agreement.title,
            Group.name,
            Agreement.country,
            WHEN,
            Tranche.modality,
            Tranche.amount_minor,
            Agreement.status,
        )
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Agreement.group_id)
        .where(
            Tranche.status == "planned",
            Agreement.status.in_(RUNNING),
            work.within("disbursement:view", Tranche),
        )
    )


LISTING = Listing(
    name="tranches",
    title=N_("Tranches not asked for yet"),
    route="agreements.tranches",
    id_column=Tranche.id,
    statement=_statement,
    columns=(
        Column("code", N_("Tranche"), "link", sort=Tranche.code, href="/agreements/tranches/{id}"),
        Column("title", N_("Micro-project"), sort=Agreement.title),
        Column("group", N_("Group"), sort=Group.name),
        Column(
            "country", N_("Country"), "choice", sort=Agreement.country, words=lambda c: COUNTRIES.get(c, c)
        ),
        Column("planned", N_("Planned on"), "date", sort=WHEN),
        Column(
            "modality", N_("Modality"), "choice", sort=Tranche.modality, words=lambda m: _(MODALITY_WORDS[m])
        ),
        Column("amount", N_("Amount"), "money", sort=Tranche.amount_minor, total=True),
        Column("status", N_("Agreement"), "status", cycle=AGREEMENT),
    ),
    filters=(
        Search(Agreement.search),
        Choice("cause", N_("What holds it"), cause_options, where=of_cause),
        Choice("country", N_("Country"), countries, Agreement.country),
        Period("until", N_("Planned until"), WHEN, side="to"),
    ),
    default_sort="planned",
    empty_title=N_("No tranche here"),
    empty_text=N_("No tranche answers to these filters. Remove one, or widen the dates."),
)


@router.get("/tranches", name="agreements.tranches")
@allow("disbursement:view")
def show_tranches(work: W, query: Query) -> Response:
    """The list; a cause asks the tranche engine about every one of them."""
    return LISTING.respond(work, query)
