"""Papers: entered in one grid, decided one by one or all at once, never twice in two grants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, AgreementLine
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.documents.service import Upload, add
from portfolio.justifications import queries
from portfolio.justifications.forms import AcceptForm, ExpenseForm, GridForm, VerdictsForm
from portfolio.justifications.models import Expense, Justification, invoice_key
from portfolio.justifications.queries.caps import caps_on, taken
from portfolio.justifications.queries.progress import percent_words
from portfolio.justifications.service.reports import draft_only
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.justifications import EXPENSE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _row_errors(work: Work, report: Justification, form: ExpenseForm, at: str = "") -> list[FieldError]:
    """What the shape alone cannot say: the date, the line, the number or its reason."""
    errors = []
    if form.spent_on > work.today:
        errors.append(FieldError(f"{at}spent_on", _("This date is in the future. Check the paper.")))
    if not form.voucher_number and not form.no_number_reason:
        errors.append(
            FieldError(
                f"{at}no_number_reason",
                _("Type the number of the paper, or say why it has none: « sans numéro : motif »."),
            )
        )
    if form.line_id is not None:
        line = work.db.get(AgreementLine, form.line_id)
        if line is None or line.agreement_id != report.agreement_id:
            errors.append(FieldError(f"{at}line_id", _("Choose one of the answers proposed.")))
    return errors


def _values(form: ExpenseForm) -> dict[str, Any]:
    return {
        "spent_on": form.spent_on,
        "kind": form.kind,
        "supplier": form.supplier,
        "tax_number": form.tax_number or "",
        "voucher_number": form.voucher_number or "",
        "no_number_reason": "" if form.voucher_number else form.no_number_reason or "",
        "description": form.description or "",
        "agreement_line_id": form.line_id,
        "method": form.method,
        "amount_minor": form.amount,
        "invoice_key": invoice_key(form.supplier, form.voucher_number or "", form.spent_on, form.amount),
    }


def _store(work: Work, report: Justification, form: ExpenseForm) -> Expense:
    number = form.number or queries.next_number(work, report.agreement_id)
    expense = Expense(
        justification_id=report.id,
        agreement_id=report.agreement_id,
        country=report.country,
        number=number,
        amount_currency=report.amount_currency,
        presented_by_id=work.actor.id,
        presented_at=work.now,
        **_values(form),
    )
    data = {"report": report.reference, "number": number, "amount_minor": form.amount}
    return work.create(expense, "expense:presented", data=data)


def present(work: Work, report: Justification, form: ExpenseForm) -> Expense:
    """Enter one paper in a draft report."""
    report = work.hold(report)
    work.require("justification:enter", report)
    refuse(draft_only(report))
    if errors := _row_errors(work, report, form):
        raise Invalid(errors)
    if form.number and form.number in {e.number for e in queries.expenses(work, report)}:
        raise Invalid([_taken("number", form.number)])
    return _store(work, report, form)


def _taken(field: str, number: int) -> FieldError:
    return FieldError(
        field,
        _("Number %(n)d stands on another row. Numbers are those written on the papers.") % {"n": number},
    )


def present_all(work: Work, report: Justification, form: GridForm) -> int:
    """Keep the whole grid: new rows, corrections, rows taken out; all or nothing. The number of rows kept."""
    report = work.hold(report)
    work.require("justification:enter", report)
    refuse(draft_only(report))
    kept = {e.id: e for e in queries.expenses(work, report)}
    errors: list[FieldError] = []
    numbers: dict[int, int] = {}
    for at, row in enumerate(form.lines):
        errors += _row_errors(work, report, row, f"lines-{at}-")
        if row.id is not None and row.id not in kept:
            raise NotFound
        if row.number is not None and not row.drop:
            if row.number in numbers:
                errors.append(_taken(f"lines-{at}-number", row.number))
            numbers[row.number] = at
    touched = {row.id for row in form.lines if row.id is not None}
    for expense in kept.values():
        if expense.id not in touched and expense.number in numbers:
            errors.append(_taken(f"lines-{numbers[expense.number]}-number", expense.number))
    if errors:
        raise Invalid(errors)
    _renumber(
        work, [(kept[row.id], row.number) for row in form.lines if row.id and not row.drop and row.number]
    )
    for row in form.lines:
        if row.id is None and not row.drop:
            _store(work, report, row)
        elif row.id is not None and row.drop:
            _withdraw(work, kept[row.id])
        elif row.id is not None:
            expense = work.hold(kept[row.id])
            work.edit(expense, "expense:edited", permission="justification:enter", **_values(row))
    return len([row for row in form.lines if not row.drop])


def _renumber(work: Work, wanted: list[tuple[Expense, int]]) -> None:
    """Numbers may change places: through numbers that no paper has, so that two rows never hold one for an instant."""
    moved = [(expense, number) for expense, number in wanted if expense.number != number]
    for at, (expense, _number) in enumerate(moved):
        work.hold(expense)
        expense.number = -1 - at
    work.db.flush()
    for expense, number in moved:
        expense.number = number
    work.db.flush()


def _withdraw(work: Work, expense: Expense) -> None:
    report = queries.report_of(work, expense)
    data = {"number": expense.number, "amount_minor": expense.amount_minor, "supplier": expense.supplier}
    if documents.of(work, expense):
        raise Refused(
            Refusal(
                "has_papers",
                _("Row %(n)d has photographs attached: it is not taken out.") % {"n": expense.number},
                way_out=_("Correct the row instead."),
            )
        )
    work.record("expense:withdrawn", report, data=data)
    work.db.delete(expense)
    work.db.flush()


def _open(expense: Expense, report: Justification) -> Iterator[Refusal]:
    """Verdicts are given while a report is examined; a held paper also after its validation."""
    if report.status == "submitted":
        return
    if report.status == "validated" and expense.status in ("queried", "accepted", "refused"):
        return
    if report.status == "reviewed":
        yield Refusal(
            "examination_closed",
            _("The examination of report %(reference)s is closed.") % {"reference": report.reference},
            way_out=_("Have it sent back to the examiner, with a reason."),
            who=who_may("justification:validate"),
        )
        return
    yield Refusal(
        "not_submitted",
        _("Report %(reference)s has not been submitted: its papers are not examined yet.")
        % {"reference": report.reference},
        way_out=_("Submit the report first."),
        who=who_may("justification:submit"),
    )


def accept_obstacles(work: Work, expense: Expense, line_id: int | None = None) -> Iterator[Refusal]:
    """What forbids to accept a paper: pro forma, same invoice elsewhere, no line of the budget (K2, K8)."""
    report = queries.report_of(work, expense)
    yield from _open(expense, report)
    agreement = work.db.get_one(Agreement, expense.agreement_id)
    same = queries.same_invoice(work, [expense]).get(expense.id, [])
    end = agreements.end_of(work, agreement)
    for flag in queries.flags(expense, agreement, report, 1, same, end=end):
        if not flag.blocks or (flag.code == "no_line" and line_id is not None):
            continue
        way_out, who = _("Refuse it with its reason."), who_may("justification:review")
        if flag.code == "same_invoice":
            way_out = _("Refuse it, or have a second person allow it with a reason.")
            who = who_may("justification:validate")
        elif flag.code == "no_line":
            way_out = _("Choose its budget line, or refuse it: it is not in the agreed budget.")
        yield Refusal(flag.code, f"N° {expense.number}. {flag.words}", way_out=way_out, who=who)


def cap_refusals(
    work: Work, agreement: Agreement, expense: Expense, line_id: int | None, accepted: int
) -> Iterator[Refusal]:
    """A category of costs takes no more of the grant than its cap on the day of the expense (K1). Locks the agreement: two examiners add in turn."""
    caps = caps_on(work, expense, line_id)
    if caps:
        agreement = work.hold(agreement)
    for cap in caps:
        most, used = agreements.most(cap, agreement), taken(work, agreement, cap.lines, expense.id)
        over = used + accepted - most
        if over <= 0:
            continue
        left = max(0, most - used)
        facts = {
            "n": expense.number,
            "category": cap.category,
            "percent": percent_words(cap.tenths),
            "most": amount(most),
            "used": amount(used),
            "asked": amount(accepted),
            "over": amount(over),
            "left": amount(left),
        }
        yield Refusal(
            "category_cap",
            _(
                "N° %(n)d. « %(category)s » may take %(percent)s of the grant, %(most)s; "
                "%(used)s are accepted, and %(asked)s more would be %(over)s too much."
            )
            % facts,
            way_out=_("Accept %(left)s at most, and refuse the rest with this reason.") % facts
            if left
            else _("Refuse it with this reason: the category has taken all it may."),
            who=who_may("justification:review"),
            missing_minor=over,
            url=f"/agreements/{agreement.id}/caps",
        )


def accept(work: Work, expense: Expense, form: AcceptForm) -> None:
    """Accept a paper wholly or in part; the rest of it is refused. A reason is asked for a part, and against a flag."""
    expense = work.hold(expense)
    if form.line_id is not None:
        line = work.db.get(AgreementLine, form.line_id)
        if line is None or line.agreement_id != expense.agreement_id:
            raise Invalid([FieldError("line_id", _("Choose one of the answers proposed."))])
    refuse(accept_obstacles(work, expense, form.line_id))
    accepted = expense.amount_minor if form.accepted is None else form.accepted
    if not 0 < accepted <= expense.amount_minor:
        words = _("Accept an amount from 1 to %(amount)s; to accept nothing, refuse the paper.")
        raise Invalid([FieldError("accepted", words % {"amount": amount(expense.amount_minor)})])
    reason = (form.reason or "").strip()
    report = queries.report_of(work, expense)
    agreement = work.db.get_one(Agreement, expense.agreement_id)
    refuse(cap_refusals(work, agreement, expense, form.line_id or expense.agreement_line_id, accepted))
    end = agreements.end_of(work, agreement)
    asks = [f for f in queries.flags(expense, agreement, report, 1, end=end) if f.reasoned]
    if (accepted < expense.amount_minor or asks) and len(reason) < 10:
        words = asks[0].words if asks else _("The paper is accepted in part only.")
        raise Invalid([FieldError("reason", _("%(why)s Give the reason in a sentence.") % {"why": words})])
    work.advance(
        EXPENSE,
        expense,
        "accept",
        reason=reason or None,
        permission_on=report,
        data={"accepted_minor": accepted, "flags": [f.code for f in asks]},
        accepted_minor=accepted,
        refused_minor=expense.amount_minor - accepted,
        verdict_reason=reason,
        agreement_line_id=form.line_id or expense.agreement_line_id,
    )


def query(work: Work, expense: Expense, reason: str) -> None:
    """Hold a paper: something is asked of the group."""
    expense = work.hold(expense)
    report = queries.report_of(work, expense)
    refuse(_open(expense, report))
    work.advance(
        EXPENSE, expense, "query", reason=reason, permission_on=report,
        accepted_minor=0, refused_minor=0, verdict_reason=reason,
    )  # fmt: skip


def refuse_expense(work: Work, expense: Expense, reason: str) -> None:
    """Refuse a paper: it is not an expense of the grant."""
    expense = work.hold(expense)
    report = queries.report_of(work, expense)
    refuse(_open(expense, report))
    work.advance(
        EXPENSE, expense, "refuse", reason=reason, permission_on=report,
        accepted_minor=0, refused_minor=expense.amount_minor, verdict_reason=reason,
    )  # fmt: skip


def reconsider_obstacles(work: Work, expense: Expense) -> Iterator[Refusal]:
    """What the ledger has cleared is corrected by a contre-passation; what is ordered back, by a new paper."""
    if expense.cleared_minor:
        yield Refusal(
            "already_cleared",
            _("Paper n° %(n)d has been cleared in the ledger.") % {"n": expense.number},
            way_out=_("Reverse the clearing entry first."),
            who=who_may("ledger:reverse"),
        )


def reconsider(work: Work, expense: Expense, reason: str) -> None:
    """Take a verdict back: the paper is held again."""
    expense = work.hold(expense)
    refuse(reconsider_obstacles(work, expense))
    report = queries.report_of(work, expense)
    work.advance(
        EXPENSE, expense, "reconsider", reason=reason, permission_on=report,
        accepted_minor=0, refused_minor=0, verdict_reason=reason,
    )  # fmt: skip


def allow_duplicate(work: Work, expense: Expense, reason: str) -> None:
    """A second person says why the same invoice elsewhere is no obstacle (K8): for instance one invoice shared by two grants."""
    expense = work.hold(expense)
    report = queries.report_of(work, expense)
    work.require("justification:validate", report)
    if work.actor.id in (expense.presented_by_id, expense.decided_by_id):
        raise Refused(
            Refusal(
                "four_eyes",
                _("Separation of duties: you already acted on this record. A second person must do this."),
                who=who_may("justification:validate"),
            )
        )
    expense.duplicate_reason, expense.duplicate_by_id = reason, work.actor.id
    work.db.flush()
    work.record("expense:duplicate_cleared", expense, reason=reason)


def decide_all(work: Work, report: Justification, form: VerdictsForm) -> int:
    """The verdicts of the examination grid, all or none; how many were given. Errors stand beside their rows."""
    by_id = {e.id: e for e in queries.expenses(work, report)}
    errors: list[FieldError] = []
    refusals: list[Refusal] = []
    given = 0
    for at, row in enumerate(form.lines):
        if not row.verdict:
            continue
        if (expense := by_id.get(row.id)) is None:
            raise NotFound
        try:
            if row.verdict == "accept":
                accept(
                    work, expense, AcceptForm(accepted=row.accepted, line_id=row.line_id, reason=row.reason)
                )
            elif row.verdict == "query":
                query(work, expense, row.reason or "")
            else:
                refuse_expense(work, expense, row.reason or "")
        except Invalid as bad:
            errors += [FieldError(f"lines-{at}-{e.field}", e.message) for e in bad.errors]
        except Refused as bad:
            refusals += bad.refusals
        else:
            given += 1
    if not (given or errors or refusals):
        errors.append(FieldError("", _("Choose at least one verdict.")))
    if errors:
        raise Invalid(errors)
    if refusals:
        raise Refused(*refusals)
    return given


def attach(work: Work, expense: Expense, upload: Upload) -> Document:
    """Attach a photograph or scan to a paper."""
    expense = work.hold(expense)
    work.require("justification:enter", queries.report_of(work, expense))
    return add(work, expense, "voucher", upload)


def attach_many(work: Work, report: Justification, uploads: list[Upload]) -> tuple[int, list[str]]:
    """Photographs in one go: `12.jpg` or `12-recu.pdf` goes to paper n° 12; the names that say no number stay with the report."""
    report = work.hold(report)
    work.require("justification:enter", report)
    by_number = {e.number: e for e in queries.expenses(work, report)}
    placed, loose = 0, []
    for upload in uploads:
        name = (upload.filename or "").rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
        digits = "".join(c for c in name[: len(name) - len(name.lstrip("0123456789"))])
        expense = by_number.get(int(digits)) if digits and len(digits) <= 6 else None
        add(work, expense or report, "voucher", upload, field="files")
        placed += expense is not None
        if expense is None:
            loose.append(name)
    return placed, loose
