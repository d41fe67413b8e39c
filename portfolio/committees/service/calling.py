"""Planning a session, its agenda, and calling everybody: first or second convening, each with its own quorum (R19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portfolio.committees import queries
from portfolio.committees.forms import PlanForm
from portfolio.committees.models import Attendance, Committee, Session, SessionItem
from portfolio.committees.pdf import convocations_pdf
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.work import Work


@dataclass(frozen=True)
class AgendaItem:
    """A file or purchase to deliberate: its reference, its rank on the list where there is one, the sum it asks (minor units)."""

    subject_id: int
    reference: str
    rank: int | None = None
    requested_minor: int = 0
    currency: str = "XOF"


def plan(work: Work, committee: Committee, form: PlanForm, subject_type: str, subject_id: int) -> Session:
    """A session about a call or a purchase. Raises Refused when the committee is not active, Invalid for a date gone by."""
    committee = work.hold(committee)
    if not committee.active:
        raise Refused(Refusal("committee_closed", _("This committee is not active any more.")))
    _in_future(work, form)
    made = Session(
        committee_id=committee.id,
        subject_type=subject_type,
        subject_id=subject_id,
        convening=1,
        quorum=committee.quorum,
        facts={},
        created_by_id=work.actor.id,
        **_where(form),
    )
    return work.create(made, "session:created", permission="session:convene")


def _where(form: PlanForm) -> dict[str, object]:
    return {
        "place": form.place,
        "room": form.room or "",
        "scheduled_at": form.scheduled_at,
        "agenda": form.agenda or "",
    }


def _in_future(work: Work, form: PlanForm) -> None:
    if form.scheduled_at.date() < work.today:
        raise Invalid([FieldError("scheduled_at", _("This date is past. Choose a day to come."))])


def put(
    work: Work,
    session: Session,
    subject_type: str,
    agenda: Sequence[AgendaItem],
    facts: Mapping[str, object],
) -> None:
    """Put files on the agenda and hand in what the ranked list or comparison says of them; again and again until the session closes.

    Files already deliberated keep their proposal; those no longer on the list leave the agenda when nothing was proposed for them.
    """
    session = work.hold(session)
    work.require("session:convene", session)
    refuse(put_obstacles(work, session))
    known = {item.subject_id: item for item in queries.items(work, session)}
    wanted = {entry.subject_id for entry in agenda}
    for number, item in known.items():
        if number not in wanted and item.status == "open":
            work.db.delete(item)
    added: list[str] = []
    for position, entry in enumerate(agenda, 1):
        there = known.get(entry.subject_id)
        if there is None:
            work.db.add(
                SessionItem(
                    session_id=session.id,
                    subject_type=subject_type,
                    subject_id=entry.subject_id,
                    subject_ref=entry.reference,
                    position=position,
                    rank=entry.rank,
                    requested_minor=entry.requested_minor,
                    amount_currency=entry.currency,
                )
            )
            added.append(entry.reference)
        else:
            there.position, there.rank, there.requested_minor = position, entry.rank, entry.requested_minor
    session.facts = dict(facts)
    work.db.flush()
    work.record("session_item:added", session, data={"files": len(agenda), "added": added})


def put_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """The agenda is frozen once the session is closed."""
    if session.status not in ("planned", "convened", "sitting"):
        yield Refusal("agenda_frozen", _("The session is closed: its agenda cannot change any more."))


def deliberated(work: Work, subject_type: str, subject_id: int) -> bool:
    """Whether a committee has already made a proposal on this thing, in a session that is not finished without it."""
    return any(
        item.status == "proposed" for item, _session in queries.items_about(work, subject_type, subject_id)
    )


def strike(
    work: Work, subject_type: str, subject_id: int, parent: tuple[str, int], reference: str, reason: str
) -> None:
    """Take a file off every agenda where nothing is proposed on it yet, with all that was handed in about it.

    Called by the room that owns the file when what was said of it no longer holds (a sheet reopened, one more assessor called). `parent` is what
    the sessions are about.
    """
    for session in work.db.scalars(
        select(Session).where(
            Session.subject_type == parent[0],
            Session.subject_id == parent[1],
            Session.status.in_(("planned", "convened", "sitting")),
        )
    ).all():
        session = work.hold(session)
        item = next(
            (
                i
                for i in queries.items(work, session)
                if i.subject_type == subject_type and i.subject_id == subject_id
            ),
            None,
        )
        if item is not None and item.status != "open":
            continue
        rows = {k: v for k, v in session.facts.get("rows", {}).items() if k != str(subject_id)}
        others = [u for u in session.facts.get("unranked", []) if u.get("application_id") != subject_id]
        session.facts = {**session.facts, "rows": rows, "unranked": others}
        if item is not None:
            work.db.delete(item)
        work.db.flush()
        work.record("session_item:removed", session, data={"file": reference}, reason=reason)


def convene_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """A convocation needs a president, enough seats for the quorum, files, and a day to come."""
    people = queries.seats(work, session.committee_id)
    voices = [seat for seat, _person in people if seat.voice == "deliberative" and seat.capacity == "titular"]
    if not any(seat.function == "president" for seat in voices):
        yield Refusal(
            "no_president", _("The committee has no president."), way_out=_("Appoint one, with the act.")
        )
    if len(voices) < session.quorum:
        yield Refusal(
            "too_few_seats",
            _("The committee has %(n)d deliberative seats and the quorum is %(quorum)d.")
            % {"n": len(voices), "quorum": session.quorum},
            way_out=_("Appoint the missing members."),
        )
    count = work.db.scalar(
        select(func.count()).select_from(SessionItem).where(SessionItem.session_id == session.id)
    )
    if not count:
        yield Refusal(
            "empty_agenda",
            _("The agenda holds no file."),
            way_out=_("Put the ranked files or the purchase on the agenda first."),
        )
    if session.scheduled_at < work.now:
        yield Refusal(
            "date_past",
            _("The session was planned for %(day)s, which is past.")
            % {"day": date_text(session.scheduled_at.date())},
            way_out=_("Plan it again at another date."),
        )


def convene(work: Work, session: Session) -> None:
    """Call everybody: titulars, substitutes and observers, each by a letter (document 5)."""
    session = work.hold(session)
    refuse(convene_obstacles(work, session))
    for seat, person in queries.seats(work, session.committee_id):
        titular = seat.capacity == "titular"
        work.db.add(
            Attendance(
                session_id=session.id,
                seat_id=seat.id,
                person_id=person.id,
                voice=seat.voice if titular else "consultative",
            )
        )
    work.advance(SESSION, session, "convene")
    documents.issue(
        work,
        kind="convocation",
        reference=work.number("convening", "session"),
        title=_("Convocations"),
        subject=session,
        facts=queries.minutes.convocation_facts(work, session),
        draw=convocations_pdf,
    )


def second_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """A second convening follows a session without quorum, once."""
    if session.status != "no_quorum":
        yield Refusal("quorum_not_lacking", _("A second convocation follows only a session without quorum."))
    if work.db.scalar(select(func.count()).select_from(Session).where(Session.first_id == session.id)):
        yield Refusal("already_convened_again", _("The second convocation is already planned."))


def second_convening(work: Work, session: Session, form: PlanForm) -> Session:
    """Plan the second convening with its own quorum; the agenda is carried over."""
    session = work.hold(session)
    refuse(second_obstacles(work, session))
    _in_future(work, form)
    committee = work.db.get_one(Committee, session.committee_id)
    made = Session(
        committee_id=session.committee_id,
        subject_type=session.subject_type,
        subject_id=session.subject_id,
        convening=2,
        first_id=session.id,
        quorum=committee.second_quorum,
        facts={name: value for name, value in session.facts.items() if name != "minutes"},
        created_by_id=work.actor.id,
        **(_where(form) | {"agenda": form.agenda or session.agenda}),
    )
    work.create(made, "session:created", permission="session:convene", data={"first": session.id})
    for item in queries.items(work, session):
        work.db.add(
            SessionItem(
                session_id=made.id,
                subject_type=item.subject_type,
                subject_id=item.subject_id,
                subject_ref=item.subject_ref,
                position=item.position,
                rank=item.rank,
                requested_minor=item.requested_minor,
                amount_currency=item.amount_currency,
            )
        )
    work.db.flush()
    return made
