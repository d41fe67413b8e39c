"""The page of a session, usable on committee day; its simple moves, declarations and history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from portfolio.committees import queries, service
from portfolio.committees.forms import CloseForm, DeclareAllForm, PlanForm
from portfolio.committees.models import Session
from portfolio.committees.queries.words import committee_words
from portfolio.committees.routes.bodies import typed
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, fragment, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("committees")


def crumbs(session: Session, last: str | None = None) -> list[tuple[str, str | None]]:
    """The way back."""
    name = session.facts.get("reference") or session.reference or _("Session")
    here = url("committees.session", id=session.id)
    trail: list[tuple[str, str | None]] = [(_("Committees"), url("committees.index"))]
    return [*trail, (name, here), (last, None)] if last else [*trail, (name, None)]


def _obstacles(found: dict[str, Any]) -> dict[str, Any]:
    """The same generators as the verbs; cheap ones only where the page already knows the answer."""

    def sitting_only(obstacles: Any, status: str) -> Any:
        def some(work: Work, session: Session) -> Iterator[Refusal]:
            if session.status == status:
                yield from obstacles(work, session)

        return some

    return {
        "convene": sitting_only(service.convene_obstacles, "planned"),
        "open": sitting_only(service.open_obstacles, "convened"),
        "declare_no_quorum": sitting_only(service.no_quorum_obstacles, "convened"),
        "close": sitting_only(service.close_obstacles, "sitting"),
        "finalise": sitting_only(service.finalise_obstacles, "closed"),
    }


def session_page(work: Work, id: int, line: int | None = None, bad: Bad | None = None) -> Response:
    """The session as it stands: quorum, attendance, files, sums, papers."""
    session = queries.get(work, id)
    found = queries.facts(work, session)
    base = f"/committees/sessions/{session.id}"
    papers = [
        {"name": p.title, "url": f"/documents/papers/{p.id}", "kind": p.reference, "when": p.issued_at.date()}
        for p in documents.papers_of(work, session)
    ]
    return page(
        work,
        "committees/session.html",
        bad=bad,
        line=line,
        title=_("Session of %(day)s") % {"day": found["day"]},
        crumbs=crumbs(session),
        cycle=SESSION,
        steps=status_steps(SESSION, session.status),
        moves=moves(work, SESSION, session, base, obstacles=_obstacles(found)),
        papers=papers,
        second=session.status == "no_quorum" and work.may("session:convene", session),
        **found,
        **typed(bad),
        **committee_words(),
    )


@router.get("/sessions/{id}", name="committees.session")
@allow("session:view")
def session(work: W, id: int) -> Response:
    """One session."""
    return session_page(work, id)


@router.get("/sessions/{id}/board", name="committees.board")
@allow("session:view")
def board(work: W, id: int) -> Response:
    """The live part alone: quorum, sums, gauges."""
    found = queries.facts(work, queries.get(work, id))
    return fragment(work, "committees/session.html", "board", **found, **committee_words())


@router.get("/sessions/{id}/history", name="committees.history")
@allow("session:view")
def history(work: W, id: int) -> Response:
    """What happened to a session and to its files."""
    session = queries.get(work, id)
    rows = queries.facts(work, session)["rows"]
    shown = [row.item for row in rows if not row.closed_to_me]
    title = _("History of the session")
    return page(
        work,
        "committees/history.html",
        title=title,
        session=session,
        things=[session, *shown],
        crumbs=crumbs(session, title),
    )


@router.post("/sessions/{id}/convene", name="committees.convene")
@allow("session:convene")
@on_refusal(session_page)
def convene(work: W, id: int) -> Response:
    """Call everybody."""
    service.convene(work, queries.get(work, id))
    return done(work, url("committees.session", id=id), _("Everybody is called: print the convocations."))


@router.post("/sessions/{id}/open", name="committees.open")
@allow("session:open")
@on_refusal(session_page)
def open_(work: W, id: int) -> Response:
    """Open the session."""
    service.open(work, queries.get(work, id))
    return done(work, url("committees.session", id=id), _("The session is open."))


@router.post("/sessions/{id}/declare_no_quorum", name="committees.declare_no_quorum")
@allow("session:open")
@on_refusal(session_page)
def declare_no_quorum(work: W, id: int) -> Response:
    """Record the lack of quorum."""
    service.declare_no_quorum(work, queries.get(work, id))
    message = _("The lack of quorum is recorded; plan the second convocation below.")
    return done(work, url("committees.session", id=id), message, "warn")


@router.post("/sessions/{id}/second", name="committees.second")
@allow("session:convene")
@on_refusal(session_page)
def second(work: W, raw: Raw, id: int) -> Response:
    """Plan the second convening."""
    made = service.second_convening(work, queries.get(work, id), PlanForm.read(raw))
    return done(work, url("committees.session", id=made.id), _("The second convening is planned."))


@router.post("/sessions/{id}/close", name="committees.close")
@allow("session:open")
@on_refusal(session_page)
def close(work: W, raw: Raw, id: int) -> Response:
    """Close the session."""
    service.close(work, queries.get(work, id), CloseForm.read(raw))
    return done(
        work, url("committees.session", id=id), _("The session is closed: let the members sign the minutes.")
    )


def declare_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The files of the session, to say with which ones there is a link. Only what tells a link: who asks, and where."""
    session = queries.get(work, id)
    found = queries.facts(work, session)
    title = _("Declaration of interests")
    declared = service.interests.declared_subjects(
        work, work.actor.id, {row.item.subject_type for row in found["rows"]}
    )
    return page(
        work,
        "committees/declare.html",
        bad=bad,
        title=title,
        session=session,
        rows=found["rows"],
        declared=set(declared),
        crumbs=crumbs(session, title),
        **typed(bad),
    )


@router.get("/sessions/{id}/declare", name="committees.declare")
@allow("interest:declare")
def declare(work: W, id: int) -> Response:
    """The form of the declaration."""
    return declare_page(work, id)


@router.post("/sessions/{id}/declare", name="committees.declare_all")
@allow("interest:declare")
@on_refusal(declare_page)
def declare_all(work: W, raw: Raw, id: int) -> Response:
    """Declare about every file at once."""
    service.declare_all(work, queries.get(work, id), DeclareAllForm.read(raw))
    return done(work, url("committees.session", id=id), _("Your declaration is recorded."))
