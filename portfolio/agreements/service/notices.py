"""The mise en demeure as a record: sent, received or not, answered, lifted; its delay runs from the receipt (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portfolio.agreements import queries
from portfolio.agreements.forms import AnswerForm, NoticeForm, ServeForm
from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.rulebook.lifecycles.agreements import FORMAL_NOTICE
from portfolio.work import Work

ALIVE = ("active", "suspended", "closing", "terminated")
ARTICLES = {"unjustified": "Article 12", "breach": "Article 19"}


def notice_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """Only an agreement that is signed obliges the group."""
    if agreement.status not in ALIVE:
        yield Refusal(
            "not_in_force",
            _("The agreement is not in force: it obliges the group to nothing."),
        )


def send_notice(work: Work, agreement: Agreement, form: NoticeForm) -> FormalNotice:
    """Put a group on notice: the letter is numbered, printed with its slip of receipt, and kept; its delay does not run yet."""
    work.require("formal_notice:send", agreement)
    refuse(notice_obstacles(work, agreement))
    tranche = work.db.get(Tranche, form.tranche_id) if form.tranche_id else None
    errors = []
    if tranche is not None and tranche.agreement_id != agreement.id:
        errors.append(FieldError("tranche_id", _("Choose one of the answers proposed.")))
    if form.sent_on > work.today:
        errors.append(
            FieldError("sent_on", _("This date is in the future: record the letter when it leaves."))
        )
    if form.ground == "unjustified" and tranche is None:
        errors.append(FieldError("tranche_id", _("Choose the advance that is not justified.")))
    if form.ground == "breach" and len((form.demand or "").strip()) < 10:
        errors.append(
            FieldError("demand", _("Say in a sentence what the group did not do, and what it must do."))
        )
    if errors:
        raise Invalid(errors)
    due = queries.unjustified_minor(work, tranche) if tranche is not None else 0
    if form.ground == "unjustified" and not due:
        raise Invalid([FieldError("tranche_id", _("Nothing is left to justify on this tranche."))])
    notice = FormalNotice(
        reference=work.number("formal_notice", "formal_notice"),
        agreement_id=agreement.id,
        tranche_id=tranche.id if tranche else None,
        call_id=agreement.call_id,
        group_id=agreement.group_id,
        country=agreement.country,
        ground=form.ground,
        demand=(form.demand or "").strip(),
        article=ARTICLES[form.ground],
        due_minor=due,
        amount_currency=agreement.amount_currency,
        delay_days=form.delay_days,
        means=form.means,
        sent_on=form.sent_on,
        sent_by_id=work.actor.id,
        sent_at=work.now,
    )
    data = {"tranche": tranche.code if tranche else "", "due_minor": due, "delay_days": form.delay_days}
    work.create(notice, "formal_notice:sent", data=data)
    _issue(work, notice)
    return notice


def _issue(work: Work, notice: FormalNotice) -> None:
    from portfolio.agreements.pdf import formal_notice_pdf

    with speaking("fr"):
        documents.issue(
            work,
            kind="formal_notice",
            reference=notice.reference,
            title=_("Formal notice"),
            subject=notice,
            facts=queries.notice_facts(work, notice),
            draw=formal_notice_pdf,
        )


def serve_notice(work: Work, notice: FormalNotice, form: ServeForm) -> None:
    """Record what became of the letter. The delay runs from that day, whether it was received, refused or left unclaimed."""
    notice = work.hold(notice)
    errors = []
    if form.received_on > work.today:
        errors.append(FieldError("received_on", _("This date is in the future. Check the slip.")))
    elif form.received_on < notice.sent_on:
        errors.append(
            FieldError("received_on", _("This date comes before the letter was sent. Check the slip."))
        )
    if form.outcome == "received" and not form.received_by:
        errors.append(FieldError("received_by", _("Say who received the letter.")))
    if form.outcome != "received" and not documents.attached(form.scan):
        errors.append(
            FieldError(
                "scan", _("Attach the postal slip or the record: it shows the refusal or the absence.")
            )
        )
    if errors and notice.status == "sent":
        raise Invalid(errors)
    slip = (
        documents.add(work, notice, "receipt_slip", form.scan, "scan")
        if documents.attached(form.scan)
        else None
    )
    work.advance(
        FORMAL_NOTICE,
        notice,
        "serve",
        outcome=form.outcome,
        received_on=form.received_on,
        received_by=form.received_by or "",
        expires_on=form.received_on + timedelta(days=notice.delay_days),
        receipt_id=slip.id if slip else None,
    )


def answer_notice(work: Work, notice: FormalNotice, form: AnswerForm) -> None:
    """Record the group's answer and what is done with it; the delay goes on unless the notice is lifted."""
    notice = work.hold(notice)
    if notice.received_on and not notice.received_on <= form.replied_on <= work.today:
        raise Invalid(
            [FieldError("replied_on", _("The answer comes after the receipt, and not in the future."))]
        )
    work.advance(
        FORMAL_NOTICE,
        notice,
        "answer",
        replied_on=form.replied_on,
        reply=form.reply,
        follow_up=form.follow_up,
    )


def lift_notice(work: Work, notice: FormalNotice, reason: str) -> None:
    """The group did what was asked, or the letter was wrong: nothing rests on it any more."""
    notice = work.hold(notice)
    work.advance(FORMAL_NOTICE, notice, "lift", reason=reason)
