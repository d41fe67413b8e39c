"""The minutes after the session: last corrections, one signature by member present, then final (document 7)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.committees import queries
from portfolio.committees.forms import CorrectForm, ExcuseForm
from portfolio.committees.models import Attendance, Session
from portfolio.committees.pdf import minutes_pdf
from portfolio.documents import queries as documents_queries
from portfolio.documents import service as documents
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _closed(work: Work, session: Session) -> Session:
    session = work.hold(session)
    if session.status != "closed":
        raise Refused(
            Refusal(
                "not_closed",
                _("Minutes are signed between the closing of the session and their being final."),
            )
        )
    return session


def correct(work: Work, session: Session, form: CorrectForm) -> None:
    """A last correction of the remarks, before anybody has signed; visible in the history. The votes are never touched."""
    session = _closed(work, session)
    if any(p.signed_at for p in queries.attendance(work, session)):
        raise Refused(
            Refusal(
                "already_signed",
                _("Somebody has signed: the minutes cannot change any more."),
                way_out=_("A correction now takes rectifying minutes, in another session."),
            )
        )
    work.edit(session, "session:edited", permission="session:minute", remarks=form.remarks)
    facts = queries.minutes_facts(work, session)
    session.facts = {**session.facts, "minutes": facts}
    session.fingerprint = documents_queries.fingerprint_of("minutes", session.reference or "", facts)
    work.db.flush()


def _line(work: Work, session: Session, person_id: int) -> Attendance | None:
    return work.db.scalars(
        select(Attendance).where(Attendance.session_id == session.id, Attendance.person_id == person_id)
    ).one_or_none()


def sign_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Who was present signs, once, by their own act."""
    actor = work.maybe_actor
    if session.status != "closed":
        yield Refusal(
            "not_closed", _("Minutes are signed between the closing of the session and their being final.")
        )
        return
    line = _line(work, session, actor.id) if actor else None
    if line is None or line.arrived_at is None:
        yield Refusal("not_present", _("Only those who were present sign the minutes."))
    elif line.signed_at is not None:
        yield Refusal("already_signed", _("You have already signed these minutes."))


def sign(work: Work, session: Session) -> None:
    """The actor's own signature, on the minutes as they are frozen."""
    session = _closed(work, session)
    work.require("session:sign", session)
    refuse(sign_obstacles(work, session))
    line = _line(work, session, work.actor.id)
    assert line is not None
    line = work.hold(line)
    if line.signed_at is not None:
        raise Refused(Refusal("already_signed", _("You have already signed these minutes.")))
    line.signed_at, line.prevented = work.now, ""
    work.db.flush()
    work.record(
        "session:signed", session, data={"person_id": line.person_id, "fingerprint": session.fingerprint}
    )


def prevented(work: Work, session: Session, line: Attendance, form: ExcuseForm) -> None:
    """« Empêché(e) : motif »: the secretary says why somebody present cannot sign (F9)."""
    session = _closed(work, session)
    work.require("session:minute", session)
    line = work.hold(line)
    if line.arrived_at is None:
        raise Refused(Refusal("not_present", _("Only those who were present sign the minutes.")))
    if line.signed_at is not None:
        raise Refused(Refusal("already_signed", _("This person has already signed.")))
    if line.person_id == work.actor.id:
        raise Refused(
            Refusal(
                "own_line", _("You cannot declare yourself prevented: sign, or let another person say why.")
            )
        )
    work.edit(line, "session:signature_prevented", permission="session:minute", prevented=form.reason)
    data = {"person_id": line.person_id}
    work.record("session:signature_prevented", session, data=data, reason=form.reason)


def finalise_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Everybody present has signed, or the reason why not is written."""
    waiting = [
        p.name
        for p in queries.attendance(work, session)
        if p.came and p.signed_at is None and not p.prevented
    ]
    if waiting:
        yield Refusal(
            "signatures_missing",
            _("Signatures are missing: %(names)s.") % {"names": ", ".join(waiting)},
            way_out=_("Let them sign, or write why they are prevented."),
            who=who_may("session:sign"),
        )


def finalise(work: Work, session: Session) -> None:
    """The minutes are final: printed for good, with every signature and the fingerprint. Corrections take rectifying minutes."""
    session = work.hold(session)
    refuse(finalise_obstacles(work, session))
    work.advance(SESSION, session, "finalise")
    documents.issue(
        work,
        kind="minutes",
        reference=session.reference or "",
        title=_("Minutes"),
        subject=session,
        facts=queries.minutes.signed_facts(work, session),
        draw=minutes_pdf,
    )
