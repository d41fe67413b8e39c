"""The records behind a grant, a payment or a voucher, in the order of the chain: call, application, decision, agreement, payment, report …"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portfolio.agreements.models import Agreement, FormalNotice
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment, Decision, Notice
from portfolio.calls.models import Call
from portfolio.closures.models import Closure
from portfolio.committees.models import Session as Sitting
from portfolio.disbursements.models import Disbursement
from portfolio.justifications import queries as reports
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.urls import url
from portfolio.payments.models import PaymentBatch
from portfolio.procurement.models import Procedure
from portfolio.projects.models import Project, Visit
from portfolio.rulebook.sampling import CALL_PAPERS, READS_WHOLE, SITTING_PAPERS
from portfolio.work import Work


@dataclass(frozen=True)
class Link:
    """One record of the chain. `papers` keeps to these kinds where the record is not of this grant alone; `through` is the record whose
    door opens it, when it has none of its own."""

    stage: str
    subject_type: str
    subject_id: int
    reference: str
    papers: frozenset[str] | None = None
    through: tuple[str, int] | None = None

    @property
    def door(self) -> tuple[str, int]:
        """The record that must open to the reader."""
        return self.through or (self.subject_type, self.subject_id)


@dataclass(frozen=True)
class Dossier:
    """A file: of what, whose, its page, and the records that it gathers."""

    kind: str
    id: int
    reference: str
    agreement: Agreement
    url: str
    links: list[Link]


def _call(work: Work, agreement: Agreement) -> Iterator[Link]:
    call = work.db.get_one(Call, agreement.call_id)
    yield Link("call", "call", call.id, call.reference or call.code, CALL_PAPERS)


def _award(work: Work, agreement: Agreement) -> Iterator[Link]:
    file = work.db.get_one(Application, agreement.application_id)
    yield Link("application", "application", file.id, file.reference or "")
    decision = work.db.get_one(Decision, agreement.decision_id)
    if decision.session_id is not None:
        sitting = work.db.get_one(Sitting, decision.session_id)
        yield Link("award", "session", sitting.id, sitting.reference or "", SITTING_PAPERS)
    commitment = work.db.get_one(Commitment, agreement.commitment_id)
    yield Link("award", "commitment", commitment.id, commitment.reference)
    yield Link("award", "decision", decision.id, decision.reference)
    for notice in _of(work, Notice, Notice.application_id == agreement.application_id):
        yield Link("award", "notice", notice.id, notice.reference)


def _of(work: Work, model: Any, *clauses: Any) -> Iterable[Any]:
    return work.db.scalars(select(model).where(*clauses).order_by(model.id)).all()


def _payments(work: Work, *clauses: Any) -> Iterator[Link]:
    found = list(_of(work, Disbursement, *clauses))
    for paid in found:
        yield Link("payments", "disbursement", paid.id, paid.reference)
    names = sorted({paid.batch_reference for paid in found if paid.batch_reference})
    for batch in _of(work, PaymentBatch, PaymentBatch.reference.in_(names)) if names else ():
        yield Link("payments", "payment_batch", batch.id, batch.reference)


def _execution(work: Work, agreement: Agreement) -> Iterator[Link]:
    for bought in _of(work, Procedure, Procedure.agreement_id == agreement.id):
        yield Link("execution", "procedure", bought.id, bought.reference)
    visits = (
        select(Visit)
        .join(Project, Project.id == Visit.project_id)
        .where(Project.agreement_id == agreement.id)
    )
    for visit in work.db.scalars(visits.order_by(Visit.id)):
        yield Link("execution", "visit", visit.id, visit.reference)


def _reports(work: Work, *clauses: Any, vouchers: Any = None) -> Iterator[Link]:
    for report in _of(work, Justification, *clauses):
        yield Link("justification", "justification", report.id, report.reference)
        mine = Expense.justification_id == report.id
        wanted = select(Expense.id, Expense.number).where(mine, *([] if vouchers is None else [vouchers]))
        for number, position in work.db.execute(wanted.order_by(Expense.number)):
            name = f"{report.reference}/{position}"
            yield Link("justification", "expense", number, name, through=("justification", report.id))


def _after(work: Work, agreement: Agreement, *clauses: Any) -> Iterator[Link]:
    """Notices and orders to repay, and the closing."""
    for notice in _of(work, FormalNotice, FormalNotice.agreement_id == agreement.id):
        yield Link(
            "recovery", "formal_notice", notice.id, notice.reference, through=("agreement", agreement.id)
        )
    for order in _of(work, Recovery, Recovery.agreement_id == agreement.id, *clauses):
        yield Link("recovery", "recovery", order.id, order.reference)
    for closure in _of(work, Closure, Closure.agreement_id == agreement.id):
        yield Link("closure", "closure", closure.id, closure.reference)


def _before(work: Work, agreement: Agreement) -> Iterator[Link]:
    yield from _call(work, agreement)
    yield from _award(work, agreement)
    yield Link("agreement", "agreement", agreement.id, agreement.reference)


def _grant(work: Work, number: int) -> Dossier:
    agreement = work.fetch(Agreement, number, "agreement:view")
    links = [
        *_before(work, agreement),
        *_payments(work, Disbursement.agreement_id == number),
        *_execution(work, agreement),
        *_reports(work, Justification.agreement_id == number),
        *_after(work, agreement),
    ]
    return Dossier(
        "agreement", number, agreement.reference, agreement, url("agreements.show", id=number), links
    )


def _payment(work: Work, number: int) -> Dossier:
    paid = work.fetch(Disbursement, number, "disbursement:view")
    agreement = work.fetch(Agreement, paid.agreement_id, "agreement:view")
    tranche = paid.tranche_id
    links = [
        *_before(work, agreement),
        *_payments(work, Disbursement.id == number),
        *_execution(work, agreement),
        *_reports(work, Justification.tranche_id == tranche),
        *_after(work, agreement, Recovery.tranche_id == tranche),
    ]
    return Dossier("payment", number, paid.reference, agreement, url("disbursements.show", id=number), links)


def _voucher(work: Work, number: int) -> Dossier:
    paper = reports.get_expense(work, number)
    report = reports.report_of(work, paper)
    agreement = work.fetch(Agreement, paper.agreement_id, "agreement:view")
    links = [
        *_before(work, agreement),
        *_payments(work, Disbursement.tranche_id == report.tranche_id, Disbursement.status == "paid"),
        *_execution(work, agreement),
        *_reports(work, Justification.id == report.id, vouchers=Expense.id == number),
        *_after(work, agreement, Recovery.tranche_id == report.tranche_id),
    ]
    name = f"{report.reference}/{paper.number}"
    return Dossier("voucher", number, name, agreement, url("justifications.expense", id=number), links)


KINDS: dict[str, Callable[[Work, int], Dossier]] = {
    "agreement": _grant,
    "payment": _payment,
    "voucher": _voucher,
}


def find(work: Work, kind: str, number: int) -> Dossier:
    """The file of a grant, a payment or a voucher. NotFound: no such thing, or out of scope. Forbidden: a link of its chain is not read by
    the reader, so that he cannot have it whole."""
    if kind not in KINDS:
        raise NotFound
    found = KINDS[kind](work, number)
    for permission in READS_WHOLE:
        work.require(permission, found.agreement)
    return found


def words(dossier: Dossier) -> str:
    """What it is the file of."""
    made = {
        "agreement": _("File of agreement %(reference)s"),
        "payment": _("File of payment %(reference)s"),
        "voucher": _("File of voucher %(reference)s"),
    }
    return made[dossier.kind] % {"reference": dossier.reference}
