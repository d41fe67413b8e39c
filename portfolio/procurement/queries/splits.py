"""The detector of splitting: orders to one supplier, each under the threshold of competition, whose sum passes it (row 48, problem 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portfolio.procurement.models import MethodRule, Procedure, PurchaseOrder, Supplier
from portfolio.procurement.queries.records import visible
from portfolio.procurement.reference import SPLIT_DAYS
from portfolio.work import Work


@dataclass(frozen=True)
class SmallOrder:
    """One order under the threshold."""

    reference: str
    procedure_id: int
    ordered_on: date
    amount_minor: int
    object: str
    country: str


@dataclass(frozen=True)
class Split:
    """Orders that together pass the threshold that each stays under."""

    supplier_id: int
    supplier: str
    orders: tuple[SmallOrder, ...]
    total_minor: int
    threshold_minor: int
    days: int
    """From the first order to the last."""


def _threshold(rules: Sequence[MethodRule], country: str, on: date) -> int | None:
    """The lowest amount from which competition is asked of the Authority in a country on a day."""
    amounts = [
        r.from_minor
        for r in rules
        if r.sealed
        and r.country in ("", country)
        and r.valid_from <= on
        and (r.valid_to is None or r.valid_to > on)
    ]
    return min(amounts, default=None)


def splits(work: Work, supplier_id: int | None = None) -> list[Split]:
    """Every run of small orders to one supplier inside ninety days whose sum reaches the threshold; the latest first. Two queries."""
    seen = visible(work).with_only_columns(Procedure.id)
    statement = (
        select(PurchaseOrder, Procedure.id, Procedure.country, Procedure.object, Supplier.name)
        .join(Procedure, Procedure.id == PurchaseOrder.procedure_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(Procedure.buyer == "authority", Procedure.sealed.is_(False), Procedure.id.in_(seen))
        .order_by(PurchaseOrder.supplier_id, PurchaseOrder.ordered_on, PurchaseOrder.id)
    )
    if supplier_id is not None:
        statement = statement.where(PurchaseOrder.supplier_id == supplier_id)
    names: dict[int, str] = {}
    runs: dict[int, list[SmallOrder]] = {}
    for order, procedure_id, country, what, name in work.db.execute(statement):
        names[order.supplier_id] = name
        small = SmallOrder(order.reference, procedure_id, order.ordered_on, order.amount_minor, what, country)
        runs.setdefault(order.supplier_id, []).append(small)
    if not any(len(run) > 1 for run in runs.values()):
        return []
    rules = work.db.scalars(select(MethodRule).where(MethodRule.buyer == "authority")).all()
    found = [split for number, run in runs.items() for split in _runs_over(number, names[number], run, rules)]
    found.sort(key=lambda s: s.orders[-1].ordered_on, reverse=True)
    return found


def _runs_over(number: int, name: str, run: Sequence[SmallOrder], rules: Sequence[MethodRule]) -> list[Split]:
    found: list[Split] = []
    covered = -1
    for start, first in enumerate(run):
        threshold = _threshold(rules, first.country, first.ordered_on)
        if threshold is None:
            continue
        last_day = first.ordered_on + timedelta(days=SPLIT_DAYS)
        within = [
            n
            for n in range(start, len(run))
            if run[n].ordered_on <= last_day and run[n].amount_minor < threshold
        ]
        total = sum(run[n].amount_minor for n in within)
        if len(within) < 2 or total < threshold or within[-1] <= covered:
            continue  # what an earlier run already holds is not said twice
        covered = within[-1]
        orders = tuple(run[n] for n in within)
        days = (orders[-1].ordered_on - orders[0].ordered_on).days
        found.append(Split(number, name, orders, total, threshold, days))
    return found


def splits_of(work: Work, procedure: Procedure) -> list[Split]:
    """The runs in which this purchase stands."""
    if procedure.sealed or procedure.buyer != "authority" or procedure.contract_minor is None:
        return []
    statement = select(PurchaseOrder.supplier_id).where(PurchaseOrder.procedure_id == procedure.id)
    number = work.db.scalar(statement)
    return [s for s in splits(work, number) if any(o.procedure_id == procedure.id for o in s.orders)]
