"""Advances not justified, with their age: the days since the payment, less those that force majeure or a suspension stopped (J12, R18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.queries.stops import stopped_days, stops_along
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.work import Work

AGES = ((0, 90), (91, 180), (181, 270), (271, None))
"""Ages of advances not justified, in days since the payment."""
LEFT = Tranche.paid_minor - Tranche.cleared_minor - Tranche.refused_minor
"""What an advance still carries, by the guards of its tranche; the ledger's account 409 says the same, or the books are not whole."""


@dataclass(frozen=True)
class Advance:
    """One advance not justified. `days` is its age; `stopped` the days since the payment that do not count."""

    tranche: Tranche
    agreement: Agreement
    group: Group
    left: int
    days: int
    stopped: int = 0


def carries() -> ColumnElement[bool]:
    """Tranches that carry an advance still to be justified."""
    return (Tranche.modality == "advance") & (Tranche.status == "paid") & (LEFT > 0)


def advances(work: Work) -> list[Advance]:
    """Every advance not justified that the actor may see, from the ledger's balance of account 409 by tranche; three queries."""
    nets = {code: net for (code,), net in ledger.nets(work.db, ("tranche",), ["409"]).items() if net and code}
    statement = (
        select(Tranche, Agreement, Group, Place.path)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Tranche.group_id)
        .join(Place, Place.id == Agreement.place_id)
        .where(
            Tranche.status == "paid",
            Tranche.modality == "advance",
            work.within("justification:view", Tranche),
        )
        .order_by(Tranche.code)
    )
    rows = [row for row in work.db.execute(statement) if nets.get(row[0].code, 0) > 0]
    stops = stops_along(work, {agreement.id: path for _t, agreement, _g, path in rows}) if rows else {}
    found = []
    for tranche, agreement, group, _path in rows:
        paid_on = tranche.paid_on or work.today
        stopped = stopped_days(stops[agreement.id], paid_on + timedelta(days=1), work.today)
        days = (work.today - paid_on).days - stopped
        found.append(Advance(tranche, agreement, group, nets[tranche.code], days, stopped))
    return found


def aged(found: Iterable[Advance], since: int, until: int | None) -> list[Advance]:
    """Those of one age, both bounds included."""
    return [a for a in found if a.days >= since and (until is None or a.days <= until)]


def age_options(_work: Work) -> list[tuple[str, str]]:
    """Ages as choices of a list: the four of the balance âgée, and the two limits that people ask by."""
    words = _("%(since)d to %(until)d days")
    bounded = [(f"{a}-{b}", words % {"since": a, "until": b}) for a, b in AGES if b is not None]
    beyond = _("More than %(days)d days")
    return bounded + [(f"{a}-", beyond % {"days": a - 1}) for a in (91, 181, 271)]


def of_age(work: Work, value: str) -> Any:
    """The clause of an age: by the day of payment, but for those whose days were stopped, which are named one by one."""
    low, _dash, high = value.partition("-")
    since, until = int(low), int(high) if high else None
    moved = [a for a in advances(work) if a.stopped]
    mine = Tranche.id.in_([literal(a.tranche.id, literal_execute=True) for a in aged(moved, since, until)])
    others = Tranche.id.in_([literal(a.tranche.id, literal_execute=True) for a in moved])
    days = [Tranche.paid_on <= work.today - timedelta(days=since)]
    if until is not None:
        days.append(Tranche.paid_on >= work.today - timedelta(days=until))
    return or_(and_(*days, ~others), mine) if moved else and_(*days)
