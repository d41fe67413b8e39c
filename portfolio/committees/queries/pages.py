"""One `facts` a page: the session as it stands, a committee and its seats, the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.calls.models import Call
from portfolio.committees.models import Committee, InterestDeclaration, Recusal, Session, SessionItem
from portfolio.committees.queries import people as people_queries
from portfolio.committees.queries import sittings
from portfolio.committees.queries.people import DECLARING
from portfolio.committees.queries.sittings import Present, Quorum
from portfolio.kit.i18n import datetime_text
from portfolio.work import Work


@dataclass(frozen=True)
class Row:
    """One file on the page of a session. `closed_to_me` hides everything but its number: I declared a link, or declared nothing yet."""

    item: SessionItem
    about: Mapping[str, Any]
    quorum: Quorum
    asked_minor: int
    used_minor: int
    limit_before: bool
    linked: bool
    undeclared: bool
    recusals: list[tuple[Recusal, str]] = field(default_factory=list)
    to_recuse: list[Present] = field(default_factory=list)
    waiting_rank: int | None = None

    @property
    def closed_to_me(self) -> bool:
        """The mark, the votes and the reason are not for this person."""
        return self.linked or self.undeclared


def must_declare(work: Work) -> bool:
    """Whether the actor sees files only after declaring: a member or assessor, with no staff role."""
    roles = {grant.role for grant in work.actor.holds("session:view")}
    return bool(roles) and roles <= DECLARING


def facts(work: Work, session: Session) -> dict[str, Any]:
    """Everything the page of a session shows; six queries whatever the number of files."""
    committee = work.db.get_one(Committee, session.committee_id)
    people = sittings.attendance(work, session)
    items = sittings.items(work, session)
    recusals = sittings.recusals(work, session)
    declared = _declarations(work, items)
    rows = rows_of(work, session, people, items, recusals, declared)
    actor = work.actor
    mine = next((p for p in people if p.person_id == actor.id), None)
    minutes = work.may("session:minute", session)
    return {
        "session": session,
        "day": datetime_text(session.scheduled_at),
        "committee": committee,
        "people": people,
        "rows": rows,
        "tally": sittings.tally(session, items),
        "quorum": sittings.count_voices(session, people, work.now),
        "chair": sittings.chair(people, work.now),
        "mine": mine,
        "to_declare": sum(1 for row in rows if _mine(declared, actor.id, row.item) is None)
        if work.may("interest:declare", session)
        else 0,
        "can_minute": minutes,
        "substitutable": [
            (p.seat_id, p.name)
            for p in people
            if p.capacity == "titular" and p.votes and not p.here(work.now)
        ],
        "outs": [(recusal, name) for recusal, name in recusals if recusal.in_at is None],
    }


Declared = dict[tuple[int, int], InterestDeclaration]


def _declarations(work: Work, items: list[SessionItem]) -> Declared:
    """(subject, person) → the declaration: every link, and all that the actor declared."""
    if not items:
        return {}
    rows = work.db.scalars(
        select(InterestDeclaration).where(
            InterestDeclaration.subject_type == items[0].subject_type,
            InterestDeclaration.subject_id.in_([item.subject_id for item in items]),
            InterestDeclaration.conflict | (InterestDeclaration.person_id == work.actor.id),
        )
    )
    return {(row.subject_id, row.person_id): row for row in rows}


def _mine(declared: Declared, person_id: int, item: SessionItem) -> InterestDeclaration | None:
    return declared.get((item.subject_id, person_id))


def rows_of(
    work: Work,
    session: Session,
    people: list[Present],
    items: list[SessionItem],
    recusals: list[tuple[Recusal, str]],
    declared: Declared,
) -> list[Row]:
    """The files with their running sums, who is out for each, and what is hidden from the actor. No query."""
    actor_id, declaring = work.actor.id, must_declare(work)
    waiting = sittings.waiting_ranks(items)
    envelope: int | None = session.facts.get("envelope_minor")
    found, asked, used, crossed = [], 0, 0, False
    for item in items:
        asked += item.requested_minor if item.rank is not None else 0
        used += item.proposed_minor or 0
        limit = envelope is not None and not crossed and item.rank is not None and asked > envelope
        crossed = crossed or limit
        linked = {
            person for (subject, person), d in declared.items() if subject == item.subject_id and d.conflict
        }
        outs = [(recusal, name) for recusal, name in recusals if recusal.item_id == item.id]
        out = linked | {recusal.person_id for recusal, _name in outs}
        mine = _mine(declared, actor_id, item)
        found.append(
            Row(
                item=item,
                about=sittings.row_of(session, item),
                quorum=sittings.count_voices(session, people, work.now, out),
                asked_minor=asked,
                used_minor=used,
                limit_before=limit,
                linked=actor_id in linked,
                undeclared=declaring and mine is None,
                recusals=outs,
                to_recuse=[
                    p
                    for p in people
                    if p.here(work.now)
                    and p.person_id in linked
                    and p.person_id not in {recusal.person_id for recusal, _name in outs}
                ],
                waiting_rank=waiting.get(item.id),
            )
        )
    return found


def board(work: Work, session: Session) -> dict[str, Any]:
    """The live part: quorum, tally, gauges. The same facts as the page."""
    return facts(work, session)


def item_facts(work: Work, session: Session, item: SessionItem) -> dict[str, Any]:
    """The page of one file in session: what is known, who is out, what the vote may be."""
    found = facts(work, session)
    row = next(r for r in found["rows"] if r.item.id == item.id)
    open_rows = [r for r in found["rows"] if r.item.status == "open" and r.item.id != item.id]
    later = [r for r in open_rows if r.item.position > item.position]
    return {
        **found,
        "row": row,
        "item": item,
        "next": (later or open_rows or [None])[0],
        "passed_over": sittings.passed_over([r.item for r in found["rows"]], item),
        "people_options": [(p.person_id, p.name) for p in found["people"] if p.here(work.now)],
    }


def index_facts(work: Work) -> dict[str, Any]:
    """Committees, and the sessions of the last ones first. Two queries."""
    statement = (
        sittings.visible(work)
        .join(Committee, Committee.id == Session.committee_id)
        .add_columns(Committee.name)
        .order_by(Session.scheduled_at.desc(), Session.id.desc())
        .limit(200)
    )
    sessions = [(row[0], row[1]) for row in work.db.execute(statement)]
    committees = list(
        work.db.scalars(select(Committee).order_by(Committee.active.desc(), Committee.kind, Committee.name))
    )
    return {"sessions": sessions, "committees": committees}


def show_committee_facts(work: Work, committee: Committee) -> dict[str, Any]:
    """A committee: seats, sessions, who can be appointed, which calls can be planned. Four queries."""
    calls = work.db.execute(
        select(Call.id, Call.code, Call.title)
        .where(Call.status.in_(("published", "finalised")), work.within("call:view", Call))
        .order_by(Call.closes_at.desc(), Call.id.desc())
        .limit(50)
    )
    sessions = work.db.scalars(
        sittings.visible(work)
        .where(Session.committee_id == committee.id)
        .order_by(Session.scheduled_at.desc(), Session.id.desc())
        .limit(50)
    )
    people: list[tuple[int, str]] = []
    if work.may("member:appoint", committee):
        rows = work.db.execute(
            select(Person.id, Person.full_name, Person.function)
            .where(Person.active)
            .order_by(Person.full_name, Person.id)
            .limit(1000)
        )
        people = [(r.id, f"{r.full_name} ({r.function})" if r.function else r.full_name) for r in rows]
    return {
        "committee": committee,
        "seats": people_queries.seats(work, committee.id),
        "sessions": list(sessions),
        "calls": [(r.id, f"{r.code} · {r.title}") for r in calls],
        "people": people,
    }
