"""The minutes after the session, and the papers as they stand."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees import queries, service
from portfolio.committees.forms import CorrectForm
from portfolio.committees.pdf import declaration_pdf, minutes_pdf, presence_pdf
from portfolio.committees.queries import minutes as papers
from portfolio.committees.routes.sessions import session_page
from portfolio.documents import queries as documents
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, pdf_response
from portfolio.web.urls import url

router = room("committees")


@router.post("/sessions/{id}/correct", name="committees.correct")
@allow("session:minute")
@on_refusal(session_page)
def correct(work: W, raw: Raw, id: int) -> Response:
    """Correct the remarks before anybody signs."""
    service.correct(work, queries.get(work, id), CorrectForm.read(raw))
    return done(work, url("committees.session", id=id), _("The minutes are corrected."))


@router.post("/sessions/{id}/sign", name="committees.sign")
@allow("session:sign")
@on_refusal(session_page)
def sign(work: W, id: int) -> Response:
    """One's own signature."""
    service.sign(work, queries.get(work, id))
    return done(work, url("committees.session", id=id), _("You have signed the minutes."))


@router.post("/sessions/{id}/finalise", name="committees.finalise")
@allow("session:convene")
@on_refusal(session_page)
def finalise(work: W, id: int) -> Response:
    """Make the minutes final."""
    service.finalise(work, queries.get(work, id))
    return done(work, url("committees.session", id=id), _("The minutes are final."))


@router.get("/sessions/{id}/minutes.pdf", name="committees.minutes_pdf")
@allow("session:minute", "session:sign")
def draft_minutes(work: W, id: int) -> Response:
    """The minutes as they stand, marked « PROJET », to be read before signing."""
    session = queries.get(work, id)
    if session.status not in ("sitting", "closed"):
        raise NotFound
    if session.status == "sitting":
        work.require("session:minute", session)
    content = minutes_pdf(papers.draft_facts(work, session))
    return pdf_response(work, content, f"{session.reference or 'projet-pv'}.pdf")


@router.get("/sessions/{id}/attendance.pdf", name="committees.attendance_pdf")
@allow("session:minute")
def blank_attendance(work: W, id: int) -> Response:
    """The attendance sheet to be signed by hand."""
    session = queries.get(work, id)
    if session.status not in ("convened", "sitting"):
        raise NotFound
    facts = papers.presence_facts(work, session)
    return pdf_response(work, presence_pdf({**facts, "draft": False}), "feuille-de-presence.pdf")


@router.get("/sessions/{id}/declaration.pdf", name="committees.declaration_pdf")
@allow("interest:declare")
def declaration(work: W, id: int) -> Response:
    """One's own déclaration d'impartialité et de confidentialité."""
    session = queries.get(work, id)
    facts = papers.declaration_facts(work, session, work.actor.id)
    number = f"DI-{session.scheduled_at.year}-{session.id:05d}-{work.actor.id}"
    facts = documents.marked("impartiality_declaration", number, facts)
    return pdf_response(work, declaration_pdf(facts), "declaration-impartialite.pdf")
