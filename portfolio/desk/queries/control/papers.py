"""Item 8 of the auditor's first page: papers absent behind money that was paid or accepted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, or_

from portfolio.agreements.models import Agreement
from portfolio.awards.models import Decision
from portfolio.committees.models import Session as Sitting
from portfolio.desk.queries.control.acts import D, expense_columns, of_reports, paid, payment_columns
from portfolio.desk.queries.control.rows import Kind
from portfolio.documents.models import Document, Paper
from portfolio.justifications.models import Expense
from portfolio.kit.i18n import N_
from portfolio.work import Work


def _paper(kind: str) -> Any:
    return exists().where(Paper.subject_type == "disbursement", Paper.subject_id == D.id, Paper.kind == kind)


def no_signed_scan(work: Work) -> Any:
    """Paid while no scan of the convention signed by both is kept."""
    unsigned = exists().where(Agreement.id == D.agreement_id, Agreement.signed_scan_id.is_(None))
    return payment_columns("scan"), lambda s: s.where(*paid(work), unsigned)


def no_minutes(work: Work) -> Any:
    """Paid on a decision whose session has no final minutes, or that cites no session at all."""
    final = (
        exists()
        .where(Agreement.id == D.agreement_id)
        .where(Decision.id == Agreement.decision_id)
        .where(Sitting.id == Decision.session_id, Sitting.status == "final")
        .where(Paper.subject_type == "session", Paper.subject_id == Sitting.id, Paper.kind == "minutes")
    )
    return payment_columns("minutes"), lambda s: s.where(*paid(work), ~final)


def no_order(work: Work) -> Any:
    """Paid without a payment order as issued."""
    return payment_columns("order"), lambda s: s.where(*paid(work), ~_paper("order"))


def no_receipt(work: Work) -> Any:
    """Paid without the payee's dated receipt: none was issued, or, in cash, it has no number or names nobody."""
    unnamed = (D.account_kind == "cash") & or_(D.receipt_number.is_(None), D.received_by == "")
    return payment_columns("receipt"), lambda s: s.where(*paid(work), ~_paper("payment_receipt") | unnamed)


def no_voucher_scan(work: Work) -> Any:
    """Accepted without a photograph of the paper."""
    scanned = exists().where(Document.subject_type == "expense", Document.subject_id == Expense.id)
    columns = (*expense_columns("photo"), Expense.accepted_minor)
    return columns, lambda s: of_reports(s, work).where(Expense.accepted_minor > 0, ~scanned)


def no_voucher_number(work: Work) -> Any:
    """Accepted papers that bear no number."""
    columns = (*expense_columns("number"), Expense.accepted_minor)
    return columns, lambda s: of_reports(s, work).where(
        Expense.accepted_minor > 0, Expense.voucher_number == ""
    )


ABSENT: dict[str, Kind] = {
    "no_signed_scan": Kind(N_("Paid without a scan of the signed agreement"), no_signed_scan),
    "no_minutes": Kind(N_("Paid without final minutes of the committee"), no_minutes),
    "no_order_paper": Kind(N_("Paid without an issued payment order"), no_order),
    "no_receipt": Kind(N_("Paid without a dated receipt of the payee"), no_receipt),
    "no_voucher_scan": Kind(N_("Accepted without a photograph of the paper"), no_voucher_scan),
    "no_voucher_number": Kind(N_("Accepted papers without a number"), no_voucher_number),
}
