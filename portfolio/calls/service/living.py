"""What happens to a published call: questions and answers, corrective notices, the register closed, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from portfolio.calls import pdf
from portfolio.calls.forms import AnswerForm, CorrectionForm, FinaliseForm, QuestionForm
from portfolio.calls.models import Call, Correction, Question
from portfolio.calls.queries import papers
from portfolio.calls.queries.complete import DATES, bundle, calendar_of, ordered_dates
from portfolio.calls.queries.record import state
from portfolio.documents import service as documents
from portfolio.documents.models import Document
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.calls import CALL
from portfolio.work import Work

QUESTIONS_AN_HOUR = 60
"""More questions than this in an hour about one call come from a machine (A05)."""


def amend_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """A corrective notice is published before the deadline, never after (C3)."""
    if state(call, work.now) not in ("scheduled", "open"):
        yield Refusal(
            "too_late_to_correct",
            _("A corrective notice can only be published before the deadline of a published call."),
            _("After the deadline, a late file is admitted by a reasoned decision on that file."),
        )


def amend(work: Work, call: Call, form: CorrectionForm) -> Correction:
    """Put the deadline off, with the dates that follow it: « Avis rectificatif n° … », printed and published at once."""
    call = work.hold(call)
    work.require("call:publish", call)
    refuse(amend_obstacles(work, call))
    if form.closes_at <= call.closes_at:
        raise Invalid(
            [
                FieldError(
                    "closes_at", _("A deadline is only put off: choose a later moment than the present one.")
                )
            ]
        )
    new: dict[str, Any] = {name: getattr(form, name) or getattr(call, name) for name in DATES}
    days: dict[str, date | None] = {
        **new,
        "opens_at": call.opens_at.date(),
        "closes_at": form.closes_at.date(),
    }
    errors = [FieldError(name, words) for name, _before, words in ordered_dates(days)]
    if errors:
        raise Invalid(errors)
    old = {**calendar_of(call), "closes_at": call.closes_at}
    new["closes_at"] = form.closes_at
    changed = {name: value for name, value in new.items() if value != old[name]}
    number = 1 + int(
        work.db.execute(
            select(func.count()).select_from(Correction).where(Correction.call_id == call.id)
        ).scalar_one()
    )
    correction = Correction(
        call_id=call.id,
        number=number,
        reason=form.reason,
        changes={name: [_iso(old[name]), _iso(value)] for name, value in changed.items()},
        published_by_id=work.actor.id,
        published_at=work.now,
    )
    work.db.add(correction)
    work.edit(call, "call:amended", permission="call:publish", reason=form.reason, **changed)
    documents.issue(
        work,
        kind="call_correction",
        reference=f"{call.reference}/R{number}",
        title=f"Avis rectificatif n° {number}",
        subject=call,
        facts=papers.correction_facts(work, bundle(work, call), correction),
        draw=pdf.correction_pdf,
    )
    return correction


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def ask_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """Questions are asked while the call is published and until their own deadline (C7)."""
    late = call.questions_until is not None and work.today > call.questions_until
    if state(call, work.now) not in ("scheduled", "open") or late:
        yield Refusal(
            "questions_closed",
            _("The time for questions about this call is over."),
            _("Read the answers already published below."),
        )
        return
    since = work.now - timedelta(hours=1)
    recent = (
        select(func.count())
        .select_from(Question)
        .where(Question.call_id == call.id, Question.asked_at > since)
    )
    if int(work.db.execute(recent).scalar_one()) >= QUESTIONS_AN_HOUR:
        yield Refusal(
            "too_many_questions",
            _("Many questions have just arrived about this call."),
            _("Try again in an hour, or telephone the contact of the notice."),
        )


def ask(work: Work, call: Call, form: QuestionForm) -> Question:
    """Anybody asks; who asked is not kept, so that nobody can learn who intends to apply."""
    call = work.hold(call)
    refuse(ask_obstacles(work, call))
    question = Question(call_id=call.id, asked_at=work.now, text=form.text)
    work.db.add(question)
    work.db.flush()
    work.record("call:asked", call, data={"question": question.id})
    return question


def answer(work: Work, question: Question, form: AnswerForm) -> Question:
    """Publish the answer to all. An answer is given once: what groups have read is not rewritten."""
    question = work.hold(question)
    call = work.db.get_one(Call, question.call_id)
    work.require("call:edit", call)
    if question.answered_at is not None:
        raise Refused(
            Refusal(
                "already_answered",
                _("This question is already answered, and groups have read it."),
                _("If the answer was wrong, publish a corrective notice."),
            )
        )
    if call.status != "published":
        raise Refused(Refusal("not_published", _("The call is not published: its questions are closed.")))
    question.answer = form.answer
    question.answered_by_id, question.answered_at = work.actor.id, work.now
    work.db.flush()
    work.record("call:answered", call, data={"question": question.id})
    return question


def add_proof(work: Work, call: Call, upload: Any) -> Document:
    """Keep a proof of publicity: where and when the notice was posted or read on the air (documents.md 1)."""
    call = work.hold(call)
    work.require("call:edit", call)
    if call.published_at is None:
        raise Refused(
            Refusal("not_published", _("The call is not published yet: there is no publicity to prove."))
        )
    if not documents.attached(upload):
        raise Invalid([FieldError("file", _("Choose the file of the attestation."))])
    return documents.add(work, call, "publicity_proof", upload)


def close_register(work: Work, call: Call) -> Call:
    """Note that the register of filings was closed by two people (R15); called by the room that keeps the register."""
    call = work.hold(call)
    if call.register_closed_at is None:
        call.register_closed_at = work.now
        work.db.flush()
        work.record("call:register_closed", call)
    return call


def finalise_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """The result is published once the call is closed."""
    if call.status == "published" and state(call, work.now) != "closed":
        yield Refusal(
            "still_open",
            _("The call is not closed yet: its result cannot be published."),
            _("Wait for the deadline, or cancel the call with a reason."),
        )


def finalise(work: Work, call: Call, form: FinaliseForm) -> Call:
    """Close the call with its result and the reason: awarded, infructueux or abandoned (C10)."""
    call = work.hold(call)
    refuse(finalise_obstacles(work, call))
    work.advance(CALL, call, "finalise", reason=form.reason, outcome=form.outcome)
    return call


def cancel(work: Work, call: Call, reason: str) -> Call:
    """Cancel a call with its reason; what was published stays readable by staff."""
    call = work.hold(call)
    work.advance(CALL, call, "cancel", reason=reason)
    return call
