"""Calls for staff: the list, the record, what happens to it once written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from starlette.responses import Response

from portfolio.calls import pdf, queries, service
from portfolio.calls.forms import AnswerForm, CorrectionForm, FinaliseForm, ReasonForm
from portfolio.calls.models import Call, Question
from portfolio.calls.queries.complete import DATES, date_label
from portfolio.calls.queries.record import STATES, is_state
from portfolio.groups.routes.records import typed
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.rulebook.lifecycles.calls import CALL
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("calls")


def _closing(moment: Any) -> str:
    return queries.deadline_text(moment)


def _state(code: str) -> str:
    return _(STATES[code][0])


def _statement(work: Work) -> Select[Any]:
    c = Call
    state = case(
        *((is_state(code, work.now), literal(code)) for code in ("scheduled", "open", "closed")),
        else_=c.status,
    )
    number = func.coalesce(c.reference, c.code)
    return select(
        c.id,
        number,
        c.title,
        state,
        c.exercice,
        c.envelope_minor,
        c.floor_minor,
        c.ceiling_minor,
        c.closes_at,
    ).where(work.within("call:view", c))


def _states(_work: Work) -> list[tuple[str, str]]:
    return [(code, _(words)) for code, (words, _tone) in STATES.items()]


def _in_state(work: Work, value: str) -> ColumnElement[bool]:
    return is_state(value, work.now)


def _exercices(work: Work) -> list[tuple[str, str]]:
    years = work.db.scalars(select(Call.exercice).distinct().order_by(Call.exercice.desc()))
    return [(str(y), str(y)) for y in years]


def _titled(_work: Work, value: str) -> ColumnElement[bool] | None:
    """Few calls exist: their titles are searched as they stand, by any of their words, case aside."""
    words = fold(value).split()[:6]
    typed_words = value.split()[:6]
    if not words:
        return None
    clauses = [
        func.lower(Call.title).contains(w.lower(), autoescape=True)
        | func.lower(Call.code).contains(w.lower(), autoescape=True)
        | func.lower(func.coalesce(Call.reference, "")).contains(w.lower(), autoescape=True)
        for w in typed_words
    ]
    whole: ColumnElement[bool] = clauses[0]
    for clause in clauses[1:]:
        whole = whole & clause
    return whole


LISTING = Listing(
    name="calls",
    title=N_("Calls for proposals"),
    route="calls.index",
    id_column=Call.id,
    statement=_statement,
    columns=(
        Column(
            "reference",
            N_("Number"),
            "link",
            sort=func.coalesce(Call.reference, Call.code),
            href="/calls/{id}",
        ),
        Column("title", N_("Title"), sort=Call.title),
        Column("state", N_("State"), "choice", words=_state),
        Column("exercice", N_("Exercice"), "number", sort=Call.exercice),
        Column("envelope", N_("Envelope"), "money", sort=Call.envelope_minor, total=True),
        Column("floor", N_("Smallest grant"), "money"),
        Column("ceiling", N_("Largest grant"), "money"),
        Column("closes", N_("Deadline"), "choice", sort=Call.closes_at, words=_closing),
    ),
    filters=(
        Search(Call.title, where=_titled),
        Choice("state", N_("State"), _states, where=_in_state),
        Choice("exercice", N_("Exercice"), _exercices, Call.exercice),
    ),
    default_sort="-closes",
    new_url="/calls/new",
    new_label=N_("Write a call"),
    new_permission="call:create",
    empty_title=N_("No call here"),
    empty_text=N_("Remove a filter, or write a call: it is published by another person."),
)


@router.get("", name="calls.index")
@allow("call:view")
def index(work: W, query: Query) -> Response:
    """Every call, the last to close first."""
    return LISTING.respond(work, query)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The record of a call."""
    call = queries.get(work, id)
    facts = queries.facts(work, call)
    return page(
        work,
        "calls/show.html",
        bad=bad,
        title=call.title,
        crumbs=[(_("Calls for proposals"), url("calls.index")), (call.reference or call.code, None)],
        moves=moves(
            work,
            CALL,
            call,
            url("calls.show", id=id),
            obstacles={
                "finalise": service.finalise_obstacles,
                "send": service.send_obstacles,
                "publish": service.publish_obstacles,
            },
            pages={
                "send": url("calls.review", id=id),
                "publish": url("calls.publish_page", id=id),
                "finalise": url("calls.finalise_page", id=id),
            },
        ),
        may_amend=work.may("call:publish", call) and facts["state"] in ("scheduled", "open"),
        **typed(bad),
        **facts,
    )


@router.get("/{id}", name="calls.show")
@allow("call:view")
def show(work: W, id: int) -> Response:
    """One call."""
    return show_page(work, id)


@router.get("/{id}/draft.pdf", name="calls.draft_notice")
@allow("call:view")
def draft_notice(work: W, id: int) -> Response:
    """The notice as it would be, crossed by « PROJET »: drawn, not issued."""
    call = queries.get(work, id)
    facts = queries.notice_facts(work, queries.bundle(work, call))
    content = pdf.notice_pdf(
        {**facts, "reference": call.reference or call.code, "fingerprint": "", "draft": True}
    )
    return pdf_response(work, content, f"projet-{call.code}.pdf")


def publish_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """What publishing does, before it is done."""
    call = queries.get(work, id)
    work.require("call:publish", call)
    return page(
        work,
        "calls/publish.html",
        bad=bad,
        title=_("Publish the call"),
        crumbs=_crumbs(call, _("Publish the call")),
        obstacles=list(service.publish_obstacles(work, call)) if call.status == "sent" else [],
        **queries.facts(work, call),
    )


def _crumbs(call: Call, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Calls for proposals"), url("calls.index")),
        (call.reference or call.code, url("calls.show", id=call.id)),
        (last, None),
    ]


@router.get("/{id}/publish", name="calls.publish_page")
@allow("call:publish")
def publish_form(work: W, id: int) -> Response:
    """Read once more, then publish."""
    return publish_page(work, id)


@router.post("/{id}/publish", name="calls.publish")
@allow("call:publish")
@on_refusal(publish_page)
def publish(work: W, id: int) -> Response:
    """Publish: everything freezes."""
    call = service.publish(work, queries.get(work, id))
    return done(
        work,
        url("calls.show", id=id),
        _("Call published under the number %(ref)s.") % {"ref": call.reference},
    )


@router.post("/{id}/send", name="calls.send")
@allow("call:send")
@on_refusal(show_page)
def send(work: W, id: int) -> Response:
    """Hand over to the person who publishes."""
    service.send(work, queries.get(work, id))
    return done(work, url("calls.show", id=id), _("Call sent for publication."))


@router.post("/{id}/return", name="calls.return")
@allow("call:publish")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Give it back to its author."""
    service.return_(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("calls.show", id=id), _("Call returned to its author."), "info")


@router.post("/{id}/cancel", name="calls.cancel")
@allow("call:cancel")
@on_refusal(show_page)
def cancel(work: W, raw: Raw, id: int) -> Response:
    """Cancel, with the reason."""
    service.cancel(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("calls.show", id=id), _("Call cancelled."), "warn")


def finalise_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """How the call ended."""
    call = queries.get(work, id)
    work.require("call:finalise", call)
    return page(
        work,
        "calls/finalise.html",
        bad=bad,
        title=_("Close the call with its result"),
        crumbs=_crumbs(call, _("Close the call with its result")),
        obstacles=list(service.finalise_obstacles(work, call)),
        **typed(bad),
        **queries.facts(work, call),
    )


@router.get("/{id}/finalise", name="calls.finalise_page")
@allow("call:finalise")
def finalise_form(work: W, id: int) -> Response:
    """The result and its reason."""
    return finalise_page(work, id)


@router.post("/{id}/finalise", name="calls.finalise")
@allow("call:finalise")
@on_refusal(finalise_page)
def finalise(work: W, raw: Raw, id: int) -> Response:
    """Publish the result."""
    service.finalise(work, queries.get(work, id), FinaliseForm.read(raw))
    return done(work, url("calls.show", id=id), _("The result is published."))


def amend_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A corrective notice."""
    call = queries.get(work, id)
    work.require("call:publish", call)
    return page(
        work,
        "calls/amend.html",
        bad=bad,
        title=_("Publish a corrective notice"),
        crumbs=_crumbs(call, _("Publish a corrective notice")),
        obstacles=list(service.amend_obstacles(work, call)),
        dates=[(name, date_label(name), getattr(call, name)) for name in DATES],
        **typed(bad),
        **queries.facts(work, call),
    )


@router.get("/{id}/amend", name="calls.amend_page")
@allow("call:publish")
def amend_form(work: W, id: int) -> Response:
    """The dates that are put off, and why."""
    return amend_page(work, id)


@router.post("/{id}/amend", name="calls.amend")
@allow("call:publish")
@on_refusal(amend_page)
def amend(work: W, raw: Raw, id: int) -> Response:
    """Publish it."""
    correction = service.amend(work, queries.get(work, id), CorrectionForm.read(raw))
    words = _("Corrective notice no. %(n)d is published.") % {"n": correction.number}
    return done(work, url("calls.show", id=id), words)


def question_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One question, to be answered to all."""
    question = _question(work, id)
    call = queries.get(work, question.call_id)
    return page(
        work,
        "calls/answer.html",
        bad=bad,
        question=question,
        call=call,
        title=_("Answer a question"),
        crumbs=_crumbs(call, _("Answer a question")),
        **typed(bad),
    )


def _question(work: Work, number: int) -> Question:
    found = work.db.get(Question, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


@router.get("/questions/{id}", name="calls.question")
@allow("call:edit")
def question(work: W, id: int) -> Response:
    """The form of an answer."""
    return question_page(work, id)


@router.post("/questions/{id}/answer", name="calls.answer")
@allow("call:edit")
@on_refusal(question_page)
def answer(work: W, raw: Raw, id: int) -> Response:
    """Publish the answer."""
    found = service.answer(work, _question(work, id), AnswerForm.read(raw))
    return done(
        work, url("calls.show", id=found.call_id) + "#questions", _("The answer is published to all.")
    )


@router.post("/{id}/proofs", name="calls.proof")
@allow("call:edit")
@on_refusal(show_page)
def proof(work: W, raw: Raw, id: int) -> Response:
    """Keep a proof of publicity: attestation of posting or of broadcast (documents.md 1)."""
    service.add_proof(work, queries.get(work, id), raw.get("file"))
    return done(work, url("calls.show", id=id) + "#papers", _("The proof of publicity is kept."))
