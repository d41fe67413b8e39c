"""Pairs to decide: the list, the two records side by side, the decision of a second person."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.beneficiaries import queries, service
from portfolio.beneficiaries.forms import ReasonForm
from portfolio.beneficiaries.models import Duplicate
from portfolio.beneficiaries.routes.door import router, typed
from portfolio.groups import queries as groups
from portfolio.groups.routes.records import show_page as group_page
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.beneficiaries import DUPLICATE
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

D = Duplicate
SUBJECTS = {"reached_person": N_("People reached"), "grp": N_("Groups")}


def _statement(work: Work) -> Select[Any]:
    statement = select(D.id, D.id, D.subject_type, D.score, D.country, D.found_at, D.status).where(
        work.within("reach:view", D)
    )
    return cast(Select[Any], statement)


LISTING = Listing(
    name="duplicates",
    title=N_("Possible duplicates"),
    route="beneficiaries.duplicates",
    id_column=D.id,
    statement=_statement,
    columns=(
        Column("pair", N_("Pair"), "link", sort=D.id, href="/beneficiaries/duplicates/{id}"),
        Column("subject", N_("Of"), "choice", sort=D.subject_type, words=lambda code: _(SUBJECTS[code])),
        Column("score", N_("Likeness out of 100"), "number", sort=D.score),
        Column("country", N_("Country"), sort=D.country),
        Column("found", N_("Found on"), "moment", sort=D.found_at),
        Column("status", N_("Status"), "status", cycle=DUPLICATE),
    ),
    filters=(
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("duplicate", s.label)) for s in DUPLICATE.states],
            D.status,
        ),
        Choice("subject", N_("Of"), lambda work: [(c, _(w)) for c, w in SUBJECTS.items()], D.subject_type),
    ),
    default_sort="-score",
    empty_title=N_("No pair to decide"),
    empty_text=N_("Records that look alike are put here when they are entered."),
)


@router.get("/duplicates", name="beneficiaries.duplicates")
@allow("reach:view")
def duplicates(work: W, query: Query) -> Response:
    """The pairs."""
    crumbs = [(_("People reached"), url("beneficiaries.index")), (_("Possible duplicates"), None)]
    return LISTING.respond(work, query, crumbs=crumbs)


def pair_page(work: Work, id: int, query: Query | None = None, bad: Bad | None = None) -> Response:
    """The two records side by side."""
    pair = queries.get_pair(work, id)
    base = url("beneficiaries.pair", id=id)
    token = query.get("look") if query is not None else None
    return page(
        work,
        "beneficiaries/pair.html",
        bad=bad,
        title=_("Pair %(n)d") % {"n": id},
        crumbs=[
            (_("People reached"), url("beneficiaries.index")),
            (_("Possible duplicates"), url("beneficiaries.duplicates")),
            (str(id), None),
        ],
        cycle=DUPLICATE,
        steps=status_steps(DUPLICATE, pair.status),
        moves=moves(work, DUPLICATE, pair, base, obstacles={"take_up_again": service.reopen_obstacles}),
        events=timeline(work, pair),
        office_words=groups.OFFICE_WORDS,
        **typed(work, bad),
        **queries.pair_facts(work, pair, token),
    )


@router.get("/duplicates/{id:int}", name="beneficiaries.pair")
@allow("reach:view")
def pair_show(work: W, id: int, query: Query) -> Response:
    """The two records side by side."""
    return pair_page(work, id, query)


@router.post("/duplicates/{id:int}/names", name="beneficiaries.pair_names")
@allow("reach:view_names")
@on_refusal(pair_page)
def pair_names(work: W, raw: Raw, id: int) -> Response:
    """Record a look at the names of a pair."""
    token = service.see_names(work, queries.get_pair(work, id), ReasonForm.read(raw))
    return done(work, url("beneficiaries.pair", id=id, look=token))


@router.post("/duplicates/{id:int}/merge", name="beneficiaries.merge")
@allow("duplicate:decide")
@on_refusal(pair_page)
def merge(work: W, raw: Raw, id: int) -> Response:
    """They are the same."""
    service.merge(work, queries.get_pair(work, id), ReasonForm.read(raw).reason)
    return done(work, url("beneficiaries.pair", id=id), _("Decided: the same. They count once from now on."))


@router.post("/duplicates/{id:int}/keep_apart", name="beneficiaries.keep_apart")
@allow("duplicate:decide")
@on_refusal(pair_page)
def keep_apart(work: W, raw: Raw, id: int) -> Response:
    """They are different."""
    service.keep_apart(work, queries.get_pair(work, id), ReasonForm.read(raw).reason)
    return done(work, url("beneficiaries.pair", id=id), _("Decided: different. The pair will not come back."))


@router.post("/duplicates/{id:int}/take_up_again", name="beneficiaries.take_up_again")
@allow("duplicate:decide")
@on_refusal(pair_page)
def take_up_again(work: W, raw: Raw, id: int) -> Response:
    """Undo the decision."""
    service.take_up_again(work, queries.get_pair(work, id), ReasonForm.read(raw))
    return done(work, url("beneficiaries.pair", id=id), _("The pair is to decide again."))


@router.post("/groups/{id:int}/search", name="beneficiaries.search_groups")
@allow("group:edit")
@on_refusal(group_page)
def search_groups(work: W, id: int) -> Response:
    """Open a pair for each group that looks like this one."""
    group = groups.get(work, id)
    work.require("group:edit", group)
    found = service.find_group_pairs(work, group)
    target = (
        url("beneficiaries.pair", id=found[0].id)
        if len(found) == 1
        else url("beneficiaries.duplicates", subject="grp")
    )
    if not found:
        return done(
            work,
            f"/groups/{id}",
            _("No new pair: nothing looks like this group, or it is already known."),
            "info",
        )
    return done(work, target, _("%(n)d pairs opened for a second person.") % {"n": len(found)})
