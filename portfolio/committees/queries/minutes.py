"""The facts that the minutes, the attendance sheet, the convocations and the declarations print: plain data, frozen when they are issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.committees.models import Committee, InterestDeclaration, Recusal, Seat, Session, SessionItem
from portfolio.committees.queries import sittings
from portfolio.committees.queries.sittings import Present
from portfolio.documents.reference import letterhead
from portfolio.work import Work


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def frame(work: Work, session: Session) -> dict[str, Any]:
    """What every paper of a session says first."""
    committee = work.db.get_one(Committee, session.committee_id)
    return {
        "letterhead": letterhead(work.today),
        "on": work.today.isoformat(),
        "committee": {"name": committee.name, "kind": committee.kind, "act": committee.act},
        "session_number": number_of(work, session),
        "convening": session.convening,
        "quorum": session.quorum,
        "place": session.place,
        "room": session.room,
        "scheduled_at": _iso(session.scheduled_at),
        "agenda": session.agenda,
        "subject": {
            "type": session.subject_type,
            "reference": session.facts.get("reference", ""),
            "title": session.facts.get("title", ""),
        },
    }


def number_of(work: Work, session: Session) -> int:
    """« La 3e séance »: its number among the sessions of the committee, by date."""
    ids = list(
        work.db.scalars(
            select(Session.id)
            .where(Session.committee_id == session.committee_id)
            .order_by(Session.scheduled_at, Session.id)
        )
    )
    return ids.index(session.id) + 1 if session.id in ids else 1


def convocation_facts(work: Work, session: Session) -> dict[str, Any]:
    """Document 5: one letter a member, and the list of dispatch."""
    titulars, letters = [], []
    statement = (
        select(Seat, Person)
        .join(Person, Person.id == Seat.person_id)
        .where(Seat.committee_id == session.committee_id, Seat.active)
        .order_by(Seat.id)
    )
    for seat, person in work.db.execute(statement):
        if seat.capacity == "titular" and seat.voice == "deliberative":
            titulars.append(person.full_name)
        letters.append(
            {
                "name": person.full_name,
                "structure": seat.structure,
                "function": seat.function,
                "capacity": seat.capacity,
                "voice": seat.voice if seat.capacity == "titular" else "consultative",
                "act": seat.act,
            }
        )
    rank = {"titular": 0, "substitute": 1, "observer": 2}
    letters.sort(key=lambda each: rank[each["capacity"]])
    files = [item.subject_ref for item in sittings.items(work, session)]
    signer = work.actor
    return {
        **frame(work, session),
        "letters": letters,
        "members": len(titulars),
        "files": files,
        "signed_by": {"name": signer.name, "function": signer.function},
    }


def _people(people: Sequence[Present]) -> list[dict[str, Any]]:
    return [
        {
            "name": p.name,
            "structure": p.structure,
            "function": p.function,
            "capacity": p.capacity,
            "act": p.act,
            "voice": p.voice,
            "replaces": p.replaces,
            "arrived_at": _iso(p.arrived_at),
            "left_at": _iso(p.left_at),
            "excused": p.excused,
            "signed_at": _iso(p.signed_at),
            "prevented": p.prevented,
        }
        for p in people
    ]


def presence_facts(work: Work, session: Session) -> dict[str, Any]:
    """Document 6."""
    people = sittings.attendance(work, session)
    at = session.opened_at or session.closed_at or work.now
    quorum = sittings.count_voices(session, people, at)
    return {
        **frame(work, session),
        "people": _people(people),
        "members": quorum.members,
        "voices": quorum.voices,
        "reached": quorum.met,
        "counted_at": _iso(at),
        "opened_at": _iso(session.opened_at),
        "closed_at": _iso(session.closed_at),
    }


def minutes_facts(work: Work, session: Session) -> dict[str, Any]:
    """Document 7, as the session left it; frozen at its closing, so that all sign the same text."""
    people = sittings.attendance(work, session)
    rows = sittings.items(work, session)
    tally = sittings.tally(session, rows)
    at = session.opened_at or work.now
    quorum = sittings.count_voices(session, people, at)
    waiting = sittings.waiting_ranks(rows)
    president = sittings.chair(people, at)
    facts = session.facts
    return {
        **frame(work, session),
        "reference": session.reference,
        "opened_at": _iso(session.opened_at),
        "closed_at": _iso(session.closed_at or work.now),
        "people": _people(people),
        "members": quorum.members,
        "voices": quorum.voices,
        "reached": quorum.met,
        "chair": None if president is None else {"name": president.name, "function": president.function},
        "secretary": next((p.name for p in people if p.function == "secretary"), ""),
        "funnel": facts.get("funnel", {}),
        "criteria": facts.get("criteria", []),
        "score_floor": facts.get("score_floor"),
        "spread_limit": facts.get("spread_limit"),
        "currency": facts.get("currency", "XOF"),
        "envelope_minor": tally.envelope_minor,
        "given_minor": tally.given_minor,
        "aside_minor": tally.aside_minor,
        "given": tally.given,
        "shares": [
            {
                "category": s.category,
                "percent": s.percent,
                "given_minor": s.given_minor,
                "given_tenths": s.given_tenths,
                "aside_minor": s.aside_minor,
                "with_aside_tenths": s.with_aside_tenths,
                "reached": s.reached,
            }
            for s in tally.shares
        ],
        "items": _item_facts(session, rows, waiting),
        "unranked": facts.get("unranked", []),
        "declarations": _declarations(work, session, people, rows),
        "remarks": session.remarks,
        "first": _first(work, session),
    }


def _item_facts(
    session: Session, rows: Sequence[SessionItem], waiting: dict[int, int]
) -> list[dict[str, Any]]:
    used, asked = 0, 0
    found = []
    for item in rows:
        about = sittings.row_of(session, item)
        proposed = item.proposed_minor or 0
        used += proposed
        asked += item.requested_minor
        found.append(
            {
                "reference": item.subject_ref,
                "rank": item.rank,
                "applicant": about.get("applicant", ""),
                "commune": about.get("commune", ""),
                "country": about.get("country", ""),
                "title": about.get("title", ""),
                "score_tenths": about.get("score_tenths"),
                "mean_tenths": about.get("mean_tenths"),
                "settled_tenths": about.get("settled_tenths"),
                "settled_reason": about.get("settled_reason", ""),
                "spread_tenths": about.get("spread_tenths"),
                "first_spread_tenths": about.get("first_spread_tenths"),
                "requested_minor": item.requested_minor,
                "requested_cumulative_minor": asked,
                "votes_for": item.votes_for,
                "votes_against": item.votes_against,
                "abstentions": item.abstentions,
                "voices_present": item.voices_present,
                "casting": item.casting,
                "proposal": item.proposal if item.status == "proposed" else None,
                "proposed_minor": item.proposed_minor,
                "cumulative_minor": used,
                "waiting_rank": waiting.get(item.id),
                "reason": item.reason,
                "conditions": item.conditions,
                "rank_waiver": item.rank_waiver,
                "dissent": item.dissent,
            }
        )
    return found


def _declarations(
    work: Work, session: Session, people: Sequence[Present], rows: Sequence[SessionItem]
) -> list[dict[str, Any]]:
    """Declared interests and déports, per file, with the hours out and in, and the quorum for that file."""
    by_item = {item.id: item for item in rows}
    by_subject = {item.subject_id: item for item in rows}
    names = {p.person_id: p.name for p in people}
    hours: dict[tuple[int, int], Recusal] = {}
    for recusal, name in sittings.recusals(work, session):
        item = by_item[recusal.item_id]
        hours[(item.subject_id, recusal.person_id)] = recusal
        names.setdefault(recusal.person_id, name)
    linked = work.db.scalars(
        select(InterestDeclaration).where(
            InterestDeclaration.subject_type.in_({i.subject_type for i in rows} or {""}),
            InterestDeclaration.subject_id.in_(list(by_subject)),
            InterestDeclaration.person_id.in_(list(names)),
            InterestDeclaration.conflict,
        )
    )
    natures = {(d.subject_id, d.person_id): d for d in linked}
    found = []
    for key in sorted({*hours, *natures}, key=lambda k: (by_subject[k[0]].position, k[1])):
        item, out, declared = by_subject[key[0]], hours.get(key), natures.get(key)
        found.append(
            {
                "reference": item.subject_ref,
                "name": names.get(key[1], ""),
                "nature": declared.nature if declared else (out.reason if out else ""),
                "declared_at": _iso(declared.declared_at) if declared else None,
                "out_at": _iso(out.out_at) if out else None,
                "in_at": _iso(out.in_at) if out else None,
                "voices": item.voices_present,
            }
        )
    return found


def _first(work: Work, session: Session) -> dict[str, Any] | None:
    """The session without quorum that this second convening follows."""
    if session.first_id is None:
        return None
    first = work.db.get_one(Session, session.first_id)
    return {"reference": first.reference, "scheduled_at": _iso(first.scheduled_at)}


def signed_facts(work: Work, session: Session) -> dict[str, Any]:
    """The frozen minutes with the signatures given since."""
    frozen: dict[str, Any] = dict(session.facts.get("minutes", {}))
    frozen["people"] = _people(sittings.attendance(work, session))
    frozen["final"] = True
    frozen["frozen_fingerprint"] = session.fingerprint
    return frozen


def draft_facts(work: Work, session: Session) -> dict[str, Any]:
    """The minutes as they would be printed now, marked « PROJET »."""
    frozen = session.facts.get("minutes")
    facts = dict(frozen) if frozen else minutes_facts(work, session)
    facts["people"] = _people(sittings.attendance(work, session))
    return {**facts, "draft": True, "reference": session.reference or ""}


def declaration_facts(work: Work, session: Session, person_id: int) -> dict[str, Any]:
    """Déclaration d'impartialité et de confidentialité of one member, file by file, with the date of each."""
    person = work.db.get_one(Person, person_id)
    seat = work.db.scalars(
        select(Seat).where(Seat.committee_id == session.committee_id, Seat.person_id == person_id)
    ).one_or_none()
    rows = sittings.items(work, session)
    declared = {
        d.subject_id: d
        for d in work.db.scalars(
            select(InterestDeclaration).where(
                InterestDeclaration.person_id == person_id,
                InterestDeclaration.subject_type.in_({i.subject_type for i in rows} or {""}),
                InterestDeclaration.subject_id.in_([i.subject_id for i in rows]),
            )
        )
    }
    return {
        **frame(work, session),
        "name": person.full_name,
        "function": seat.function if seat else "",
        "structure": seat.structure if seat else person.function,
        "act": seat.act if seat else "",
        "title": person.function,
        "files": [
            {
                "reference": item.subject_ref,
                "applicant": sittings.row_of(session, item).get("applicant", ""),
                "commune": sittings.row_of(session, item).get("commune", ""),
                "linked": declared[item.subject_id].conflict if item.subject_id in declared else None,
                "nature": declared[item.subject_id].nature if item.subject_id in declared else "",
                "declared_at": _iso(declared[item.subject_id].declared_at)
                if item.subject_id in declared
                else None,
            }
            for item in rows
        ],
    }
