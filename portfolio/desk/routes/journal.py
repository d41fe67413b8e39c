"""The journal: every event of the trail, for auditors and administrators."""

from __future__ import annotations

from sqlalchemy import select
from starlette.responses import Response

from portfolio.accounts.models import Person
from portfolio.audit.models import AuditEvent
from portfolio.kit.i18n import N_, pgettext
from portfolio.rulebook.events import WORDS
from portfolio.web.act import Query, W, allow, room
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

E = AuditEvent


def worded(event: str) -> str:
    """An event in words."""
    return pgettext(event.partition(":")[0], WORDS.get(event, event))


def _nouns(_work: Work) -> list[tuple[str, str]]:
    return [(noun, noun) for noun in sorted({event.partition(":")[0] for event in WORDS})]


JOURNAL = Listing(
    name="journal",
    title=N_("Journal"),
    route="desk.journal",
    id_column=E.seq,
    statement=lambda _work: select(
        E.seq, E.seq, E.at, Person.full_name, E.event, E.subject_ref, E.before, E.after, E.reason
    ).outerjoin(Person, Person.id == E.actor_id),
    columns=(
        Column("seq", N_("No."), "number", sort=E.seq),
        Column("at", N_("When"), "moment"),
        Column("who", N_("Who")),
        Column("event", N_("What"), words=worded),
        Column("ref", N_("Record")),
        Column("before", N_("Before")),
        Column("after", N_("After")),
        Column("reason", N_("Reason")),
    ),
    filters=(
        Choice(
            "noun",
            N_("About"),
            _nouns,
            where=lambda _work, value: E.event.startswith(f"{value}:", autoescape=True),
        ),
        Period("from", N_("From"), E.at, moment=True),
        Period("to", N_("To"), E.at, side="to", moment=True),
    ),
    default_sort="-seq",
)

router = room("journal", prefix="")


@router.get("/journal", name="desk.journal")
@allow("journal:view")
def journal(work: W, query: Query) -> Response:
    """The whole trail."""
    return JOURNAL.respond(work, query)
