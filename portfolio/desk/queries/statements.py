"""The statements that an auditor asks for first (documents.md 3.4): what is left to pay, and advances by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement, Tranche
from portfolio.awards.models import Commitment
from portfolio.desk.queries import ageing, auditor
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import BudgetLine, Fund
from portfolio.groups.models import Group
from portfolio.ledger import queries as ledger
from portfolio.rulebook.postings import STAGES
from portfolio.work import Work


def frame(work: Work) -> dict[str, Any]:
    """Letterhead of the accounts, day, and who edits."""
    stands, actor, house = ledger.head(work.db), work.maybe_actor, institution(work.today)
    return {
        "letterhead": letterhead(work.today, house.get("accounting") or "Agence comptable"),
        "on": work.today.isoformat(),
        "at": work.now.isoformat(),
        "editor": actor.name if actor else "",
        "editor_function": actor.function if actor else "",
        "editor_role": "accountant" if actor and "accountant" in actor.roles else "",
        "editor_act": act_of(work, actor.id, work.today, "ledger:print") if actor else "",
        "head": {"seq": stands.seq, "hash": stands.hash},
    }


Payable = tuple[str, str, str, int, int, int, int, int]
"""Fund, agreement (or commitment while none is signed), beneficiary, engaged, liquidated, ordered, paid, left to pay."""


def payables(work: Work) -> list[Payable]:
    """Every commitment with what each stage of the chain made of it, by fund: together they are the ledger's own totals. One query."""
    stages = (Tranche.liquidated_minor, Tranche.ordered_minor, Tranche.paid_minor)
    summed = (
        select(Tranche.agreement_id, *(func.sum(stage).label(stage.key) for stage in stages))
        .group_by(Tranche.agreement_id)
        .subquery()
    )
    last = (
        select(func.max(Agreement.id))
        .where(Agreement.commitment_id == Commitment.id, Agreement.signed_at.is_not(None))
        .correlate(Commitment)
        .scalar_subquery()
    )
    engaged = Commitment.amount_minor - Commitment.released_minor
    statement = (
        select(
            Fund.code,
            func.coalesce(Agreement.reference, Commitment.reference),
            Group.name,
            engaged,
            *(func.coalesce(summed.c[stage.key], 0) for stage in stages),
        )
        .join(BudgetLine, BudgetLine.id == Commitment.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .join(Group, Group.id == Commitment.group_id)
        .outerjoin(Agreement, Agreement.id == last)
        .outerjoin(summed, summed.c.agreement_id == Agreement.id)
        .where(Commitment.status != "rejected", engaged > 0)
        .order_by(Fund.code, func.coalesce(Agreement.reference, Commitment.reference))
    )
    found = []
    for fund, file, group, committed, liquidated, ordered, paid in work.db.execute(statement):
        sums = (int(committed), int(liquidated), int(ordered), int(paid))
        found.append((fund, file, group, *sums, sums[0] - sums[3]))
    return found


def aged(work: Work) -> list[auditor.Advance]:
    """Every advance not justified, oldest first."""
    return sorted(auditor.advances(work), key=lambda a: (-a.days, a.tranche.code))


def left_to_pay(work: Work) -> int:
    """What is engaged and not paid, from the ledger's balances."""
    return ledger.net(work.db, [code for code in STAGES["committed"] if code not in STAGES["paid"]])


def payables_facts(work: Work, rows: Sequence[Payable]) -> dict[str, Any]:
    """État des engagements et des restes à payer: all that it prints but its rows."""
    return {
        **frame(work),
        "count": len(rows),
        "left_minor": sum(row[7] for row in rows),
        "ledger_minor": left_to_pay(work),
        "rows": ageing.digest(rows),
    }


def ageing_facts(
    work: Work, dims: Mapping[str, str], age: str, by: str, rows: Sequence[ageing.Row]
) -> dict[str, Any]:
    """Balance âgée des avances non justifiées: all that it prints but its rows."""
    return {**frame(work), **ageing.facts(work, dims, age, by, rows)}
