"""Many agreements as they stand, read at once: for what looks at all of them, such as the forecast."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portfolio.agreements.models import Agreement, Condition, ForceMajeure, Proof, Suspension, Tranche
from portfolio.agreements.queries.blockers import SPENT, Snapshot, Standing, standing_of
from portfolio.agreements.queries.stops import Stop
from portfolio.groups.models import GroupAccount
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.work import Work


def snapshots(work: Work, agreements: Mapping[int, Agreement]) -> dict[int, Snapshot]:
    """The same as `snapshot` for each, without what only a first payment asks (debts and flags of the group). Five queries."""
    if not agreements:
        return {}
    tranches: dict[int, dict[int, Tranche]] = {number: {} for number in agreements}
    conditions: dict[int, list[Condition]] = {}
    proofs: dict[int, list[Proof]] = {}
    statement = (
        select(Tranche, Condition, Proof)
        .outerjoin(Condition, Condition.tranche_id == Tranche.id)
        .outerjoin(Proof, Proof.condition_id == Condition.id)
        .where(Tranche.agreement_id.in_(agreements))
        .order_by(Tranche.agreement_id, Tranche.number, Condition.position, Condition.id, Proof.id)
    )
    for tranche, condition, proof in work.db.execute(statement):
        tranches[tranche.agreement_id][tranche.id] = tranche
        rows = conditions.setdefault(tranche.id, [])
        if condition is not None and (not rows or rows[-1] is not condition):
            rows.append(condition)
        if proof is not None:
            proofs.setdefault(condition.id, []).append(proof)
    wanted = {a.bank_account_id for a in agreements.values() if a.bank_account_id}
    accounts = {a.id: a for a in work.db.scalars(select(GroupAccount).where(GroupAccount.id.in_(wanted)))}
    references = [a.reference for a in agreements.values()]
    standings: dict[str, Standing] = {
        str(code): standing_of(sums)
        for code, sums in ledger.table(work.db, "tranche", SPENT, agreement=references).items()
        if code
    }
    stops = _stops(work, agreements)
    return {
        number: Snapshot(
            agreement,
            list(tranches[number].values()),
            conditions,
            accounts.get(agreement.bank_account_id or 0),
            standings,
            stops.get(number, []),
            work.now,
            proofs=proofs,
        )
        for number, agreement in agreements.items()
    }


def _stops(work: Work, agreements: Mapping[int, Agreement]) -> dict[int, list[Stop]]:
    statement = (
        select(Agreement.id, Place.path)
        .join(Place, Place.id == Agreement.place_id)
        .where(Agreement.id.in_(agreements))
    )
    paths = {row.id: row.path for row in work.db.execute(statement)}
    zones = work.db.execute(select(ForceMajeure, Place).join(Place, Place.id == ForceMajeure.place_id)).all()
    found: dict[int, list[Stop]] = {number: [] for number in agreements}
    for number, path in paths.items():
        for fm, zone in zones:
            if f"{path}/".startswith(f"{zone.path}/"):
                found[number].append(Stop(fm.id, fm.starts_on, fm.ends_on, fm.act, zone.name))
    for own in work.db.scalars(select(Suspension).where(Suspension.agreement_id.in_(agreements))):
        found[own.agreement_id].append(Stop(own.id, own.starts_on, own.ends_on, own.act, ""))
    return {number: sorted(rows, key=lambda stop: stop.starts_on) for number, rows in found.items()}
