"""The records of a purchase, and what others say of it: the committee, the bureau of the group, the conditions that wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Select, func, or_, select

from portfolio.agreements.models import Agreement, Condition, Tranche
from portfolio.agreements.queries.served import receptions
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.committees import queries as committees
from portfolio.committees.models import Attendance, Session, SessionItem
from portfolio.documents import queries as documents
from portfolio.groups.models import Officer
from portfolio.kit.errors import NotFound
from portfolio.places.queries import last_day
from portfolio.procurement.models import (
    GoodsReceipt,
    MethodRule,
    OrderLine,
    Procedure,
    PurchaseOrder,
    Quotation,
    QuotationLine,
    Supplier,
)
from portfolio.work import Work


def visible(work: Work) -> Select[Procedure]:
    """The purchases that the actor may see: in scope, and not one with which a link was declared (G4)."""
    return select(Procedure).where(
        work.within("procedure:view", Procedure),
        committees.open_to(work, "procedure:view", "procedure", Procedure.id),
    )


def get(work: Work, number: int) -> Procedure:
    """A purchase; NotFound outside scope, or while a committee member has not declared to have no link with it."""
    statement = visible(work).where(Procedure.id == number)
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def to_declare(work: Work) -> list[Procedure]:
    """Open purchases that the actor would see after declaring to have no link with them (G4). One query."""
    statement = (
        visible_by_scope(work)
        .where(
            Procedure.status.not_in(("received", "fruitless")),
            ~committees.open_to(work, "procedure:view", "procedure", Procedure.id),
            ~committees.linked_clause(work.actor.id, "procedure", Procedure.id),
        )
        .order_by(Procedure.id.desc())
    )
    return list(work.db.scalars(statement.limit(50)))


def visible_by_scope(work: Work) -> Select[Procedure]:
    """The purchases in the actor's scope, declared or not: only their number and object may be shown."""
    return select(Procedure).where(work.within("procedure:view", Procedure))


def supplier(work: Work, number: int) -> Supplier:
    """A supplier of the register, which is common to all: its country is where it trades, not a scope."""
    work.require("procedure:view")
    found = work.db.get(Supplier, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def get_rule(work: Work, number: int) -> MethodRule:
    """A row of the table of methods."""
    return work.fetch(MethodRule, number, "procedure:view")


def quotation(work: Work, procedure: Procedure, number: int) -> Quotation:
    """A bid of this purchase, or NotFound."""
    found = work.db.get(Quotation, number) if 0 < number < 2**62 else None
    if found is None or found.procedure_id != procedure.id:
        raise NotFound
    return found


def get_receipt(work: Work, procedure: Procedure, number: int) -> GoodsReceipt:
    """A reception of this purchase, or NotFound."""
    found = work.db.get(GoodsReceipt, number) if 0 < number < 2**62 else None
    if found is None or found.procedure_id != procedure.id:
        raise NotFound
    return found


def quotations(work: Work, procedure: Procedure) -> list[Quotation]:
    """Everybody invited, in the order of invitation."""
    statement = select(Quotation).where(Quotation.procedure_id == procedure.id)
    return list(work.db.scalars(statement.order_by(Quotation.id)))


def bids(work: Work, procedure: Procedure) -> list[tuple[Quotation, Supplier]]:
    """Everybody invited with the supplier: bids in the order of arrival, then those who sent none. One query."""
    statement = (
        select(Quotation, Supplier)
        .join(Supplier, Supplier.id == Quotation.supplier_id)
        .where(Quotation.procedure_id == procedure.id)
        .order_by(func.coalesce(Quotation.number, 10_000), Quotation.id)
    )
    return [(q, s) for q, s in work.db.execute(statement)]


def last_number(work: Work, procedure: Procedure) -> int:
    """The highest order of arrival given so far."""
    statement = select(func.max(Quotation.number)).where(Quotation.procedure_id == procedure.id)
    return work.db.scalar(statement) or 0


def lines(work: Work, procedure: Procedure) -> list[OrderLine]:
    """The lines of the need, then of the order."""
    statement = select(OrderLine).where(OrderLine.procedure_id == procedure.id)
    return list(work.db.scalars(statement.order_by(OrderLine.position)))


def bid_lines(work: Work, procedure: Procedure) -> list[QuotationLine]:
    """The unit prices of every bid of a purchase. One query."""
    statement = select(QuotationLine).join(Quotation, Quotation.id == QuotationLine.quotation_id)
    return list(work.db.scalars(statement.where(Quotation.procedure_id == procedure.id)))


def order_of(work: Work, procedure: Procedure) -> PurchaseOrder | None:
    """The purchase order, once signed."""
    statement = select(PurchaseOrder).where(PurchaseOrder.procedure_id == procedure.id)
    return work.db.scalars(statement).one_or_none()


def receipts(work: Work, procedure: Procedure) -> list[GoodsReceipt]:
    """Receptions and hand-over, oldest first."""
    statement = select(GoodsReceipt).where(GoodsReceipt.procedure_id == procedure.id)
    return list(work.db.scalars(statement.order_by(GoodsReceipt.received_on, GoodsReceipt.id)))


def of_agreement(work: Work, agreement_id: int) -> list[Procedure]:
    """The purchases inside a grant that the actor may see."""
    statement = visible(work).where(Procedure.agreement_id == agreement_id)
    return list(work.db.scalars(statement.order_by(Procedure.id)))


def is_low(procedure: Procedure, quotation: Quotation) -> bool:
    """Whether a bid is abnormally low by the rule frozen on the file: so many percent below the estimate."""
    if not procedure.low_percent or quotation.corrected_minor is None:
        return False
    return quotation.corrected_minor * 100 < procedure.estimate_minor * (100 - procedure.low_percent)


def rules(work: Work) -> list[MethodRule]:
    """The table of methods, by buyer and amount."""
    order = (MethodRule.buyer, MethodRule.country, MethodRule.from_minor, MethodRule.category, MethodRule.id)
    return list(work.db.scalars(select(MethodRule).order_by(*order)))


def rule_for(
    work: Work, buyer: str, country: str, category: str, amount_minor: int, on: date
) -> MethodRule | None:
    """The rule in force for a purchase: a country's own before the common one, a category's own before any."""
    statement = select(MethodRule).where(
        MethodRule.buyer == buyer,
        MethodRule.country.in_(("", country)),
        MethodRule.category.in_(("any", category)),
        MethodRule.from_minor <= amount_minor,
        or_(MethodRule.to_minor.is_(None), MethodRule.to_minor > amount_minor),
        MethodRule.valid_from <= on,
        or_(MethodRule.valid_to.is_(None), MethodRule.valid_to > on),
    )
    found = list(work.db.scalars(statement))
    found.sort(key=lambda r: (r.country == "", r.category == "any", -r.from_minor, -r.id))
    return found[0] if found else None


def latest_item(work: Work, procedure: Procedure) -> tuple[SessionItem, Session] | None:
    """What the committee said last of this purchase."""
    said = committees.items_about(work, "procedure", procedure.id)
    return said[0] if said else None


def choosers(work: Work, procedure: Procedure) -> set[int]:
    """The people who took part in the choice of the supplier: by their own act, or present at the committee."""
    columns = (
        procedure.opening_by_id,
        procedure.opened_by_id,
        procedure.compared_by_id,
        procedure.decided_by_id,
        procedure.ordered_by_id,
    )
    present = (
        select(Attendance.person_id)
        .join(SessionItem, SessionItem.session_id == Attendance.session_id)
        .where(
            SessionItem.subject_type == "procedure",
            SessionItem.subject_id == procedure.id,
            Attendance.arrived_at.is_not(None),
        )
    )
    return {c for c in columns if c is not None} | set(work.db.scalars(present))


def bureau(work: Work, procedure: Procedure) -> list[Officer]:
    """The bureau of the group today, president first."""
    statement = select(Officer).where(
        Officer.group_id == procedure.group_id,
        Officer.since <= work.today,
        or_(Officer.until.is_(None), Officer.until > work.today),
    )
    return list(work.db.scalars(statement.order_by(Officer.office, Officer.id)))


def waiting_conditions(work: Work, procedure: Procedure, kind: str) -> Sequence[Condition]:
    """The conditions of this kind that wait for the purchase: on its tranche, or when it names none on every tranche that the group itself
    spends: a tranche paid to a supplier waits for the purchase that names it (R4)."""
    statement = (
        select(Condition)
        .join(Tranche, Tranche.id == Condition.tranche_id)
        .where(
            Tranche.agreement_id == procedure.agreement_id,
            Condition.kind == kind,
            Condition.met_at.is_(None),
            Condition.waived_at.is_(None),
        )
        .order_by(Tranche.number, Condition.position)
    )
    if procedure.tranche_id is not None:
        statement = statement.where(Tranche.id == procedure.tranche_id)
    else:
        statement = statement.where(Tranche.modality.not_in(TO_SUPPLIER))
    return work.db.scalars(statement).all()


def payable_minor(work: Work, procedure: Procedure) -> int:
    """What may be paid to the supplier: accepted quantities at the prices of the order, nothing else (document 15)."""
    statement = select(func.coalesce(func.sum(OrderLine.accepted * OrderLine.unit_minor), 0)).where(
        OrderLine.procedure_id == procedure.id
    )
    return int(work.db.scalar(statement) or 0) if procedure.contract_minor is not None else 0


def received_of_tranche(work: Work, tranche_id: int) -> dict[int, int]:
    """What the receptions of the purchases of a tranche accepted, in minor units, by supplier: the service done, and the most that each
    may be paid (R4, document 15). Empty when nothing was ordered for the tranche."""
    total = func.coalesce(func.sum(OrderLine.accepted * OrderLine.unit_minor), 0)
    statement = (
        select(PurchaseOrder.supplier_id, total)
        .join(Procedure, Procedure.id == PurchaseOrder.procedure_id)
        .join(OrderLine, OrderLine.procedure_id == Procedure.id)
        .where(Procedure.tranche_id == tranche_id)
        .group_by(PurchaseOrder.supplier_id)
    )
    return {supplier: int(accepted) for supplier, accepted in work.db.execute(statement)}


def served(work: Work, tranches: list[int]) -> list[int]:
    """Those of some tranches for whose purchases something was accepted at a reception; one query."""
    statement = (
        select(Procedure.tranche_id)
        .join(PurchaseOrder, PurchaseOrder.procedure_id == Procedure.id)
        .join(OrderLine, OrderLine.procedure_id == Procedure.id)
        .where(Procedure.tranche_id.in_(tranches), OrderLine.accepted > 0, OrderLine.unit_minor > 0)
        .distinct()
    )
    return [number for number in work.db.scalars(statement) if number is not None]


def receptions_of_tranche(work: Work, tranche_id: int) -> list[GoodsReceipt]:
    """The reception records of the purchases of a tranche, oldest first: what proves the service done."""
    statement = (
        select(GoodsReceipt)
        .join(Procedure, Procedure.id == GoodsReceipt.procedure_id)
        .where(Procedure.tranche_id == tranche_id, GoodsReceipt.kind != "handover")
    )
    return list(work.db.scalars(statement.order_by(GoodsReceipt.received_on, GoodsReceipt.id)))


def appeal_until(work: Work, procedure: Procedure) -> date | None:
    """The day from which the order may be signed: the delay of appeal after the decision, without the days of a force majeure of the zone
    (R18). None before the decision."""
    if procedure.decided_at is None:
        return None
    decided = procedure.decided_at.date()
    place = work.db.get_one(Agreement, procedure.agreement_id).place_id
    return last_day(work, place, decided, decided + timedelta(days=procedure.appeal_days))


documents.owner("procedure", get)
receptions(served)
