"""The statements that an auditor asks for first (documents.md 3.4): what is left to pay, advances by age, orders issued, reconciliation;
and what a formal notice says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.awards.models import Commitment
from portfolio.desk.queries import auditor
from portfolio.disbursements.models import Disbursement
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.groups.models import Group
from portfolio.ledger import queries as ledger
from portfolio.work import Work

WAITING = ("ordered", "sent")
"""Orders signed by the ordonnateur and not yet paid."""


def _frame(work: Work) -> dict[str, Any]:
    """Letterhead of the accounts, day, and who edits."""
    stands, actor, house = ledger.head(work.db), work.maybe_actor, institution(work.today)
    return {
        "letterhead": letterhead(work.today, house.get("accounting") or "Agence comptable"),
        "on": work.today.isoformat(),
        "at": work.now.isoformat(),
        "editor": actor.name if actor else "",
        "editor_function": actor.function if actor else "",
        "head": {"seq": stands.seq, "hash": stands.hash},
    }


def payable_rows(work: Work) -> list[dict[str, Any]]:
    """Per grant: committed, liquidated, ordered, paid, left to pay; two queries."""
    stages = (Tranche.liquidated_minor, Tranche.ordered_minor, Tranche.paid_minor)
    summed = {
        row[0]: row[1:]
        for row in work.db.execute(
            select(Tranche.agreement_id, *(func.sum(stage) for stage in stages)).group_by(
                Tranche.agreement_id
            )
        )
    }
    statement = (
        select(Agreement, Group.name, Commitment.amount_minor - Commitment.released_minor)
        .join(Group, Group.id == Agreement.group_id)
        .join(Commitment, Commitment.id == Agreement.commitment_id)
        .where(work.within("agreement:view", Agreement), Agreement.signed_at.is_not(None))
        .order_by(Agreement.reference)
    )
    rows = []
    for agreement, group, committed in work.db.execute(statement):
        liquidated, ordered, paid = (int(n or 0) for n in summed.get(agreement.id, (0, 0, 0)))
        rows.append(
            {
                "agreement": agreement.reference,
                "group": group,
                "committed_minor": int(committed),
                "liquidated_minor": liquidated,
                "ordered_minor": ordered,
                "paid_minor": paid,
                "left_minor": int(committed) - paid,
            }
        )
    return rows


def payables(work: Work) -> dict[str, Any]:
    """État des engagements et des restes à payer."""
    return {**_frame(work), "rows": payable_rows(work)}


def aged(work: Work) -> list[auditor.Advance]:
    """Every advance not justified, oldest first."""
    return sorted(auditor.advances(work), key=lambda a: (-a.days, a.tranche.code))


def ageing(work: Work) -> dict[str, Any]:
    """Balance âgée des avances non justifiées: one row an advance, its sum in the column of its age."""
    rows = [
        {
            "agreement": a.agreement.reference,
            "tranche": a.tranche.number,
            "group": a.group.name,
            "paid_on": a.tranche.paid_on.isoformat() if a.tranche.paid_on else None,
            "days": a.days,
            "left_minor": a.left,
        }
        for a in aged(work)
    ]
    return {**_frame(work), "rows": rows, "ages": [list(age) for age in auditor.AGES]}


def waiting_orders(work: Work) -> list[tuple[Fund, int, int]]:
    """The funds that have orders to issue: how many, for how much."""
    statement = (
        select(Fund, func.count(Disbursement.id), func.sum(Disbursement.amount_minor))
        .join(Agreement, Agreement.fund_id == Fund.id)
        .join(Disbursement, Disbursement.agreement_id == Agreement.id)
        .where(work.within("disbursement:view", Disbursement), Disbursement.status.in_(WAITING))
        .group_by(Fund.id)
        .order_by(Fund.code)
    )
    return [(fund, int(count), int(total)) for fund, count, total in work.db.execute(statement)]


def dispatch(work: Work, fund: Fund) -> dict[str, Any]:
    """Bordereau d'émission et ordre de virement collectif: the orders of one fund that wait for the bank."""
    statement = (
        select(Disbursement, Agreement.reference)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .where(
            work.within("disbursement:view", Disbursement),
            Disbursement.status.in_(WAITING),
            Agreement.fund_id == fund.id,
        )
        .order_by(Disbursement.reference)
    )
    account = work.db.scalars(
        select(TreasuryAccount)
        .where(TreasuryAccount.fund_id == fund.id, TreasuryAccount.kind == "bank", TreasuryAccount.active)
        .order_by(TreasuryAccount.code)
    ).first()
    return {
        **_frame(work),
        "fund": f"{fund.code} — {fund.name}",
        "source": f"{account.label}, n° {account.number}"
        if account and account.number
        else account.label
        if account
        else "",
        "currency": fund.amount_currency,
        "rows": [
            {
                "order": d.reference,
                "agreement": agreement,
                "payee": d.payee,
                "bank": d.account_provider,
                "account": d.account_number,
                "kind": d.account_kind,
                "amount_minor": d.amount_minor,
            }
            for d, agreement in work.db.execute(statement)
        ],
    }


def accounts(work: Work) -> Sequence[auditor.Cash]:
    """The institution's accounts with their balance in the books."""
    return [cash for cash in auditor.cash(work) if cash.account.active]


def reconciliation(
    work: Work,
    cash: auditor.Cash,
    statement_on: date,
    statement_minor: int,
    gaps: Sequence[tuple[str, date | None, int]],
) -> dict[str, Any]:
    """État de rapprochement: the books, the statement, the rows that explain the gap with their age, what stays unexplained."""
    explained = sum(amount for _label, _on, amount in gaps)
    return {
        **_frame(work),
        "account": cash.account.label,
        "number": cash.account.number,
        "kind": cash.account.kind,
        "currency": cash.account.amount_currency,
        "books_minor": cash.books,
        "statement_on": statement_on.isoformat(),
        "statement_minor": statement_minor,
        "gaps": [
            {
                "label": label,
                "on": on.isoformat() if on else None,
                "days": (work.today - on).days if on else None,
                "amount_minor": amount,
            }
            for label, on, amount in gaps
        ],
        "unexplained_minor": cash.books - statement_minor - explained,
    }
