"""The facts of the pages: the same for the visit and for a refused form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement, Tranche
from portfolio.committees import queries as committees
from portfolio.committees.models import Committee, Seat
from portfolio.groups import queries as groups
from portfolio.groups.models import Group
from portfolio.places import queries as places
from portfolio.procurement import reference
from portfolio.procurement.models import Procedure, PurchaseOrder, Quotation, ReceiptLine, Supplier
from portfolio.procurement.queries import records
from portfolio.procurement.queries.accounts import accounts_of, number_of
from portfolio.procurement.queries.handing import handed_lines
from portfolio.procurement.queries.likeness import SUPPLIER_SIGNS, alike_suppliers
from portfolio.procurement.queries.splits import splits, splits_of
from portfolio.rulebook.lifecycles.procurement import SUPPLIER_ACCOUNT
from portfolio.work import Work


def words() -> dict[str, Any]:
    """The words of codes, for templates."""
    return {
        "buyer_words": reference.BUYER_WORDS,
        "category_words": reference.CATEGORY_WORDS,
        "method_words": reference.METHOD_WORDS,
        "channel_words": reference.CHANNEL_WORDS,
        "paper_words": reference.PAPER_WORDS,
        "aside_words": reference.ASIDE_WORDS,
        "receipt_words": reference.RECEIPT_WORDS,
        "tax_words": reference.TAX_WORDS,
        "mark_words": reference.MARK_WORDS,
    }


def _context(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The agreement, group and tranche of a purchase, in one query."""
    agreement, group, tranche = work.db.execute(
        select(Agreement, Group, Tranche)
        .select_from(Agreement)
        .join(Group, Group.id == Agreement.group_id)
        .outerjoin(Tranche, Tranche.id == procedure.tranche_id)
        .where(Agreement.id == procedure.agreement_id)
    ).one()
    return {"procedure": procedure, "agreement": agreement, "group": group, "tranche": tranche, **words()}


def manages(work: Work, procedure: Procedure) -> bool:
    """Whether the actor keeps this file."""
    needed = "procedure:manage_group" if procedure.buyer == "group" else "procedure:manage"
    return work.may(needed, procedure)


def facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """Everything the page of a purchase shows."""
    found = records.bids(work, procedure)
    lines = records.lines(work, procedure)
    prices: dict[int, dict[int, int]] = {}
    if procedure.opening_closed_at is not None:
        for row in records.bid_lines(work, procedure):
            prices.setdefault(row.line_id, {})[row.quotation_id] = row.unit_minor
    order = records.order_of(work, procedure) if procedure.contract_minor is not None else None
    received = records.receipts(work, procedure) if order is not None else []
    latest = records.latest_item(work, procedure) if procedure.sealed and procedure.compared_at else None
    keeps = manages(work, procedure)
    suppliers: list[Supplier] = []
    if keeps and procedure.status in ("need", "quoting") and not procedure.bids_due_at:
        suppliers = invitable(work, procedure, {s.id for _q, s in found})
    people = (procedure.opening_by_id, procedure.opened_by_id)
    return {
        **_context(work, procedure),
        "bids": found,
        "opened": [(q, s) for q, s in found if q.read_minor is not None],
        "retained": next(((q, s) for q, s in found if q.id == procedure.retained_id), None),
        "low": {q.id for q, _s in found if records.is_low(procedure, q)},
        "lines": lines,
        "prices": prices,
        "total_minor": sum(line.amount_minor for line in lines),
        "payable_minor": sum(line.accepted * line.unit_minor for line in lines) if order else 0,
        "order": order,
        "receipts": received,
        "handed_over": any(r.kind == "handover" for r in received),
        "latest": latest,
        "splits": splits_of(work, procedure),
        "keeps": keeps,
        "suppliers": suppliers,
        "openers": work.around.names_of(work.db, {p for p in people if p is not None}),
        "committees": procurement_committees(work)
        if keeps and procedure.status == "compared" and (latest is None or latest[1].status == "no_quorum")
        else [],
        "tolerance": reference.PRICE_TOLERANCE,
    }


def invitable(work: Work, procedure: Procedure, but: set[int]) -> list[Supplier]:
    """Suppliers that may be invited: not excluded, not invited yet; those of the country first."""
    statement = select(Supplier).where(Supplier.blocked_reason == "", Supplier.id.not_in(but))
    order = (Supplier.country != procedure.country, Supplier.folded, Supplier.id)
    return list(work.db.scalars(statement.order_by(*order).limit(500)))


def procurement_committees(work: Work) -> list[Committee]:
    """The committees that decide on purchases."""
    statement = select(Committee).where(Committee.kind == "procurement", Committee.active)
    return list(work.db.scalars(statement.order_by(Committee.name)))


def need_facts(work: Work, agreement: Agreement | None, procedure: Procedure | None = None) -> dict[str, Any]:
    """The page where a need is written."""
    buyers = [
        b for b, p in (("authority", "procedure:manage"), ("group", "procedure:manage_group")) if work.may(p)
    ]
    agreements: list[Agreement] = []
    tranches: list[Tranche] = []
    if agreement is None:
        statement = select(Agreement).where(
            work.within("agreement:view", Agreement), Agreement.status == "active"
        )
        agreements = list(work.db.scalars(statement.order_by(Agreement.reference).limit(500)))
    else:
        statement_t = select(Tranche).where(Tranche.agreement_id == agreement.id).order_by(Tranche.number)
        tranches = list(work.db.scalars(statement_t))
    return {
        "agreement": agreement,
        "agreements": agreements,
        "tranches": tranches,
        "procedure": procedure,
        "lines": records.lines(work, procedure) if procedure else [],
        "buyers": buyers,
        "rules": records.rules(work),
        **words(),
    }


def bid_facts(work: Work, procedure: Procedure, quotation: Quotation) -> dict[str, Any]:
    """The page where one bid is examined."""
    unit = {r.line_id: r for r in records.bid_lines(work, procedure) if r.quotation_id == quotation.id}
    return {
        **_context(work, procedure),
        "quotation": quotation,
        "supplier": work.db.get_one(Supplier, quotation.supplier_id),
        "lines": records.lines(work, procedure),
        "unit": unit,
        "low": records.is_low(procedure, quotation),
        "floor_minor": procedure.estimate_minor * (100 - procedure.low_percent) // 100,
        "tolerance": reference.PRICE_TOLERANCE,
    }


def order_page(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The page where the order is signed."""
    found = records.bids(work, procedure)
    retained = next(((q, s) for q, s in found if q.id == procedure.retained_id), None)
    own: dict[int, int] = {}
    if retained is not None:
        own = {
            r.line_id: r.unit_minor
            for r in records.bid_lines(work, procedure)
            if r.quotation_id == retained[0].id
        }
    lines = records.lines(work, procedure)
    return {
        **_context(work, procedure),
        "retained": retained,
        "lines": lines,
        "own": own,
        "total_minor": sum(line.quantity * own.get(line.id, line.unit_minor) for line in lines),
        "bureau": [o for o in records.bureau(work, procedure) if o.office in ("president", "treasurer")]
        if procedure.buyer == "group"
        else [],
    }


def receive_page(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The page where a reception is recorded: who may receive, who chose and may not."""
    statement = (
        select(Person, Committee.name, Committee.act)
        .join(Seat, Seat.person_id == Person.id)
        .join(Committee, Committee.id == Seat.committee_id)
        .where(Committee.kind == "reception", Committee.active, Seat.active)
        .order_by(Person.full_name)
    )
    chose = records.choosers(work, procedure)
    people: dict[int, tuple[Person, bool]] = {}
    act = ""
    for person, _committee, of_act in work.db.execute(statement):
        people.setdefault(person.id, (person, person.id in chose))
        act = act or of_act
    me = work.db.get(Person, work.actor.id)
    if me is not None and work.may("procedure:receive", procedure):
        people.setdefault(me.id, (me, me.id in chose))
    return {
        **_context(work, procedure),
        "lines": records.lines(work, procedure),
        "order": records.order_of(work, procedure),
        "people": list(people.values()),
        "act": act,
        "at_least": reference.COMMISSION_MEMBERS,
    }


def hand_over_page(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The page where goods are handed over to the group."""
    return {
        **_context(work, procedure),
        "lines": handed_lines(work, procedure),
        "state_words": reference.STATE_WORDS,
        "bureau": records.bureau(work, procedure),
        "names": work.may("group:view_names", procedure),
    }


def session_page(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The page where a session of the committee is planned."""
    return {**_context(work, procedure), "committees": procurement_committees(work)}


def declare_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """What a member reads before declaring: the object, the group and the bidders, nothing of the bids."""
    group = work.db.get_one(Group, procedure.group_id)
    return {
        "reference": procedure.reference,
        "object": procedure.object,
        "group_name": group.name,
        "bidders": [s.name for _q, s in records.bids(work, procedure)],
        "declared": committees.declaration_of(work, work.actor.id, "procedure", procedure.id),
        "number": procedure.id,
    }


def supplier_facts(work: Work, supplier: Supplier) -> dict[str, Any]:
    """The page of a supplier: its orders, and the alerts in which it stands."""
    statement = (
        select(PurchaseOrder, Procedure)
        .join(Procedure, Procedure.id == PurchaseOrder.procedure_id)
        .where(
            PurchaseOrder.supplier_id == supplier.id,
            Procedure.id.in_(records.visible(work).with_only_columns(Procedure.id)),
        )
        .order_by(PurchaseOrder.ordered_on.desc(), PurchaseOrder.id.desc())
        .limit(200)
    )
    orders = [(o, p) for o, p in work.db.execute(statement)]
    return {
        "supplier": supplier,
        "country": places.country_name(supplier.country),
        "orders": orders,
        "total_minor": sum(o.amount_minor for o, _p in orders),
        "splits": splits(work, supplier.id),
        "alike": alike_suppliers(work, supplier),
        "sign_words": SUPPLIER_SIGNS,
        "accounts": [(a, number_of(work, supplier, a)) for a in accounts_of(work, supplier)],
        "account_cycle": SUPPLIER_ACCOUNT,
        "account_kinds": groups.KIND_WORDS,
        **words(),
    }


def rules_facts(work: Work) -> dict[str, Any]:
    """The table of methods."""
    return {"rules": records.rules(work), "may_edit": work.may("method_rule:edit"), **words()}


def receipt_lines(work: Work, ids: list[int]) -> dict[int, list[ReceiptLine]]:
    """Reception → its lines."""
    found: dict[int, list[ReceiptLine]] = {}
    if ids:
        for row in work.db.scalars(
            select(ReceiptLine).where(ReceiptLine.receipt_id.in_(ids)).order_by(ReceiptLine.id)
        ):
            found.setdefault(row.receipt_id, []).append(row)
    return found
