"""Item 6 of the auditor's first page: acts outside the rule. Each stands in the record that carries it; nothing here forbids, everything is shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, and_, case, exists, extract, func, literal, or_, select
from sqlalchemy import cast as as_
from sqlalchemy.orm import aliased

from portfolio.accounts.models import Person, PersonTwin
from portfolio.agreements.models import Agreement, Condition, Tranche
from portfolio.applications.models import Application
from portfolio.audit.models import AuditEvent
from portfolio.committees.models import Session as Sitting
from portfolio.committees.models import SessionItem
from portfolio.desk.queries.control.rows import Kind, day_of, path
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import bands, cash_limits
from portfolio.documents.models import Document
from portfolio.groups.models import GroupAccount
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.i18n import N_
from portfolio.procurement.models import Procedure, SupplierAccount
from portfolio.work import Work

D = Disbursement
WEEK = 7 * 86_400
"""Seconds that an account must have rested before it is paid without being shown here."""


def seconds(moment: Any) -> Any:
    """A moment as whole seconds, on both engines."""
    return as_(extract("epoch", moment), BigInteger)


def waived(work: Work) -> Any:
    """Conditions of a tranche waived by two people."""
    columns = (
        path("/agreements/{}#condition-{}", Agreement.id, Condition.id),
        Tranche.code,
        Condition.waiver_reason,
        day_of(Condition.waived_at),
        Tranche.amount_minor,
    )
    return (
        columns,
        lambda s: (
            s.join(Tranche, Tranche.id == Condition.tranche_id)
            .join(Agreement, Agreement.id == Tranche.agreement_id)
            .where(Condition.waived_at.is_not(None), work.within("agreement:view", Agreement))
        ),
    )


def out_of_rank(work: Work) -> Any:
    """Files proposed against the ranked list, with the committee's reason (dérogation au classement)."""
    columns = (
        path("/committees/sessions/{}#item-{}", Sitting.id, SessionItem.id),
        SessionItem.subject_ref,
        SessionItem.rank_waiver,
        day_of(Sitting.scheduled_at),
        func.coalesce(SessionItem.proposed_minor, 0),
    )
    return columns, lambda s: s.join(Sitting, Sitting.id == SessionItem.session_id).where(
        SessionItem.rank_waiver != "", work.within("session:view", Sitting)
    )


def late_filed(work: Work) -> Any:
    """Files that came after the close and were admitted by an act."""
    admitted = exists().where(
        AuditEvent.subject_type == "application",
        AuditEvent.subject_id == Application.id,
        AuditEvent.event == "application:late_admitted",
    )
    columns = (
        path("/applications/{}", Application.id),
        Application.reference,
        Application.title,
        day_of(Application.submitted_at),
        func.coalesce(Application.requested_minor, 0),
    )
    return columns, lambda s: s.where(admitted, work.within("application:view", Application))


def bought_directly(work: Work) -> Any:
    """Purchases of the Authority made without asking for competing prices."""
    columns = (
        path("/procurement/{}", Procedure.id),
        Procedure.reference,
        Procedure.object,
        day_of(Procedure.decided_at),
        func.coalesce(Procedure.contract_minor, Procedure.estimate_minor),
    )
    return columns, lambda s: s.where(
        Procedure.buyer == "authority",
        Procedure.method == "direct_purchase",
        Procedure.decided_at.is_not(None),
        work.within("procedure:view", Procedure),
    )


def payment_columns(fragment: str) -> tuple[Any, ...]:
    """A payment as a row; the fragment tells apart the kinds that one payment may stand in."""
    return path(f"/disbursements/{{}}#{fragment}", D.id), D.reference, D.payee, D.paid_on, D.amount_minor


def paid(work: Work) -> tuple[Any, Any]:
    """Payments made, in scope."""
    return D.status == "paid", work.within("disbursement:view", D)


def cash_over(work: Work) -> Any:
    """Paid in cash above the limit that was in force on that day."""
    over = [
        and_(
            D.net_minor > limit.limit_minor,
            D.country == limit.country if limit.country else D.id.is_not(None),
            D.paid_on >= limit.valid_from,
            D.paid_on < limit.valid_to if limit.valid_to else D.id.is_not(None),
        )
        for limit in cash_limits()
    ]
    return payment_columns("cash"), lambda s: s.where(*paid(work), D.account_kind == "cash", or_(*over))


def in_pieces(work: Work) -> Any:
    """Payments that, with the others to the same payee or account in the window, reach a band that none of them reaches alone (M11)."""
    steps = [band for band in bands() if band.from_minor > 0]
    window = max(band.payee_days for band in bands()) * 86_400
    payee = case(
        (D.supplier_id.is_not(None), path("s{}", D.supplier_id)),
        else_=path("g{}", D.group_id),
    )
    account = case((D.account_number != "", path("n{}", D.account_number)), else_=path("d{}", D.id))

    def over(found: Any, *same: Any) -> Any:
        return found.over(partition_by=same, order_by=seconds(D.ordered_at), range_=(-window, 0))

    total, largest = func.sum(D.amount_minor), func.max(D.amount_minor)
    # To the same payee or on the same account: those of both are in both sums, and are taken off once.
    run = (
        select(
            D.id.label("id"),
            (over(total, payee) + over(total, account) - over(total, payee, account)).label("total"),
            over(largest, payee).label("of_payee"),
            over(largest, account).label("of_account"),
        )
        .where(D.status.in_(("ordered", "sent", "paid")), D.ordered_at.is_not(None))
        .subquery()
    )
    reached = or_(
        *(
            and_(
                run.c.total >= step.from_minor,
                run.c.of_payee < step.from_minor,
                run.c.of_account < step.from_minor,
                day_of(D.ordered_at) >= step.valid_from if step.valid_from else D.id.is_not(None),
                day_of(D.ordered_at) < step.valid_to if step.valid_to else D.id.is_not(None),
            )
            for step in steps
        )
    )
    columns = (
        path("/disbursements/{}#split", D.id),
        D.reference,
        D.payee,
        func.coalesce(D.paid_on, day_of(D.ordered_at)),
        D.amount_minor,
    )
    return columns, lambda s: s.join(run, run.c.id == D.id).where(
        reached, work.within("disbursement:view", D)
    )


def requisitioned(work: Work) -> Any:
    """Orders that the accountant refused and the ordonnateur requisitioned in writing (R3)."""
    columns = (
        path("/disbursements/{}#refusals", D.id),
        D.reference,
        D.payee,
        day_of(D.requisitioned_at),
        D.amount_minor,
    )
    return columns, lambda s: s.where(D.requisitioned_at.is_not(None), work.within("disbursement:view", D))


def despite(work: Work) -> Any:
    """Paid by the bank or the operator although something had come to stop the payment after its sending (J9): a freeze, an account retired."""
    told = exists().where(
        AuditEvent.subject_type == "disbursement",
        AuditEvent.subject_id == D.id,
        AuditEvent.event == "disbursement:paid_despite",
    )
    return payment_columns("despite"), lambda s: s.where(*paid(work), told)


def account_changed(work: Work) -> Any:
    """Paid on an account, of a group or of a supplier, verified less than seven days before."""
    recent = or_(
        *(
            exists().where(
                account.id == used,
                account.verified_at <= D.paid_at,
                seconds(D.paid_at) - seconds(account.verified_at) < WEEK,
            )
            for account, used in ((GroupAccount, D.account_id), (SupplierAccount, D.supplier_account_id))
        )
    )
    return payment_columns("account"), lambda s: s.where(*paid(work), recent)


def expense_columns(fragment: str) -> tuple[Any, ...]:
    """A paper as a row; its address is its report's."""
    return (
        path(f"/justifications/{{}}#{fragment}-{{}}", Expense.justification_id, Expense.id),
        Justification.reference,
        Expense.supplier,
        Expense.spent_on,
    )


def of_reports(s: Any, work: Work) -> Any:
    """Papers with their reports, in scope."""
    return s.join(Justification, Justification.id == Expense.justification_id).where(
        work.within("justification:view", Justification)
    )


def same_invoice(work: Work) -> Any:
    """The same invoice or the same scan twice, let through by a named decision (K8)."""
    columns = (*expense_columns("twice"), Expense.amount_minor)
    return columns, lambda s: of_reports(s, work).where(Expense.duplicate_by_id.is_not(None))


def same_scan(work: Work) -> Any:
    """Accepted on a scan that another paper shows too, and that nobody let through: attached after the money was cleared (K8)."""
    mine, other, twin = aliased(Document), aliased(Document), aliased(Expense)
    elsewhere = (
        exists()
        .where(mine.subject_type == "expense", mine.subject_id == Expense.id)
        .where(
            other.sha256 == mine.sha256, other.subject_type == "expense", other.subject_id != mine.subject_id
        )
        .where(twin.id == other.subject_id, twin.status != "refused")
    )
    columns = (*expense_columns("scan"), Expense.accepted_minor)
    return columns, lambda s: of_reports(s, work).where(
        Expense.accepted_minor > 0, Expense.duplicate_by_id.is_(None), elsewhere
    )


def before_signature(work: Work) -> Any:
    """Expenses accepted that were made before the convention was signed."""
    columns = (*expense_columns("early"), Expense.accepted_minor)
    return (
        columns,
        lambda s: (
            of_reports(s, work)
            .join(Agreement, Agreement.id == Expense.agreement_id)
            .where(Expense.accepted_minor > 0, Expense.spent_on < Agreement.signed_by_group_on)
        ),
    )


def two_accounts(work: Work) -> Any:
    """Accounts that look like one person's, said by somebody to be those of two people (M09)."""
    columns = (
        path("/accounts/people/{}#twins", PersonTwin.first_id),
        Person.full_name,
        PersonTwin.reason,
        day_of(PersonTwin.said_at),
        as_(literal(0), BigInteger),
    )
    return (
        columns,
        lambda s: (
            s.select_from(PersonTwin)
            .join(Person, Person.id == PersonTwin.first_id)
            .where(work.within("role:view", Person))
        ),
    )


ACTS: dict[str, Kind] = {
    "waivers": Kind(N_("Conditions waived"), waived),
    "out_of_rank": Kind(N_("Proposed out of the ranked order"), out_of_rank),
    "late_filed": Kind(N_("Late files admitted"), late_filed),
    "direct_awards": Kind(N_("Bought directly, without competing prices"), bought_directly),
    "cash_over": Kind(N_("Paid in cash above the limit"), cash_over),
    "pieces": Kind(N_("Payments to one payee that look split under a threshold"), in_pieces),
    "requisitions": Kind(N_("Paid or to be paid on requisition"), requisitioned),
    "despite": Kind(N_("Paid although stopped since the sending"), despite),
    "account_changed": Kind(N_("Payee account changed less than 7 days before the payment"), account_changed),
    "same_invoice_allowed": Kind(N_("Same invoice or same scan allowed twice"), same_invoice),
    "same_scan": Kind(N_("Same scan on two papers, allowed by nobody"), same_scan),
    "two_accounts": Kind(N_("Two accounts that look like one person's, said to be two people"), two_accounts),
    "early_expense": Kind(N_("Expenses accepted before the signature"), before_signature),
}
"""Code → kind. A new act outside the rule (a réquisition de paiement …) is one row here: its figure and its list follow."""
