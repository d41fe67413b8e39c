"""Many agreements as they stand, read at once: for what looks at all of them, such as the forecast."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portfolio.agreements.models import Agreement, Condition, Proof, Tranche
from portfolio.agreements.queries.blockers import SPENT, Snapshot, Standing, standing_of
from portfolio.agreements.queries.served import served
from portfolio.agreements.queries.stops import stops_along
from portfolio.groups.models import GroupAccount
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.work import Work


def snapshots(work: Work, agreements: Mapping[int, Agreement]) -> dict[int, Snapshot]:
    """The same as `snapshot` for each, without what only a first payment asks (debts and flags of the group). Three queries, one more
    where a supplier is paid."""
    if not agreements:
        return {}
    tranches: dict[int, dict[int, Tranche]] = {number: {} for number in agreements}
    conditions: dict[int, list[Condition]] = {}
    proofs: dict[int, list[Proof]] = {}
    accounts: dict[int, GroupAccount] = {}
    paths: dict[int, str] = {}
    statement = (
        select(Tranche, Condition, Proof, GroupAccount, Place.path)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Place, Place.id == Agreement.place_id)
        .outerjoin(GroupAccount, GroupAccount.id == Agreement.bank_account_id)
        .outerjoin(Condition, Condition.tranche_id == Tranche.id)
        .outerjoin(Proof, Proof.condition_id == Condition.id)
        .where(Tranche.agreement_id.in_(agreements))
        .order_by(Tranche.agreement_id, Tranche.number, Condition.position, Condition.id, Proof.id)
    )
    for tranche, condition, proof, account, path in work.db.execute(statement):
        paths[tranche.agreement_id] = path
        if account is not None:
            accounts[account.id] = account
        tranches[tranche.agreement_id][tranche.id] = tranche
        rows = conditions.setdefault(tranche.id, [])
        if condition is not None and (not rows or rows[-1] is not condition):
            rows.append(condition)
        if proof is not None:
            proofs.setdefault(condition.id, []).append(proof)
    references = [a.reference for a in agreements.values()]
    standings: dict[str, Standing] = {
        str(code): standing_of(sums)
        for code, sums in ledger.table(work.db, "tranche", SPENT, agreement=references).items()
        if code
    }
    stops = stops_along(work, paths)
    had = served(work, [t for some in tranches.values() for t in some.values()])
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
            served=had,
        )
        for number, agreement in agreements.items()
    }
