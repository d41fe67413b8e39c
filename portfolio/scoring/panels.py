"""What scoring shows on the page of a call, of a file and of a session. Progress only, until every sheet of the file is locked (R9)."""

from __future__ import annotations

from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session
from portfolio.committees.queries.words import mark_text, spread_text
from portfolio.kit.i18n import gettext as _
from portfolio.scoring import queries
from portfolio.scoring.queries.progress import call_totals
from portfolio.web.panels import Panel, panel
from portfolio.work import Work

TEMPLATE = "scoring/panels.html"


@panel("call", order=30)
def assessment_of_call(work: Work, call: Call) -> Panel | None:
    """How far the assessment is, with a way to the ranked list."""
    if not (work.may("application:assign") or work.may("score:view")):
        return None
    if call.closes_at > work.now or call.status not in ("published", "finalised"):
        return None
    files, sheets, locked = call_totals(work, call)
    facts = {"call": call, "files": files, "sheets": sheets, "locked": locked}
    return Panel(_("Assessment"), TEMPLATE, "assessment_of_call", facts)


@panel("application", order=30)
def assessment_of_file(work: Work, application: Application) -> Panel | None:
    """The mark of a file for who may read it; else how many sheets are locked."""
    if not (work.may("score:view", application) or work.may("application:assign", application)):
        return None
    if application.status in ("draft", "late", "submitted", "pieces_requested", "inadmissible", "admissible"):
        return None
    if committees.conflicted(work, work.actor.id, "application", application.id):
        return None
    sheets = queries.active_sheets(work, application.id)
    result = queries.result(work, application) if work.may("score:view", application) else None
    facts = {
        "application": application,
        "locked": sum(1 for s in sheets if s.status == "locked"),
        "sheets": len(sheets),
        "result": result,
        "mark_text": mark_text,
        "spread_text": spread_text,
    }
    return Panel(_("Assessment"), TEMPLATE, "assessment_of_file", facts)


@panel("session", order=10)
def agenda_of_session(work: Work, session: Session) -> Panel | None:
    """The way to put the ranked files on the agenda."""
    if session.subject_type != "call" or session.status not in ("planned", "convened", "sitting"):
        return None
    if not work.may("session:convene", session):
        return None
    facts = {"session": session}
    return Panel(_("Ranked list and agenda"), TEMPLATE, "agenda_of_session", facts)
