"""The lists behind the officer's figures: what waits for me, and what I follow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from starlette.responses import Response

from portfolio.desk.queries import follow
from portfolio.desk.queries import work as waiting
from portfolio.desk.queries.control.rows import ROWS
from portfolio.kit.i18n import N_
from portfolio.web.act import Query, W, allow, room
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

router = room("desk", prefix="")
R = ROWS.c


def _followed(work: Work) -> Select[Any]:
    return follow.rows(work, R.path, R.code, R.reference, R.about, R.day, R.amount)  # type: ignore[no-any-return]


FOLLOW = Listing(
    name="follow",
    title=N_("To follow"),
    route="desk.follow",
    statement=_followed,
    id_column=R.path,
    default_sort="day",
    columns=(
        Column("kind", N_("What"), "choice", words=lambda code: follow.KINDS[code].words),
        Column("reference", N_("Record"), "link", href="{id}"),
        Column("about", N_("About")),
        Column("day", N_("Day"), "date", sort=R.day),
        Column("amount", N_("Amount"), "money", sort=R.amount, total=True),
    ),
    filters=(
        Choice(
            "kind",
            N_("What"),
            lambda _work: [(code, kind.words) for code, kind in follow.KINDS.items()],
            R.code,
        ),
        Period("from", N_("From"), R.day),
        Period("to", N_("To"), R.day, side="to"),
    ),
    empty_title=N_("Nothing to follow here"),
    empty_text=N_("No deadline, no visit and no payment answers to these filters."),
)


def _waiting(work: Work) -> Select[Any]:
    return waiting.rows(work, R.path, R.code, R.reference, R.about, R.day)


WAITING = Listing(
    name="waiting",
    title=N_("What waits for me"),
    route="desk.waiting",
    statement=_waiting,
    id_column=R.path,
    default_sort="day",
    columns=(
        Column("what", N_("To do"), "choice", words=waiting.move_words),
        Column("reference", N_("Record"), "link", href="{id}"),
        Column("status", N_("Present status"), "choice", words=waiting.status_words),
        Column("day", N_("Since"), "date", sort=R.day),
    ),
    filters=(Choice("what", N_("To do"), waiting.options, R.code),),
    empty_title=N_("Nothing waits for you"),
    empty_text=N_("What others must do before you is shown on each record."),
)


@router.get("/follow", name="desk.follow")
@allow("desk:view")
def show(work: W, query: Query) -> Response:
    """Deadlines, visits, payments."""
    return FOLLOW.respond(work, query)


@router.get("/waiting", name="desk.waiting")
@allow.signed_in
def show_waiting(work: W, query: Query) -> Response:
    """What the reader can move on now, record by record, the oldest first."""
    return WAITING.respond(work, query)
