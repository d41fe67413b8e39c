"""The list of files: one statement, its options read once, and the search without accents.

The search column is folded when it is written. A trigram index finds rare words in no time, and is useless for words that half
of the files hold: there, walking the list in its order and testing each row finds fifty at once. So a probe, stopped at a cap,
chooses (performance.md §3, "Search": the planner left alone walked the date index for 5.4 s to find nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
    union_all,
)

from portfolio.accounts.models import Person
from portfolio.actor import reader
from portfolio.applications.models import Application, PieceRequest
from portfolio.applications.queries.files import staff_clause
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.kit import prepared
from portfolio.kit.direct import Read
from portfolio.kit.text import fold
from portfolio.places.models import Place
from portfolio.places.queries import last_day, touched
from portfolio.work import Work

CAP = 2000
"""Above so many matches a word is common: it is tested row by row instead."""
INDEXED = 3
"""A trigram index knows nothing of shorter words."""
_options: WeakKeyDictionary[Work, dict[str, list[tuple[str, str]]]] = WeakKeyDictionary()
_index = table("application_search", column("rowid"))


def statement(work: Work, *, drafts: bool = False) -> Select[Any]:
    """The columns of the list, from what this person may see; `drafts` for those not filed yet."""
    made = (
        select(
            Application.id,
            Application.reference,
            Application.title,
            Group.name,
            Place.name,
            Call.code,
            Application.requested_minor,
            Application.submitted_at,
            Application.status,
            Person.full_name,
        )
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Application.place_id)
        .join(Call, Call.id == Application.call_id)
        .outerjoin(Person, Person.id == Application.officer_id)
        .where(Application.filed.is_(not drafts), staff_clause(work))
    )
    return cast("Select[Any]", made)


def counted(work: Work, *, drafts: bool = False) -> Select[Any]:
    """The same files, for their number and the sum asked: from an index alone."""
    made = select(Application.id, Application.requested_minor).where(
        Application.filed.is_(not drafts), staff_clause(work)
    )
    return cast("Select[Any]", made)


def by_category(work: Work, value: str) -> ColumnElement[bool]:
    """Files of groups of a category."""
    return Application.group_id.in_(select(Group.id).where(Group.category == value))


def _loaded(work: Work) -> dict[str, list[tuple[str, str]]]:
    """Calls and officers in charge, in one query a page however often the filters ask."""
    if work not in _options:
        statement = prepared.kept(
            ("applications.options", reader(work.maybe_actor, work.today)),
            lambda: (Read(_choices(work)), True),
        )
        found: dict[str, list[tuple[str, str]]] = {"call": [], "officer": []}
        for kind, number, words in statement.rows(work.db.connection(), {}):
            found[kind].append((str(number), words))
        found["call"].sort(key=lambda pair: pair[1], reverse=True)
        found["officer"].sort(key=lambda pair: pair[1])
        _options[work] = found
    return _options[work]


def _choices(work: Work) -> CompoundSelect[Any]:
    calls = select(literal_column("'call'", String), Call.id, Call.code).where(
        Call.status != "draft", work.within("call:view", Call)
    )
    held = select(Application.officer_id).where(Application.officer_id == Person.id).exists()
    officers = select(literal_column("'officer'", String), Person.id, Person.full_name).where(held)
    return union_all(calls, officers)


def call_options(work: Work) -> Sequence[tuple[str, str]]:
    """The calls, the newest first."""
    return _loaded(work)["call"]


def officer_options(work: Work) -> Sequence[tuple[str, str]]:
    """The officers who have files in their charge."""
    return _loaded(work)["officer"]


def overdue(work: Work) -> ColumnElement[bool]:
    """Letters whose last day is past, days of force majeure added (R18)."""
    past = and_(PieceRequest.answered_on.is_(None), PieceRequest.due_on < work.today)
    stopped = (
        select(PieceRequest, Application.place_id)
        .join(Application, Application.id == PieceRequest.application_id)
        .join(Place, Place.id == Application.place_id)
        .where(past, touched(Place.path))
    )
    running = [
        letter.id
        for letter, place in work.db.execute(stopped)
        if last_day(work, place, letter.sent_at.date(), letter.due_on) >= work.today
    ]
    return and_(past, PieceRequest.id.not_in(running)) if running else past


def due_clause(work: Work, value: str) -> ColumnElement[bool] | None:
    """Files with a letter that asks for papers, unanswered: late, or due within a week."""
    asked = and_(
        PieceRequest.application_id == Application.id,
        PieceRequest.answered_on.is_(None),
        overdue(work) if value == "late" else ~overdue(work),
    )
    return and_(Application.status == "pieces_requested", exists().where(asked))


def search(work: Work, typed: str) -> ColumnElement[bool] | None:
    """Files whose folded words hold every word typed."""
    words = fold(typed[:100]).split()[:6]
    if not words:
        return None
    scan = and_(*(Application.search.contains(word, autoescape=True) for word in words))
    long = [word for word in words if len(word) >= INDEXED]
    if not long:
        return scan
    sqlite = work.db.get_bind().dialect.name == "sqlite"
    if sqlite:
        match = " AND ".join(f'"{word}"' for word in long)
        found = select(_index.c.rowid).where(
            text("application_search MATCH :match").bindparams(bindparam("match", match))
        )
    else:
        found = select(Application.id).where(scan)
    probe = select(func.count()).select_from(found.limit(CAP + 1).subquery())
    if work.db.execute(probe).scalar_one() > CAP:
        return scan
    # Fenced by its limit, so that the planner cannot turn it back into a walk along the dates.
    ids = Application.id.in_(found.limit(CAP))
    return ids if len(long) == len(words) else and_(ids, scan)
