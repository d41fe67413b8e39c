"""Sessions: who is in the room, whether the quorum holds, what was proposed, and what the proposals add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portfolio.accounts.models import Person
from portfolio.committees.models import Attendance, Committee, Recusal, Seat, Session, SessionItem
from portfolio.committees.queries.people import conflicted_people
from portfolio.documents import queries as documents
from portfolio.kit.errors import NotFound
from portfolio.work import Work

GIVEN = ("favourable", "revised")
"""Proposals that ask for money now; an adjourned file may have its sum set aside."""


@dataclass(frozen=True)
class Present:
    """One line of the attendance sheet (document 6)."""

    id: int
    seat_id: int
    person_id: int
    name: str
    structure: str
    function: str
    capacity: str
    act: str
    voice: str
    replaces: str
    arrived_at: datetime | None
    left_at: datetime | None
    excused: str
    signed_at: datetime | None
    prevented: str

    def here(self, at: datetime) -> bool:
        """In the room at this moment."""
        return (
            self.arrived_at is not None
            and self.arrived_at <= at
            and (self.left_at is None or self.left_at > at)
        )

    @property
    def came(self) -> bool:
        """Arrived at some moment: the minutes wait for this person's signature."""
        return self.arrived_at is not None

    @property
    def votes(self) -> bool:
        """Has a deliberative voice."""
        return self.voice == "deliberative"


@dataclass(frozen=True)
class Quorum:
    """Deliberative voices in the room against what the convening asks; for an item, without those recused (R19)."""

    members: int
    required: int
    voices: int
    excluded: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Enough voices."""
        return self.voices >= self.required

    @property
    def missing(self) -> int:
        """Voices that are lacking."""
        return max(0, self.required - self.voices)


@dataclass(frozen=True)
class Share:
    """A reserved share against the envelope, in tenths of a percent: what is proposed, then with the sums set aside."""

    category: str
    percent: int
    given_minor: int
    aside_minor: int
    given_tenths: int
    with_aside_tenths: int
    envelope_minor: int

    @property
    def reached(self) -> bool:
        """Reached, counting the sums set aside."""
        return (self.given_minor + self.aside_minor) * 100 >= self.percent * self.envelope_minor

    @property
    def reached_without_aside(self) -> bool:
        """Reached by the proposals alone."""
        return self.given_minor * 100 >= self.percent * self.envelope_minor


@dataclass(frozen=True)
class Tally:
    """What the proposals of a session add up to."""

    envelope_minor: int | None
    already_minor: int
    given_minor: int
    aside_minor: int
    given: int
    deliberated: int
    total: int
    shares: tuple[Share, ...] = field(default_factory=tuple)

    @property
    def used_minor(self) -> int:
        """Proposed and set aside."""
        return self.given_minor + self.aside_minor

    @property
    def left_minor(self) -> int | None:
        """What remains of the envelope."""
        if self.envelope_minor is None:
            return None
        return self.envelope_minor - self.already_minor - self.used_minor


def visible(work: Work) -> Select[Session]:
    """The sessions that the actor may see."""
    return select(Session).where(work.within("session:view", Session))


def get(work: Work, number: int) -> Session:
    """A session, or NotFound."""
    return work.fetch(Session, number, "session:view")


def committee(work: Work, number: int) -> Committee:
    """A committee, or NotFound."""
    return work.fetch(Committee, number, "session:view")


def of(work: Work, subject_type: str, subject_id: int) -> list[Session]:
    """The sessions about a thing, oldest first."""
    statement = visible(work).where(Session.subject_type == subject_type, Session.subject_id == subject_id)
    return list(work.db.scalars(statement.order_by(Session.scheduled_at, Session.id)))


def attendance(work: Work, session: Session) -> list[Present]:
    """The attendance sheet, in the order of the seats. One query."""
    replaced, holder = aliased(Seat), aliased(Person)
    statement = (
        select(Attendance, Seat, Person, holder.full_name)
        .join(Seat, Seat.id == Attendance.seat_id)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(replaced, replaced.id == Attendance.replaces_id)
        .outerjoin(holder, holder.id == replaced.person_id)
        .where(Attendance.session_id == session.id)
    )
    functions = ("president", "vice_president", "member", "secretary")
    capacities = ("titular", "substitute", "observer")
    found = [
        (
            (
                capacities.index(seat.capacity),
                functions.index(seat.function) if seat.function in functions else 9,
                seat.id,
            ),
            Present(
                id=row.id,
                seat_id=seat.id,
                person_id=person.id,
                name=person.full_name,
                structure=seat.structure,
                function=seat.function,
                capacity=seat.capacity,
                act=seat.act,
                voice=row.voice,
                replaces=replaces or "",
                arrived_at=row.arrived_at,
                left_at=row.left_at,
                excused=row.excused,
                signed_at=row.signed_at,
                prevented=row.prevented,
            ),
        )
        for row, seat, person, replaces in work.db.execute(statement)
    ]
    return [present for _order, present in sorted(found, key=lambda pair: pair[0])]


def items(work: Work, session: Session) -> list[SessionItem]:
    """The files of the agenda, in their order."""
    statement = select(SessionItem).where(SessionItem.session_id == session.id)
    return list(work.db.scalars(statement.order_by(SessionItem.position, SessionItem.id)))


def item(work: Work, session: Session, number: int) -> SessionItem:
    """One file of the agenda of this session, or NotFound."""
    found = work.db.get(SessionItem, number) if 0 < number < 2**62 else None
    if found is None or found.session_id != session.id:
        raise NotFound
    return found


def items_about(
    work: Work, subject_type: str, subject_id: int, *, final: bool = False
) -> list[tuple[SessionItem, Session]]:
    """What committees said of one thing, latest first; with `final`, only minutes that are signed."""
    statement = (
        select(SessionItem, Session)
        .join(Session, Session.id == SessionItem.session_id)
        .where(SessionItem.subject_type == subject_type, SessionItem.subject_id == subject_id)
        .order_by(Session.scheduled_at.desc(), Session.id.desc())
    )
    if final:
        statement = statement.where(Session.status == "final")
    return [(row, session) for row, session in work.db.execute(statement)]


def recusals(work: Work, session: Session) -> list[tuple[Recusal, str]]:
    """Who left the room for which file, with names, in the order of the hours. One query."""
    statement = (
        select(Recusal, Person.full_name)
        .join(SessionItem, SessionItem.id == Recusal.item_id)
        .join(Person, Person.id == Recusal.person_id)
        .where(SessionItem.session_id == session.id)
        .order_by(Recusal.out_at, Recusal.id)
    )
    return [(recusal, name) for recusal, name in work.db.execute(statement)]


def chair(people: Iterable[Present], at: datetime | None = None, out: Iterable[int] = ()) -> Present | None:
    """Who presides: the president, else the vice-president, among those in the room and not recused."""
    out = set(out)
    for function in ("president", "vice_president"):
        for present in people:
            inside = present.came if at is None else present.here(at)
            if present.function == function and inside and present.votes and present.person_id not in out:
                return present
    return None


def members_of(people: Sequence[Present]) -> int:
    """« Membres en exercice »: the titular seats with a deliberative voice."""
    return sum(1 for p in people if p.capacity == "titular" and p.votes)


def count_voices(
    session: Session, people: Sequence[Present], at: datetime, out: Iterable[int] = ()
) -> Quorum:
    """The quorum at a moment, leaving out the people in `out`. No query."""
    out = set(out)
    here = [p for p in people if p.votes and p.here(at)]
    return Quorum(
        members=members_of(people),
        required=session.quorum,
        voices=sum(1 for p in here if p.person_id not in out),
        excluded=tuple(p.name for p in here if p.person_id in out),
    )


def quorum_for(work: Work, session: Session, item: SessionItem | None = None) -> Quorum:
    """The quorum now. For an item, whoever is recused or declared a link is not counted, even when back in the room."""
    out: set[int] = set()
    if item is not None:
        out |= set(work.db.scalars(select(Recusal.person_id).where(Recusal.item_id == item.id)))
        out |= conflicted_people(work, item.subject_type, [item.subject_id]).get(item.subject_id, set())
    return count_voices(session, attendance(work, session), work.now, out)


def row_of(session: Session, item: SessionItem) -> Mapping[str, Any]:
    """What the owning room says of the item's subject: applicant, commune, mark, categories …"""
    rows: Mapping[str, Mapping[str, Any]] = session.facts.get("rows", {})
    return rows.get(str(item.subject_id), {})


def _tenths(part: int, whole: int) -> int:
    """Tenths of a percent, half up, as a gauge shows them; whether a share is reached is never read from this."""
    return (part * 2000 + whole) // (whole * 2) if whole else 0


def tally(session: Session, rows: Sequence[SessionItem]) -> Tally:
    """The sums of the proposals, and the gauges of the reserved shares. No query."""
    done = [i for i in rows if i.status == "proposed"]
    given = [i for i in done if i.proposal in GIVEN]
    aside = [i for i in done if i.proposal == "adjourned" and i.proposed_minor]
    envelope: int | None = session.facts.get("envelope_minor")
    shares = []
    for share in session.facts.get("shares", []) if envelope else []:
        category = share["category"]

        def of_category(found: Sequence[SessionItem], code: str = category) -> int:
            return sum(
                i.proposed_minor or 0 for i in found if code in row_of(session, i).get("categories", [])
            )

        sums = of_category(given), of_category(aside)
        shares.append(
            Share(
                category,
                share["percent"],
                *sums,
                _tenths(sums[0], envelope or 0),
                _tenths(sums[0] + sums[1], envelope or 0),
                envelope or 0,
            )
        )
    return Tally(
        envelope_minor=envelope,
        already_minor=session.facts.get("already_minor", 0),
        given_minor=sum(i.proposed_minor or 0 for i in given),
        aside_minor=sum(i.proposed_minor or 0 for i in aside),
        given=len(given),
        deliberated=len(done),
        total=len(rows),
        shares=tuple(shares),
    )


def passed_over(rows: Sequence[SessionItem], item: SessionItem) -> list[SessionItem]:
    """Better-ranked files left aside while this one is proposed: what a dérogation au classement must explain."""
    if item.rank is None:
        return []
    return [
        other
        for other in rows
        if other.id != item.id
        and other.rank is not None
        and other.rank < item.rank
        and other.status == "proposed"
        and other.proposal in ("waiting_list", "unfavourable")
    ]


def waiting_ranks(rows: Sequence[SessionItem]) -> dict[int, int]:
    """Item → its rank on the waiting list: the order of the ranked list."""
    waiting = [i for i in rows if i.status == "proposed" and i.proposal == "waiting_list"]
    waiting.sort(key=lambda i: (i.rank if i.rank is not None else 10**6, i.position))
    return {i.id: n for n, i in enumerate(waiting, 1)}


def to_sign(work: Work) -> list[Session]:
    """Closed sessions whose minutes wait for the actor's signature."""
    statement = (
        select(Session)
        .join(Attendance, Attendance.session_id == Session.id)
        .where(
            Session.status == "closed",
            Attendance.person_id == work.actor.id,
            Attendance.arrived_at.is_not(None),
            Attendance.signed_at.is_(None),
            Attendance.prevented == "",
        )
        .order_by(Session.closed_at, Session.id)
    )
    return list(work.db.scalars(statement))


documents.owner("session", get)
