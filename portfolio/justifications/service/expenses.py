"""Papers: entered in one grid, corrected, numbered, taken out, and their photographs."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.models import AgreementLine
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.documents.service import Upload, add
from portfolio.justifications import queries
from portfolio.justifications.forms import ExpenseForm, GridForm
from portfolio.justifications.models import Expense, Justification, invoice_key
from portfolio.justifications.service.reports import draft_only
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
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
