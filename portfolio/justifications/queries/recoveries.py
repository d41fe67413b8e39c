"""Orders to repay: what may be seen, how they were reckoned, what came back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.agreements.queries.stops import pushed, stops
from portfolio.disbursements import queries as payments
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.funds import queries as funds
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.models import Group
from portfolio.justifications.models import Deduction, Expense, Justification, Recovery, RecoveryReceipt
from portfolio.justifications.queries.progress import Progress, of_tranche
from portfolio.kit.money import amount
from portfolio.work import Work

PERMISSION = "recovery:view"


def visible_recoveries(work: Work) -> Select[Recovery]:
    """The orders to repay that the actor may see."""
    return select(Recovery).where(work.within(PERMISSION, Recovery))


def get_recovery(work: Work, number: int) -> Recovery:
    """One order to repay; NotFound outside scope."""
    return work.fetch(Recovery, number, PERMISSION)


def recoveries_of(work: Work, tranche: Tranche) -> list[Recovery]:
    """The orders on one tranche, oldest first."""
    statement = select(Recovery).where(Recovery.tranche_id == tranche.id)
    return list(work.db.scalars(statement.order_by(Recovery.id)))


def receipts_of(work: Work, recovery: Recovery) -> list[tuple[RecoveryReceipt, TreasuryAccount]]:
    """The quittances of an order, oldest first, with the account that received."""
    statement = (
        select(RecoveryReceipt, TreasuryAccount)
        .join(TreasuryAccount, TreasuryAccount.id == RecoveryReceipt.treasury_account_id)
        .where(RecoveryReceipt.recovery_id == recovery.id)
        .order_by(RecoveryReceipt.id)
    )
    return [(receipt, account) for receipt, account in work.db.execute(statement)]


def refused_papers(work: Work, tranche: Tranche) -> list[Expense]:
    """The papers of a tranche refused in whole or in part."""
    statement = (
        select(Expense)
        .join(Justification, Justification.id == Expense.justification_id)
        .where(Justification.tranche_id == tranche.id, Expense.refused_minor > 0)
    )
    return list(work.db.scalars(statement.order_by(Expense.number)))


def prepared_minor(work: Work, tranche: Tranche, but: int | None = None) -> int:
    """What other orders, prepared and not signed yet, already ask back on this tranche."""
    statement = select(func.coalesce(func.sum(Recovery.amount_minor), 0)).where(
        Recovery.tranche_id == tranche.id, Recovery.status == "prepared"
    )
    if but is not None:
        statement = statement.where(Recovery.id != but)
    return int(work.db.scalar(statement) or 0)


def refused_unasked(work: Work, tranche: Tranche) -> int:
    """What papers of this advance were refused for and no order, prepared or signed, asks back yet; in minor units."""
    refused = (
        select(func.coalesce(func.sum(Expense.refused_minor), 0))
        .join(Justification, Justification.id == Expense.justification_id)
        .where(Justification.tranche_id == tranche.id)
        .scalar_subquery()
    )
    asked = select(func.coalesce(func.sum(Recovery.for_refused_minor), 0)).where(
        Recovery.tranche_id == tranche.id, Recovery.status != "cancelled"
    )
    return max(0, int(work.db.scalar(select(refused - asked.scalar_subquery())) or 0))


def proposed(work: Work, tranche: Tranche, progress: Progress) -> int:
    """What there is to ask back to the franc: received less accepted, held and already asked."""
    waiting = progress.waiting + progress.queried
    asked = tranche.refused_minor + prepared_minor(work, tranche)
    return max(0, tranche.paid_minor - progress.accepted - waiting - asked)


def notice_options(work: Work, agreement: Agreement, tranche: Tranche) -> list[tuple[str, str]]:
    """The formal notices that an order on this tranche may rest on, as choices."""
    return [
        (str(n.id), n.reference)
        for n in agreements.notices_of(work, agreement)
        if n.status != "lifted" and n.tranche_id in (None, tranche.id)
    ]


def owed(recovery: Recovery) -> int:
    """What is still to come back, in minor units."""
    if recovery.status in ("prepared", "written_off", "cancelled"):
        return 0
    return recovery.amount_minor - recovery.collected_minor - recovery.written_off_minor


def repay_by(work: Work, recovery: Recovery) -> date:
    """The last day to repay: the order's own, pushed back by force majeure in the zone of the grant since the order (R18)."""
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    since = (recovery.issued_at or recovery.prepared_at).date()
    return pushed(stops(work, agreement.place_id), since, recovery.due_on, work.today)


def deductions_of(work: Work, recovery: Recovery) -> list[tuple[Deduction, Disbursement]]:
    """What payments take or took off an order, oldest first."""
    statement = (
        select(Deduction, Disbursement)
        .join(Disbursement, Disbursement.id == Deduction.disbursement_id)
        .where(Deduction.recovery_id == recovery.id)
        .order_by(Deduction.id)
    )
    return [(row, paid) for row, paid in work.db.execute(statement)]


def open_claims(work: Work, group_id: int, fund_id: int) -> list[Recovery]:
    """The orders to repay of a group on one fund that are signed and not settled, oldest first."""
    statement = (
        select(Recovery)
        .join(Agreement, Agreement.id == Recovery.agreement_id)
        .where(
            Recovery.group_id == group_id,
            Agreement.fund_id == fund_id,
            Recovery.status == "issued",
            Recovery.collected_minor + Recovery.written_off_minor + Recovery.held_minor < Recovery.amount_minor,
        )
    )
    return list(work.db.scalars(statement.order_by(Recovery.id)))


def recovery_facts(work: Work, recovery: Recovery) -> dict[str, Any]:
    """All that the page of an order to repay shows."""
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    fund = funds.fund(work, agreement.fund_id)
    accounts = funds.treasury_options(work, fund) if recovery.status == "issued" else []
    return {
        "recovery": recovery,
        "agreement": agreement,
        "tranche": tranche,
        "group": work.db.get_one(Group, recovery.group_id),
        "progress": of_tranche(work, tranche),
        "refused": refused_papers(work, tranche),
        "receipts": receipts_of(work, recovery),
        "owed": owed(recovery),
        "asked": owed(recovery) - recovery.held_minor,
        "deductions": deductions_of(work, recovery),
        "payments": [
            (str(d.id), f"{d.reference} · {amount(d.net_minor, d.amount_currency)}")
            for d in payments.to_deduct_from(work, recovery.group_id, agreement.fund_id)
        ]
        if recovery.status == "issued"
        else [],
        "notice": work.db.get(FormalNotice, recovery.formal_notice_id) if recovery.formal_notice_id else None,
        "notices": notice_options(work, agreement, tranche) if recovery.status == "prepared" else [],
        "repay_by": repay_by(work, recovery),
        "accounts": [(str(a.id), f"{a.code} · {a.label}") for a in accounts],
        "papers": documents.shown(work, recovery),
    }
