"""A report on one advance: opened, filled, submitted, examined, validated by a second person, which clears the advance."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select, update

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import move_stage
from portfolio.justifications import queries
from portfolio.justifications.forms import NewReportForm, ReportForm
from portfolio.justifications.models import Expense, ExpenseClearing, Justification
from portfolio.justifications.service.duties import four_eyes
from portfolio.justifications.service.papers import issue_report
from portfolio.justifications.service.twice import twice_refusals
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.justifications import JUSTIFICATION
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def create_obstacles(work: Work, tranche: Tranche) -> Iterator[Refusal]:
    """A report is on an advance that was paid and is not wholly justified, or on a reimbursement that was not asked yet; one report is open
    at a time (R4)."""
    if tranche.modality == "reimbursement":
        yield from _shown_refusals(tranche)
        yield from _open_refusals(work, tranche)
        return
    if tranche.modality != "advance":
        yield Refusal(
            "no_advance",
            _("Tranche %(number)d leaves no advance to justify: it is paid against service done.")
            % {"number": tranche.number},
        )
        return
    if not tranche.paid_minor:
        yield Refusal(
            "not_paid",
            _("Tranche %(number)d has not been paid yet: there is nothing to justify.")
            % {"number": tranche.number},
            way_out=_("Wait for the payment."),
            who=who_may("disbursement:pay"),
        )
        return
    if tranche.cleared_minor + tranche.refused_minor >= tranche.paid_minor:
        yield Refusal(
            "already_cleared",
            _("Tranche %(number)d is wholly justified or repaid.") % {"number": tranche.number},
        )
    yield from _open_refusals(work, tranche)


def _shown_refusals(tranche: Tranche) -> Iterator[Refusal]:
    """The vouchers of a reimbursement come before its request: once asked, what is paid is what was shown."""
    number = {"number": tranche.number}
    if tranche.status != "planned":
        yield Refusal(
            "already_asked",
            _("Tranche %(number)d is already requested or paid: its expenses were to be shown before.")
            % number,
            way_out=_("Enter them on the next tranche, or have the request rejected first."),
            who=who_may("disbursement:reject"),
        )
    elif tranche.shown_minor >= tranche.amount_minor:
        yield Refusal(
            "already_shown",
            _("The expenses accepted already reach the amount of tranche %(number)d.") % number,
            way_out=_("Request the tranche."),
            who=who_may("disbursement:request"),
        )


def _open_refusals(work: Work, tranche: Tranche) -> Iterator[Refusal]:
    if (found := queries.open_report(work, tranche)) is not None:
        yield Refusal(
            "report_open",
            _("Report %(reference)s on this tranche is still open.") % {"reference": found.reference},
            way_out=_("Complete it, or have it validated first."),
            url=f"/justifications/{found.id}",
        )


def _check_period(form: ReportForm) -> None:
    if form.to_on < form.from_on:
        raise Invalid(
            [FieldError("to_on", _("The end of the period comes before its beginning. Check both dates."))]
        )


def create(work: Work, tranche: Tranche, form: ReportForm) -> Justification:
    """Open a report on a tranche."""
    tranche = work.hold(tranche)
    _check_period(form)
    refuse(create_obstacles(work, tranche))
    report = Justification(
        reference=work.number("justification", "justification"),
        agreement_id=tranche.agreement_id,
        tranche_id=tranche.id,
        call_id=tranche.call_id,
        group_id=tranche.group_id,
        country=tranche.country,
        from_on=form.from_on,
        to_on=form.to_on,
        opening_cash_minor=form.opening_cash,
        bank_balance_minor=form.bank_balance,
        own_cash_minor=form.own_cash,
        own_kind_minor=form.own_kind,
        gap_note=form.gap_note or "",
        amount_currency=tranche.amount_currency,
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    data = {"tranche": tranche.code}
    return work.create(report, "justification:created", permission="justification:enter", data=data)


def create_on(work: Work, form: NewReportForm) -> Justification:
    """The same, the tranche chosen in the form."""
    return create(work, queries.get_tranche(work, form.tranche_id), form)


def edit(work: Work, report: Justification, form: ReportForm) -> None:
    """Correct the period and the cash of a report that is still being entered."""
    report = work.hold(report)
    _check_period(form)
    refuse(draft_only(report))
    work.edit(
        report,
        "justification:edited",
        permission="justification:enter",
        version=form.version,
        from_on=form.from_on,
        to_on=form.to_on,
        opening_cash_minor=form.opening_cash,
        bank_balance_minor=form.bank_balance,
        own_cash_minor=form.own_cash,
        own_kind_minor=form.own_kind,
        gap_note=form.gap_note or "",
        overrun_notes=[{"position": row.position, "note": row.note} for row in form.overruns],
    )


def draft_only(report: Justification) -> Iterator[Refusal]:
    """Papers are entered and corrected in a draft; a submitted report is returned first."""
    if report.status != "draft":
        yield Refusal(
            "not_draft",
            _("Report %(reference)s has been submitted: its papers are no longer changed.")
            % {"reference": report.reference},
            way_out=_("Have it returned with a reason, then correct it."),
            who=who_may("justification:review"),
        )


def _count(work: Work, report: Justification, *statuses: str) -> int:
    statement = select(func.count()).where(Expense.justification_id == report.id)
    if statuses:
        statement = statement.where(Expense.status.in_(statuses))
    return int(work.db.scalar(statement) or 0)


def submit_obstacles(work: Work, report: Justification) -> Iterator[Refusal]:
    """A report holds at least one paper, and explains a cash book that does not agree and each line spent beyond the tolerance."""
    if not _count(work, report):
        yield Refusal(
            "no_expense",
            _("The report holds no paper yet."),
            way_out=_("Enter at least one expense."),
            url=f"/justifications/{report.id}/expenses",
        )
    tranche = work.db.get_one(Tranche, report.tranche_id)
    # Who is reimbursed spent money of its own: there is no advance whose cash must agree.
    gap = queries.cash(work, report, tranche).gap if tranche.modality != "reimbursement" else 0
    if gap and not report.gap_note:
        yield Refusal(
            "cash_gap",
            _("The cash book gives %(gap)s more or less than the account: say why.")
            % {"gap": amount(abs(gap))},
            way_out=_("Correct the opening cash or the balance of the account, or explain the difference."),
            missing_minor=abs(gap),
            url=f"/justifications/{report.id}/edit",
        )
    for over in queries.overruns(work, report):
        if over.unexplained:
            yield Refusal(
                "overrun_unexplained",
                _("Line « %(line)s » is %(over)s beyond its budget, more than the tolerance: say why.")
                % {"line": over.use.label, "over": amount(over.minor)},
                way_out=_("Explain it in the report, charge a paper to its own line, or prepare an amendment."),
                missing_minor=over.minor,
                url=f"/justifications/{report.id}/edit",
            )


def submit(work: Work, report: Justification) -> None:
    """Hand the report over for examination."""
    report = work.hold(report)
    refuse(submit_obstacles(work, report))
    work.advance(JUSTIFICATION, report, "submit")


def return_(work: Work, report: Justification, reason: str) -> None:
    """Send the report back for correction."""
    report = work.hold(report)
    work.advance(JUSTIFICATION, report, "return_", reason=reason)


def review_obstacles(work: Work, report: Justification) -> Iterator[Refusal]:
    """Every paper has its verdict: accepted, held or refused."""
    if left := _count(work, report, "presented"):
        yield Refusal(
            "verdicts_missing",
            _("%(n)d papers have no verdict yet.") % {"n": left},
            way_out=_("Accept, hold or refuse each of them."),
            url=f"/justifications/{report.id}/verdicts",
        )


def review(work: Work, report: Justification) -> None:
    """Close the examination."""
    report = work.hold(report)
    refuse(review_obstacles(work, report))
    work.advance(JUSTIFICATION, report, "review")


def resume_review(work: Work, report: Justification, reason: str) -> None:
    """The second verifier sends the report back to the examiner."""
    report = work.hold(report)
    work.advance(JUSTIFICATION, report, "resume_review", reason=reason)


def _to_clear(work: Work, report: Justification) -> list[Expense]:
    """What is accepted and not cleared yet, whatever is still held or refused of the same paper."""
    statement = select(Expense).where(
        Expense.justification_id == report.id, Expense.cleared_minor < Expense.accepted_minor
    )
    return list(work.db.scalars(statement.order_by(Expense.number)))


def validate_obstacles(work: Work, report: Justification) -> Iterator[Refusal]:
    """What would be cleared fits the advance and stands nowhere else (K8), and whoever accepted any of it does not validate it
    (documents.md 3.1)."""
    found = _to_clear(work, report)
    tranche = work.db.get_one(Tranche, report.tranche_id)
    total = sum(e.accepted_minor - e.cleared_minor for e in found)
    if reimbursed := tranche.modality == "reimbursement":
        excess = tranche.shown_minor + total - tranche.amount_minor
        if total and tranche.status != "planned":
            yield from _shown_refusals(tranche)
    else:
        excess = tranche.cleared_minor + tranche.refused_minor + total - tranche.paid_minor
    if excess > 0 and reimbursed:
        yield Refusal(
            "above_tranche",
            _("More is accepted than the tranche reimburses: %(excess)s too much.")
            % {"excess": amount(excess)},
            way_out=_("Reconsider a paper, and accept only the part that the tranche reimburses."),
            who=who_may("justification:review"),
            missing_minor=excess,
        )
    elif excess > 0:
        yield Refusal(
            "above_advance",
            _("More is accepted than was advanced: %(excess)s too much.") % {"excess": amount(excess)},
            way_out=_("Reconsider a paper, and accept only the part that the advance paid for."),
            who=who_may("justification:review"),
            missing_minor=excess,
        )
    yield from twice_refusals(work, found)
    actor = work.maybe_actor
    if actor is not None and any(actor.id in (e.decided_by_id, *e.accepted_by) for e in found):
        yield four_eyes("justification:validate")


def clear_obstacles(work: Work, report: Justification) -> Iterator[Refusal]:
    """Clearing again is for papers accepted since the validation."""
    if not _to_clear(work, report):
        yield Refusal("nothing_to_clear", _("No paper was accepted since the validation."))
    yield from validate_obstacles(work, report)


def validate(work: Work, report: Justification) -> None:
    """Validate the examination: what is accepted is cleared from the advance, in the ledger too."""
    report = work.hold(report)
    refuse(validate_obstacles(work, report))
    work.advance(JUSTIFICATION, report, "validate")
    _clear(work, report)


def clear(work: Work, report: Justification) -> None:
    """Another clearing act, for papers held at the validation and accepted since."""
    report = work.hold(report)
    refuse(clear_obstacles(work, report))
    work.advance(JUSTIFICATION, report, "clear")
    _clear(work, report)


def _clear(work: Work, report: Justification) -> None:
    """One posting for the report, the guard of the tranche, and what each paper contributed."""
    tranche = work.hold(work.db.get_one(Tranche, report.tranche_id))
    total = 0
    for expense in _to_clear(work, report):
        part = expense.accepted_minor - expense.cleared_minor
        moved = work.db.execute(
            update(Expense)
            .where(Expense.id == expense.id, Expense.cleared_minor + part <= Expense.accepted_minor)
            .values(
                cleared_minor=Expense.cleared_minor + part, cleared_by_id=work.actor.id, cleared_at=work.now
            )
            .returning(Expense.cleared_minor)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if moved is None:
            raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
        work.db.expire(expense)
        work.db.add(
            ExpenseClearing(
                expense_id=expense.id,
                amount_minor=part,
                amount_currency=report.amount_currency,
                cleared_by_id=work.actor.id,
                cleared_at=work.now,
            )
        )
        total += part
    if total:
        agreement = work.db.get_one(Agreement, report.agreement_id)
        data = {"amount_minor": total, "tranche": tranche.code}
        if tranche.modality == "reimbursement":
            # Nothing was paid: no account moves before the payment, which is the final expense (657).
            move_stage(work, tranche, "shown", total)
            work.record("expense:shown", report, data=data)
        else:
            move_stage(work, tranche, "cleared", total)
            work.record("expense:cleared", report, data=data)
            dims = agreements.dims(work, agreement, tranche=tranche)
            work.post("expense:cleared", report, {"amount": total}, dims)
    settle_tranche(work, tranche, "clear")
    issue_report(work, report)


def settle_tranche(work: Work, tranche: Tranche, verb: str) -> None:
    """An advance wholly justified or ordered back is cleared: `clear` by the verifier, `settle` by the ordonnateur's order."""
    work.db.refresh(tranche)
    whole = tranche.cleared_minor + tranche.refused_minor == tranche.paid_minor > 0
    if whole and tranche.status == "paid":
        work.advance(TRANCHE, tranche, verb)
