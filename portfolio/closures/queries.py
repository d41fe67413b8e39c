"""What closing a grant looks at: every room above it in life, to the franc (M4, domain C17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement, Amendment, Tranche
from portfolio.awards.models import Commitment
from portfolio.closures.models import Closure
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.grievances.models import Grievance
from portfolio.groups.models import Group
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.missions import queries as missions
from portfolio.procurement.models import GoodsReceipt, OrderLine, Procedure
from portfolio.projects.models import Project
from portfolio.work import Work

PERMISSION = "closure:view"
OPEN_PAYMENTS = ("requested", "liquidated", "visaed", "ordered", "sent")


def visible(work: Work) -> Select[Closure]:
    """The closures that the actor may see."""
    return select(Closure).where(work.within(PERMISSION, Closure))


def get(work: Work, number: int) -> Closure:
    """One closure; NotFound outside scope."""
    return work.fetch(Closure, number, PERMISSION)


def of_agreement(work: Work, agreement: Agreement) -> Closure | None:
    """The closure of a grant, or None."""
    return work.db.scalars(select(Closure).where(Closure.agreement_id == agreement.id)).one_or_none()


@dataclass(frozen=True)
class Figures:
    """The account of a grant in minor units: payé = justifié + reversé (+ admis en non-valeur), engagé = payé + dégagé."""

    committed: int
    paid: int
    justified: int
    repaid: int
    written_off: int

    @property
    def released(self) -> int:
        """Committed and never to be paid: goes back to the line at the signature."""
        return self.committed - self.paid

    @property
    def unexplained(self) -> int:
        """Paid, and neither justified nor repaid nor written off: must be zero."""
        return self.paid - self.justified - self.repaid - self.written_off


def figures(work: Work, agreement: Agreement) -> Figures:
    """From the guards of the tranches and of the orders to repay, which `ledger verify` derives again; three queries.

    What was paid against service done, or as reimbursement or in kind, is cleared by its payment (R4)."""
    row = work.db.execute(
        select(
            func.coalesce(func.sum(Tranche.paid_minor), 0), func.coalesce(func.sum(Tranche.cleared_minor), 0)
        ).where(Tranche.agreement_id == agreement.id)
    ).one()
    back = work.db.execute(
        select(
            func.coalesce(func.sum(Recovery.collected_minor), 0),
            func.coalesce(func.sum(Recovery.written_off_minor), 0),
        ).where(Recovery.agreement_id == agreement.id)
    ).one()
    commitment = work.db.get_one(Commitment, agreement.commitment_id)
    # Whole, whatever a termination or the closing has released already: the account reads engagé = payé + dégagé.
    return Figures(
        commitment.amount_minor,
        int(row[0]),
        int(row[1]),
        int(back[0]),
        int(back[1]),
    )


@dataclass(frozen=True)
class Open:
    """What is still open, by kind: references to name in the refusal."""

    tranches: list[str]
    payments: list[str]
    reports: list[str]
    held: list[str]
    recoveries: list[str]
    amendments: list[str]
    procedures: list[str]
    unhanded: list[str]
    grievances: list[str]
    findings: list[str]


def still_open(work: Work, agreement: Agreement) -> Open:
    """Everything that is open around a grant; nine short queries, each by an index on the agreement."""

    def names(statement: Any) -> list[str]:
        return [str(value) for value in work.db.scalars(statement.limit(20))]

    mine = agreement.id
    unfinished = (Tranche.status.in_(("planned", "requested"))) | (
        (Tranche.status == "paid") & (Tranche.modality == "advance")
    )
    return Open(
        names(select(Tranche.code).where(Tranche.agreement_id == mine, unfinished).order_by(Tranche.number)),
        names(
            select(Disbursement.reference).where(
                Disbursement.agreement_id == mine, Disbursement.status.in_(OPEN_PAYMENTS)
            )
        ),
        names(
            select(Justification.reference).where(
                Justification.agreement_id == mine, Justification.status != "validated"
            )
        ),
        names(
            select(Expense.number)
            .where(
                Expense.agreement_id == mine,
                (Expense.status.in_(("presented", "queried")))
                | (Expense.cleared_minor < Expense.accepted_minor),
            )
            .order_by(Expense.number)
        ),
        names(
            select(Recovery.reference).where(
                Recovery.agreement_id == mine, Recovery.status.in_(("prepared", "issued"))
            )
        ),
        names(
            select(Amendment.reference).where(
                Amendment.agreement_id == mine, Amendment.status.in_(("draft", "submitted", "approved"))
            )
        ),
        names(
            select(Procedure.reference).where(
                Procedure.agreement_id == mine, Procedure.status.not_in(("received", "fruitless"))
            )
        ),
        names(
            select(Procedure.reference)
            .where(
                Procedure.agreement_id == mine,
                Procedure.buyer == "authority",
                Procedure.status == "received",
                ~exists().where(GoodsReceipt.procedure_id == Procedure.id, GoodsReceipt.kind == "handover"),
            )
            .order_by(Procedure.id)
        ),
        names(
            select(Grievance.reference)
            .join(Project, Project.id == Grievance.project_id)
            .where(Project.agreement_id == mine, Grievance.status != "closed")
        ),
        missions.holding(work, agreement),
    )


def unreported_since(work: Work, agreement: Agreement) -> date | None:
    """The last payment of an advance spent by the group, when no accepted report runs beyond it: the final report is missing."""
    spent = select(func.max(Tranche.paid_on)).where(
        Tranche.agreement_id == agreement.id, Tranche.modality == "advance", Tranche.cleared_minor > 0
    )
    told = select(func.max(Justification.to_on)).where(
        Justification.agreement_id == agreement.id, Justification.status == "validated"
    )
    paid, until = work.db.scalar(spent), work.db.scalar(told)
    return paid if paid is not None and (until is None or until < paid) else None


def equipment(work: Work, agreement: Agreement) -> list[dict[str, Any]]:
    """The goods received or handed over for a grant, with the paper that says so (document 20: inventory list)."""
    papers: dict[int, str] = {}
    statement = (
        select(GoodsReceipt.procedure_id, GoodsReceipt.reference)
        .join(Procedure, Procedure.id == GoodsReceipt.procedure_id)
        .where(Procedure.agreement_id == agreement.id)
        .order_by(GoodsReceipt.id)
    )
    for procedure_id, reference in work.db.execute(statement):
        papers[procedure_id] = reference
    goods = (
        select(OrderLine)
        .join(Procedure, Procedure.id == OrderLine.procedure_id)
        .where(Procedure.agreement_id == agreement.id, Procedure.status == "received")
        .order_by(OrderLine.procedure_id, OrderLine.position)
    )
    return [
        {
            "label": line.label,
            "quantity": line.quantity,
            "serials": line.serials,
            "amount_minor": line.amount_minor,
            "paper": papers.get(line.procedure_id, ""),
        }
        for line in work.db.scalars(goods)
    ]


def reports(work: Work, agreement: Agreement) -> list[Justification]:
    """The accepted reports, oldest first."""
    statement = select(Justification).where(
        Justification.agreement_id == agreement.id, Justification.status == "validated"
    )
    return list(work.db.scalars(statement.order_by(Justification.id)))


def amendments(work: Work, agreement: Agreement) -> list[str]:
    """The signed amendments by their references."""
    statement = select(Amendment.reference).where(
        Amendment.agreement_id == agreement.id, Amendment.status == "signed"
    )
    return list(work.db.scalars(statement.order_by(Amendment.number)))


def facts(work: Work, closure: Closure) -> dict[str, Any]:
    """All that the page of a closure shows."""
    agreement = work.db.get_one(Agreement, closure.agreement_id)
    return {
        "closure": closure,
        "agreement": agreement,
        "group": work.db.get_one(Group, agreement.group_id),
        "figures": figures(work, agreement),
        "reports": reports(work, agreement),
        "equipment": equipment(work, agreement),
        "amendments": amendments(work, agreement),
        "prepared_by": work.db.get(Person, closure.prepared_by_id) if closure.prepared_by_id else None,
        "cleared_by": work.db.get(Person, closure.cleared_by_id) if closure.cleared_by_id else None,
        "papers": documents.shown(work, closure),
    }


def new_facts(work: Work, agreement: Agreement) -> dict[str, Any]:
    """What the page that prepares a closure shows."""
    return {
        "agreement": agreement,
        "group": work.db.get_one(Group, agreement.group_id),
        "figures": figures(work, agreement),
        "reports": reports(work, agreement),
        "equipment": equipment(work, agreement),
    }
