"""The day itself: arrivals and departures, quorum, recusals with their hours, closing, or the lack of quorum (R19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from portfolio.committees import queries
from portfolio.committees.forms import CloseForm, ExcuseForm, HourForm, RecuseForm, moment_of
from portfolio.committees.models import Attendance, Recusal, Seat, Session, SessionItem
from portfolio.committees.pdf import no_quorum_pdf, presence_pdf
from portfolio.documents import queries as documents_queries
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import date_text, datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.work import Work

EARLY = timedelta(hours=2)
"""How long before the hour of the convocation the attendance sheet opens."""


def _live(work: Work, session: Session) -> Session:
    """The session held, or Refused: attendance is kept only between the convocation and the closing."""
    session = work.hold(session)
    work.require("session:minute", session)
    if session.status not in ("convened", "sitting"):
        raise Refused(
            Refusal(
                "not_in_session", _("Attendance is kept from the convocation to the closing of the session.")
            )
        )
    return session


def _moment(work: Work, session: Session, hour: str | None, field: str = "hour") -> datetime:
    at = moment_of(hour, session.scheduled_at.date() if hour else work.today, work.now)
    if at > work.now:
        raise Invalid([FieldError(field, _("This hour is still to come. Enter the hour when it happens."))])
    if at < session.scheduled_at - EARLY:
        raise Invalid(
            [
                FieldError(
                    field,
                    _("The session is convened for %(when)s: no hour before it can be entered.")
                    % {"when": datetime_text(session.scheduled_at)},
                )
            ]
        )
    return at


def record_arrival(work: Work, session: Session, line: Attendance, form: HourForm | None = None) -> None:
    """Somebody comes in, now or at the hour given. A substitute has a deliberative voice only in the place of an absent titular."""
    session = _live(work, session)
    line = work.hold(line)
    form = form or HourForm()
    at = _moment(work, session, form.hour)
    if line.arrived_at is not None and line.left_at is None:
        raise Refused(Refusal("already_here", _("This person is already noted as present.")))
    voice, replaces = line.voice, line.replaces_id
    seat = work.db.get_one(Seat, line.seat_id)
    if seat.capacity == "substitute" and form.replaces_id:
        replaces, voice = _replaced(work, session, form.replaces_id), "deliberative"
    elif seat.capacity == "titular" and seat.voice == "deliberative":
        _taken(work, session, seat)
    work.edit(
        line,
        "session:arrived",
        permission="session:minute",
        arrived_at=line.arrived_at or at,
        left_at=None,
        excused="",
        voice=voice,
        replaces_id=replaces,
    )
    work.record("session:arrived", session, data={"person_id": line.person_id, "hour": at})


def _replaced(work: Work, session: Session, seat_id: int) -> int:
    lines = list(work.db.scalars(select(Attendance).where(Attendance.session_id == session.id)))
    titular = next((a for a in lines if a.seat_id == seat_id), None)
    seat = work.db.get(Seat, seat_id)
    if titular is None or seat is None or seat.capacity != "titular":
        raise Invalid([FieldError("replaces_id", _("Choose the titular member who is replaced."))])
    if titular.arrived_at is not None and titular.left_at is None:
        raise Refused(Refusal("titular_here", _("This titular member is present: nobody can replace them.")))
    if any(a.replaces_id == seat_id and a.arrived_at and a.left_at is None for a in lines):
        raise Refused(
            Refusal("already_replaced", _("This member is already replaced by another substitute."))
        )
    return seat_id


def _taken(work: Work, session: Session, seat: Seat) -> None:
    """A titular who arrives late finds the substitute in the seat: two voices for one seat are refused."""
    inside = work.db.scalars(
        select(Attendance.id).where(
            Attendance.session_id == session.id,
            Attendance.replaces_id == seat.id,
            Attendance.arrived_at.is_not(None),
            Attendance.left_at.is_(None),
        )
    ).first()
    if inside is not None:
        raise Refused(
            Refusal(
                "seat_occupied",
                _("A substitute sits in this place."),
                way_out=_("Record the departure of the substitute first."),
            )
        )


def record_leave(work: Work, session: Session, line: Attendance, form: HourForm | None = None) -> None:
    """Somebody leaves for good; the quorum is counted without them from then on."""
    session = _live(work, session)
    line = work.hold(line)
    at = _moment(work, session, (form or HourForm()).hour)
    if line.arrived_at is None or line.left_at is not None:
        raise Refused(Refusal("not_here", _("This person is not noted as present.")))
    if at < line.arrived_at:
        raise Invalid([FieldError("hour", _("The departure cannot come before the arrival."))])
    work.edit(line, "session:left", permission="session:minute", left_at=at)
    work.record("session:left", session, data={"person_id": line.person_id, "hour": at})


def excuse(work: Work, session: Session, line: Attendance, form: ExcuseForm) -> None:
    """Somebody is excused, with the reason given."""
    session = _live(work, session)
    line = work.hold(line)
    if line.arrived_at is not None:
        raise Refused(Refusal("already_here", _("This person is already noted as present.")))
    work.edit(line, "session:excused", permission="session:minute", excused=form.reason)


def open_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Refused without quorum, without anybody to preside, or before the day."""
    if work.today < session.scheduled_at.date():
        yield Refusal(
            "too_early",
            _("The session is convened for %(day)s.") % {"day": date_text(session.scheduled_at.date())},
        )
        return
    people = queries.attendance(work, session)
    quorum = queries.quorum_for(work, session)
    if not quorum.met:
        yield Refusal(
            "no_quorum",
            _("The quorum is not reached: %(voices)d deliberative voices present, %(required)d needed.")
            % {"voices": quorum.voices, "required": quorum.required},
            way_out=_(
                "Record the arrivals; failing that, record the lack of quorum and convene a second time."
            ),
        )
    if queries.chair(people, work.now) is None:
        yield Refusal(
            "no_chair",
            _("Neither the president nor the vice-president is present."),
            way_out=_("Wait for one of them: nobody else may preside."),
        )


def open(work: Work, session: Session) -> None:
    """Open the session: refused without quorum."""
    session = work.hold(session)
    refuse(open_obstacles(work, session))
    work.advance(SESSION, session, "open")


def no_quorum_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Not before the hour of the convocation, and not when the quorum is there."""
    if work.now < session.scheduled_at:
        yield Refusal(
            "too_early",
            _("Wait until %(when)s: members may still come.") % {"when": datetime_text(session.scheduled_at)},
        )
    elif queries.quorum_for(work, session).met:
        yield Refusal("quorum_met", _("The quorum is reached: open the session."))


def declare_no_quorum(work: Work, session: Session) -> None:
    """Record the lack of quorum: a PV de carence, and a second convocation may follow."""
    session = work.hold(session)
    refuse(no_quorum_obstacles(work, session))
    reference = work.number("minutes", "session")
    work.advance(SESSION, session, "declare_no_quorum", reference=reference)
    facts = queries.minutes_facts(work, session)
    _freeze(session, facts)
    work.db.flush()
    documents.issue(
        work,
        kind="no_quorum_minutes",
        reference=reference,
        title=_("Minutes of lack of quorum"),
        subject=session,
        facts=facts,
        draw=no_quorum_pdf,
    )
    _issue_presence(work, session)


def _freeze(session: Session, facts: dict[str, object]) -> None:
    session.facts = {**session.facts, "minutes": facts}
    session.fingerprint = documents_queries.fingerprint_of("minutes", session.reference or "", facts)


def _issue_presence(work: Work, session: Session) -> None:
    documents.issue(
        work,
        kind="attendance_sheet",
        reference=work.number("attendance", "session"),
        title=_("Attendance sheet"),
        subject=session,
        facts=queries.presence_facts(work, session),
        draw=presence_pdf,
    )


def recuse(work: Work, session: Session, item: SessionItem, form: RecuseForm) -> Recusal:
    """A member leaves the room for one file (déport): the hour out is kept, and the voice is not counted for that file."""
    session = _live(work, session)
    item = work.hold(item)
    if item.status != "open":
        raise Refused(Refusal("already_proposed", _("A proposal is already recorded for this file.")))
    people = {p.person_id: p for p in queries.attendance(work, session)}
    present = people.get(form.person_id)
    if present is None or not present.here(work.now):
        raise Invalid([FieldError("person_id", _("Choose somebody who is present."))])
    at = _moment(work, session, form.hour)
    if at < (present.arrived_at or at):
        raise Invalid([FieldError("hour", _("This hour is before the arrival of this member."))])
    if work.db.scalars(
        select(Recusal.id).where(Recusal.item_id == item.id, Recusal.person_id == form.person_id)
    ).first():
        raise Refused(Refusal("already_recused", _("This member is already recused for this file.")))
    made = Recusal(item_id=item.id, person_id=form.person_id, reason=form.reason, out_at=at)
    work.db.add(made)
    work.db.flush()
    data = {"item": item.subject_ref, "person_id": form.person_id, "hour": at}
    work.record("session:recused", session, data=data, reason=form.reason)
    return made


def return_from_recusal(work: Work, session: Session, recusal: Recusal, form: HourForm | None = None) -> None:
    """The recused member comes back, once the file is deliberated."""
    session = _live(work, session)
    recusal = work.hold(recusal)
    item = work.db.get_one(SessionItem, recusal.item_id)
    at = _moment(work, session, (form or HourForm()).hour)
    if recusal.in_at is not None:
        raise Refused(Refusal("already_back", _("The return of this member is already recorded.")))
    if item.status == "open":
        raise Refused(
            Refusal(
                "still_deliberating",
                _("This file is not deliberated yet: the member stays out of the room."),
                way_out=_("Record the proposal first."),
            )
        )
    if at < recusal.out_at or (
        item.proposed_at is not None and at < item.proposed_at.replace(second=0, microsecond=0)
    ):
        raise Invalid([FieldError("hour", _("The return comes after the departure and after the proposal."))])
    recusal.in_at = at
    work.db.flush()
    work.record(
        "session:returned",
        session,
        data={"item": item.subject_ref, "person_id": recusal.person_id, "hour": at},
    )


def close_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Every file has a proposal (unless the quorum was lost on the way), every recused member is back, every rank passed over is explained."""
    rows = queries.items(work, session)
    left = [item for item in rows if item.status == "open"]
    if left and queries.quorum_for(work, session).met:
        yield Refusal(
            "files_left",
            _("Files without a proposal: %(files)s.") % {"files": _some([i.subject_ref for i in left])},
            way_out=_("Record a proposal for each; adjourn those that cannot be decided."),
        )
    out = [name for recusal, name in queries.recusals(work, session) if recusal.in_at is None]
    if out:
        yield Refusal(
            "still_out",
            _("The return of these recused members is not recorded: %(names)s.") % {"names": _some(out)},
            way_out=_("Record the hour of their return."),
        )
    for item in rows:
        if item.proposal in queries.GIVEN and not item.rank_waiver and queries.passed_over(rows, item):
            yield Refusal(
                "rank_waiver_missing",
                _("File %(file)s is proposed before better-ranked files, and the reason is missing.")
                % {"file": item.subject_ref},
                way_out=_("Take the file up again and write the reason of the waiver of rank."),
            )


def _some(words: list[str], most: int = 5) -> str:
    shown = ", ".join(words[:most])
    return f"{shown} … ({len(words)})" if len(words) > most else shown


def close(work: Work, session: Session, form: CloseForm | None = None) -> None:
    """Close the session: the minutes get their number and their fingerprint, and are frozen for signature."""
    session = work.hold(session)
    refuse(close_obstacles(work, session))
    rows = queries.items(work, session)
    for number, rank in queries.waiting_ranks(rows).items():
        item = next(i for i in rows if i.id == number)
        item.waiting_rank = rank
    reference = work.number("minutes", "session")
    remarks = (form.remarks or "") if form else ""
    work.advance(SESSION, session, "close", reference=reference, remarks=remarks)
    _freeze(session, queries.minutes_facts(work, session))
    work.db.flush()
    _issue_presence(work, session)
