"""Letters: prepared in a batch, checked by a second person, sent, received; the recours runs from receipt (H5, R11, document 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards.forms import PrepareNoticesForm, ReceiveForm
from portfolio.awards.models import Award, Decision, Notice
from portfolio.awards.pdf import notice_pdf
from portfolio.calls.models import Call
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Forbidden, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.awards import NOTICE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

REPLY = timedelta(days=30)
VALID = timedelta(days=180)
"""How long the conditions and the waiting list hold, unless the form says otherwise."""


def prepare_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """Nothing is notified before a decision is signed."""
    signed = work.db.scalars(
        select(Decision.id).where(Decision.call_id == call.id, Decision.status == "signed")
    ).first()
    if signed is None:
        yield Refusal(
            "no_decision",
            _("No decision is signed for this call: there is nothing to notify yet."),
            who=who_may("decision:sign"),
        )


def prepare_notices(work: Work, call: Call, form: PrepareNoticesForm | None = None) -> list[Notice]:
    """One letter for each file decided and not yet notified, inadmissible and ineligible ones included."""
    work.require("notice:prepare", call)
    refuse(prepare_obstacles(work, call))
    form = form or PrepareNoticesForm()
    errors = [
        FieldError(name, _("This date is past. Choose a day to come."))
        for name in ("reply_by", "valid_until")
        if (day := getattr(form, name)) is not None and day < work.today
    ]
    if errors:
        raise Invalid(errors)
    made = []
    rows = work.db.execute(select(Notice.application_id, Notice.kind).where(Notice.call_id == call.id))
    told = {(row[0], row[1]) for row in rows}
    awards = work.db.execute(
        select(Award, Application)
        .join(Decision, Decision.id == Award.decision_id)
        .join(Application, Application.id == Award.application_id)
        .where(Award.call_id == call.id, Decision.status == "signed")
        .order_by(Award.id)
    )
    for award, application in awards:
        if (application.id, award.outcome) not in told and work.may("notice:prepare", application):
            made.append(_prepare(work, application, award.outcome, award.id, form))
            told.add((application.id, award.outcome))
    early = work.db.scalars(
        select(Application)
        .where(Application.call_id == call.id, Application.status.in_(("inadmissible", "ineligible")))
        .order_by(Application.id)
    )
    for application in early:
        if (application.id, application.status) not in told and work.may("notice:prepare", application):
            made.append(_prepare(work, application, application.status, None, form))
    return made


def _prepare(
    work: Work, application: Application, kind: str, award_id: int | None, form: PrepareNoticesForm
) -> Notice:
    until: date | None = None
    if kind == "awarded":
        until = form.reply_by or work.today + REPLY
    elif kind == "waitlisted":
        until = form.valid_until or work.today + VALID
    notice = Notice(
        reference=work.number("notice", "notice"),
        application_id=application.id,
        call_id=application.call_id,
        group_id=application.group_id,
        country=application.country,
        award_id=award_id,
        kind=kind,
        reply_by=until,
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
    )
    return work.create(notice, "notice:prepared", data={"file": application.reference, "kind": kind})


def check(work: Work, notice: Notice) -> None:
    """A second person has read the letter against the decision."""
    notice = work.hold(notice)
    work.advance(NOTICE, notice, "check")


def send_obstacles(work: Work, notice: Notice) -> Iterator[Refusal]:
    """A letter goes only while it still says what was decided."""
    if notice.award_id is None:
        return
    application = work.db.get_one(Application, notice.application_id)
    award = queries.award_of(work, application)
    if award is None or award.id != notice.award_id:
        yield Refusal(
            "decision_changed",
            _("A later decision concerns file %(file)s: this letter no longer says what was decided.")
            % {"file": application.reference},
        )


def send(work: Work, notice: Notice) -> None:
    """Mark as sent: the letter is printed for good, as checked."""
    notice = work.hold(notice)
    refuse(send_obstacles(work, notice))
    work.advance(NOTICE, notice, "send")
    documents.issue(
        work,
        kind="notice",
        reference=notice.reference,
        title=_("Letter of notification"),
        subject=notice,
        facts=queries.notice_paper(work, notice),
        draw=notice_pdf,
    )


def receive(work: Work, notice: Notice, form: ReceiveForm) -> None:
    """Enter the acknowledgement of receipt: delays and appeals run from its date."""
    notice = work.hold(notice)
    if form.received_on > work.today:
        raise Invalid([FieldError("received_on", _("This date is still to come."))])
    if notice.sent_at is not None and form.received_on < notice.sent_at.date():
        raise Invalid([FieldError("received_on", _("The letter was sent after this date."))])
    work.advance(
        NOTICE,
        notice,
        "receive",
        received_on=form.received_on,
        received_person=form.received_person,
        received_channel=form.received_channel,
    )


@dataclass(frozen=True)
class RowResult:
    """What became of one ticked letter."""

    reference: str
    done: bool
    refusals: list[Refusal] = field(default_factory=list)


def bulk(work: Work, verb: str, notices: Sequence[Notice]) -> list[RowResult]:
    """Check or send the ticked letters, each on its own: a refusal leaves the others done."""
    act = {"check": check, "send": send}[verb]
    found = []
    for notice in notices:
        try:
            act(work, notice)
            found.append(RowResult(notice.reference, True))
        except Refused as error:
            found.append(RowResult(notice.reference, False, error.refusals))
        except Forbidden as error:
            refusal = Refusal("forbidden", error.message or _("You may not do this."))
            found.append(RowResult(notice.reference, False, [refusal]))
    return found
