"""Attendance: one click for now, an hour when it is entered later."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees import queries, service
from portfolio.committees.forms import ExcuseForm, HourForm
from portfolio.committees.models import Attendance
from portfolio.committees.routes.sessions import session_page
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work

router = room("committees")


def _line(work: Work, id: int, line: int) -> Attendance:
    found = work.db.get(Attendance, line) if 0 < line < 2**62 else None
    if found is None or found.session_id != id:
        raise NotFound
    return found


@router.post("/sessions/{id}/attendance/{line}/arrive", name="committees.arrive")
@allow("session:minute")
@on_refusal(session_page)
def arrive(work: W, raw: Raw, id: int, line: int) -> Response:
    """Somebody comes in."""
    session = queries.get(work, id)
    service.record_arrival(work, session, _line(work, id, line), HourForm.read(raw))
    return done(work, f"{url('committees.session', id=id)}#attendance", _("Arrival recorded."))


@router.post("/sessions/{id}/attendance/{line}/leave", name="committees.leave")
@allow("session:minute")
@on_refusal(session_page)
def leave(work: W, raw: Raw, id: int, line: int) -> Response:
    """Somebody leaves."""
    session = queries.get(work, id)
    service.record_leave(work, session, _line(work, id, line), HourForm.read(raw))
    return done(work, f"{url('committees.session', id=id)}#attendance", _("Departure recorded."))


@router.post("/sessions/{id}/attendance/{line}/excuse", name="committees.excuse")
@allow("session:minute")
@on_refusal(session_page)
def excuse(work: W, raw: Raw, id: int, line: int) -> Response:
    """Somebody is excused."""
    session = queries.get(work, id)
    service.excuse(work, session, _line(work, id, line), ExcuseForm.read(raw))
    return done(work, f"{url('committees.session', id=id)}#attendance", _("Absence excused."))


@router.post("/sessions/{id}/attendance/{line}/prevented", name="committees.prevented")
@allow("session:minute")
@on_refusal(session_page)
def prevented(work: W, raw: Raw, id: int, line: int) -> Response:
    """Somebody present cannot sign."""
    session = queries.get(work, id)
    service.prevented(work, session, _line(work, id, line), ExcuseForm.read(raw))
    return done(work, f"{url('committees.session', id=id)}#attendance", _("The reason is recorded."))
