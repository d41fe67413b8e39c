"""The papers of a file: checked one by one in a grid, asked for by one letter, received."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.accounts.queries import act_of, people_with
from portfolio.applications import queries as applications
from portfolio.applications.models import Application, PieceRequest
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.places.queries import last_day
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.screening import pdf, queries
from portfolio.screening.forms import AnswerForm, PiecesForm, ReceivedForm, RequestForm
from portfolio.work import Work

CHECKED = ("submitted", "pieces_requested", "admissible")
NEED_NOTE = ("waived", "nonconforming")


def check_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """Papers are checked from the filing until the verdict."""
    if application.status not in CHECKED:
        yield Refusal("not_in_screening", _("The papers of this file are not checked any more, or not yet."))


def check_pieces(work: Work, application: Application, form: PiecesForm) -> Application:
    """Record the state of the papers as seen, all at once. A paper that is waived or does not conform needs a note."""
    work.hold(application)
    work.require("application:screen", application)
    refuse(check_obstacles(work, application))
    known = {p.code: p for p in applications.pieces(work, application)}
    errors = []
    for at, row in enumerate(form.pieces):
        if row.code not in known:
            errors.append(FieldError(f"pieces-{at}-state", _("This paper is not on the list of the call.")))
        elif row.state in NEED_NOTE and not row.note:
            errors.append(FieldError(f"pieces-{at}-note", _("Say why in a few words.")))
    if errors:
        raise Invalid(errors)
    changed = {}
    for row in form.pieces:
        piece = known[row.code]
        if piece.state != row.state or piece.note != (row.note or ""):
            changed[row.code] = [piece.state, row.state]
        piece.state, piece.note = row.state, row.note or ""
        piece.checked_by_id, piece.checked_at = work.actor.id, work.now
    application.version += 1
    work.db.flush()
    work.record("application:pieces_checked", application, data={"changed": sorted(changed)})
    return application


def request_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """A letter asks for what is missing, and for nothing else."""
    pieces = applications.pieces(work, application)
    if not queries.asked_items(pieces):
        yield Refusal(
            "nothing_missing",
            _(
                "No paper is marked as absent, illegible, expired or nonconforming: there is nothing to ask for."
            ),
            _("Check the papers first."),
        )


def request_pieces(work: Work, application: Application, form: RequestForm | None = None) -> PieceRequest:
    """Ask for every paper that is open, in one letter, with the deadline that all in the same case are given (document 3)."""
    work.hold(application)
    refuse(request_obstacles(work, application))
    call = applications.call_of(work, application)
    said = {row.code: row.expected for row in (form.items if form else [])}
    items = [
        {**item, "expected": said.get(item["code"]) or item["expected"]}
        for item in queries.asked_items(applications.pieces(work, application))
    ]
    due_on = queries.due_for(work, call)
    work.advance(APPLICATION, application, "request_pieces", data={"due_on": due_on.isoformat()})
    request = PieceRequest(
        reference=work.number("letter", "piece_request"),
        application_id=application.id,
        due_on=due_on,
        items=items,
        sent_at=work.now,
        sent_by_id=work.actor.id,
        sms=queries.sms_text(call, application, due_on, [item["label"] for item in items]),
    )
    work.db.add(request)
    work.db.flush()
    head = next(iter(people_with(work, "programme_head")), None)
    signer, function = (head.full_name, head.function) if head else ("", "")
    documents.issue(
        work,
        kind="piece_request",
        reference=request.reference,
        title=_("Letter asking for papers, due on %(day)s") % {"day": date_text(due_on)},
        subject=application,
        facts={
            **queries.request_facts(work, application, request, signer, function),
            "signer_act": act_of(work, head.id, work.today, "application:screen") if head else "",
        },
        draw=pdf.request_letter_pdf,
    )
    return request


def record_receipt(work: Work, request: PieceRequest, form: ReceivedForm) -> PieceRequest:
    """The day on which the letter was received, by whom and how: delays and appeals run from it (R11)."""
    application = work.hold(work.db.get_one(Application, request.application_id))
    work.hold(request)
    work.require("application:screen", application)
    if not request.sent_at.date() <= form.received_on <= work.today:
        words = _("This date must lie between the sending of the letter, %(day)s, and today.")
        raise Invalid([FieldError("received_on", words % {"day": date_text(request.sent_at.date())})])
    request.received_on, request.received_by = form.received_on, form.received_by
    request.received_channel = form.channel
    work.db.flush()
    work.record(
        "application:letter_received",
        application,
        data={"letter": request.reference, "received_on": form.received_on.isoformat()},
    )
    return request


def receive_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """Papers are received against a letter."""
    if queries.open_request(work, application) is None:
        yield Refusal("no_letter", _("No letter waits for an answer."))


def receive_pieces(work: Work, application: Application, form: AnswerForm) -> Application:
    """The papers came in: the file goes back to be checked. The day is bounded by the deadline, the same for all."""
    work.hold(application)
    refuse(receive_obstacles(work, application))
    request = queries.open_request(work, application)
    assert request is not None
    if form.answered_on > work.today or form.answered_on < request.sent_at.date():
        words = _("This date must lie between the sending of the letter, %(day)s, and today.")
        raise Invalid([FieldError("answered_on", words % {"day": date_text(request.sent_at.date())})])
    last = last_day(work, application.place_id, request.sent_at.date(), request.due_on)
    if form.answered_on > last:
        refuse(
            [
                Refusal(
                    "deadline_passed",
                    _("The deadline of the letter was %(day)s: papers that came later are not received.")
                    % {"day": date_text(last)},
                    _("Declare the file inadmissible; the same delay holds for everybody."),
                )
            ]
        )
    request.answered_on = form.answered_on
    work.advance(
        APPLICATION, application, "receive_pieces", data={"answered_on": form.answered_on.isoformat()}
    )
    return application
