"""What the screening pages show, and the facts of the letter that asks for papers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Select, case, func, select

from portfolio.applications import queries as applications
from portfolio.applications.models import Application, Piece, PieceRequest
from portfolio.applications.queries.lists import statement as all_files
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.documents.reference import letterhead
from portfolio.groups.models import Officer
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.places.queries import last_day
from portfolio.screening.queries.tests import JUDGED, tests
from portfolio.work import Work

DELAY_DAYS = 10
"""Days given to complete a file when the notice says no date and nobody of the call was given one yet."""
GRID_STATES = ("present", "absent", "illegible", "expired", "nonconforming", "waived", "not_needed")
SCREENED = ("submitted", "pieces_requested", "admissible", "ineligible", "inadmissible", "eligible")
EXPECTED = {
    "absent": "La pièce, en original ou en copie.",
    "illegible": "Une copie lisible.",
    "expired": "La pièce en cours de validité.",
    "nonconforming": "La pièce conforme à ce que l'avis demande.",
}
"""What the letter expects unless the officer says otherwise; letters are French."""


def statement(work: Work) -> Select[Any]:
    """The files to screen: the columns of the list of files, with the papers still open."""
    lacking = (
        select(func.count())
        .select_from(Piece)
        .where(Piece.application_id == Application.id, Piece.state.in_(applications.OPEN_PIECES))
        .scalar_subquery()
    )
    made = all_files(work).add_columns(lacking.label("lacking")).where(Application.status.in_(SCREENED))
    return cast("Select[Any]", made)


def due_for(work: Work, call: Call) -> Any:
    """One deadline for all in the same case: the notice's, else the one already given in this call, else ten days."""
    if call.pieces_by is not None and call.pieces_by >= work.today:
        return call.pieces_by
    given = (
        select(func.max(PieceRequest.due_on))
        .join(Application, Application.id == PieceRequest.application_id)
        .where(Application.call_id == call.id, PieceRequest.due_on > work.today)
    )
    return work.db.scalar(given) or work.today + timedelta(days=DELAY_DAYS)


def open_request(work: Work, application: Application) -> PieceRequest | None:
    """The letter that waits for its answer."""
    return next((r for r in applications.requests(work, application) if r.answered_on is None), None)


def get_request(work: Work, number: int) -> tuple[PieceRequest, Application]:
    """A letter with its file, if the file may be seen."""
    found = work.db.get(PieceRequest, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found, applications.get(work, found.application_id)


def asked_items(pieces: Any) -> list[dict[str, str]]:
    """The rows of a letter: every paper that is open, and what is expected of it."""
    return [
        {
            "code": p.code,
            "label": p.label,
            "state": p.state,
            "why": p.note,
            "expected": EXPECTED[p.state],
        }
        for p in pieces
        if p.state in applications.OPEN_PIECES
    ]


def sms_text(call: Call, application: Application, request_due: Any, labels: list[str]) -> str:
    """The letter in 160 characters that every telephone shows: no accent, the papers that fit, then how many more."""
    head = f"{call.code} {application.reference}: pieces a fournir avant le {request_due:%d/%m/%Y}: "
    tail = ". Sinon dossier irrecevable."
    plain = [fold(label).capitalize() for label in labels]
    for kept in range(len(plain), -1, -1):
        rest = len(plain) - kept
        more = f" +{rest}" if rest else ""
        body = head + ", ".join(plain[:kept]) + more + tail
        if len(body) <= 160:
            return body
    return (head + f"{len(plain)} pieces" + tail)[:160]


def request_facts(
    work: Work, application: Application, request: PieceRequest, signer: str, function: str = ""
) -> dict[str, Any]:
    """What the letter says (document 3)."""
    call, group = applications.call_of(work, application), applications.group_of(work, application)
    receipt = applications.receipt(work, application)
    place = applications.place_words(work, applications.place_of(work, application))
    president = work.db.scalar(
        select(Officer.full_name).where(
            Officer.group_id == group.id, Officer.office == "president", Officer.until.is_(None)
        )
    )
    return {
        "letterhead": letterhead(request.sent_at.date()),
        "call": {"code": call.code, "title": call.title},
        "application": application.reference,
        "title": application.title,
        "receipt": receipt.reference if receipt else "",
        "filed_on": receipt.received_at.date().isoformat() if receipt else "",
        "group": group.name,
        "president": president or "",
        "commune": place,
        "sent_on": request.sent_at.date().isoformat(),
        "due_on": request.due_on.isoformat(),
        "where": call.filing_place,
        "hours": call.filing_hours,
        "items": request.items,
        "signer": signer,
        "signer_function": function,
    }


def facts(work: Work, application: Application) -> dict[str, Any]:
    """The screening page of a file: papers, tests, letters."""
    call, group = applications.call_of(work, application), applications.group_of(work, application)
    found = tests(work, application)
    requests = applications.requests(work, application)
    return {
        "application": application,
        "call": call,
        "group": group,
        "receipt": applications.receipt(work, application),
        "rows": applications.piece_rows(work, application),
        "states": [(code, applications.piece_state(code)) for code in GRID_STATES],
        "tests": found,
        "admissibility": [t for t in found if t.kind == "admissibility"],
        "eligibility": [t for t in found if t.kind == "eligibility"],
        "judged": JUDGED,
        "requests": requests,
        "open_request": next((r for r in requests if r.answered_on is None), None),
        "due_on": due_for(work, call),
        "documents": documents.shown(work, application),
        "piece_state": applications.piece_state,
        "channel_words": {
            "hand": _("By hand"),
            "post": _("By post"),
            "message": _("By message"),
            "email": _("By e-mail"),
        },
    }


def summary(work: Work, application: Application) -> dict[str, Any]:
    """The panel on the page of the file: how many papers are open, the letter that waits, what was found."""
    open_states = applications.OPEN_PIECES
    lacking = func.sum(case((Piece.state.in_(open_states), 1), else_=0))
    total, missing = work.db.execute(
        select(func.count(Piece.id), func.coalesce(lacking, 0)).where(Piece.application_id == application.id)
    ).one()
    waiting = open_request(work, application)
    last = (
        last_day(work, application.place_id, waiting.sent_at.date(), waiting.due_on)
        if waiting is not None
        else None
    )
    return {
        "application": application,
        "total": total,
        "missing": int(missing),
        "waiting": waiting,
        "due_words": date_text(last) if last else "",
        "overdue": last is not None and last < work.today,
    }
