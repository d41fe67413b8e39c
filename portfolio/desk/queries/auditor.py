"""The auditor's first page: eight figures, each a link to its own list, with count and francs; and who holds two links (institution section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from portfolio.accounts.models import RoleAssignment
from portfolio.accounts.queries import in_force
from portfolio.audit import queries as audit
from portfolio.desk.queries import control
from portfolio.desk.queries.control import Count
from portfolio.disbursements.models import Disbursement
from portfolio.funds import queries as funds
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.justifications.models import Recovery
from portfolio.justifications.queries import AGES, Advance, advances, aged
from portfolio.kit.i18n import gettext as _
from portfolio.kit.urls import url
from portfolio.ledger import queries as ledger
from portfolio.payments import queries as payments
from portfolio.procurement import queries as procurement
from portfolio.rulebook.permissions import INCOMPATIBLE
from portfolio.rulebook.postings import STAGES, TREASURY
from portfolio.work import Work

__all__ = ["AGES", "Advance", "Age", "Board", "advances", "board", "cash", "last_check"]

CHAIN: dict[str, tuple[str, ...]] = {
    "opened": ("901", "908", "909"),
    "received": ("165",),
    "committed": STAGES["committed"],
    "liquidated": STAGES["liquidated"],
    "ordered": STAGES["ordered"],
    "paid": STAGES["paid"],
    "justified": ("657",),
}
"""The accounts whose balance, in absolute value, is each figure of a fund: the address of the ledger that shows it. What was repaid has the list of
orders instead."""
PAYEES = 5


@dataclass(frozen=True)
class Integrity:
    """Item 1: entries, the last check on record, the first anomaly it found, the last fingerprint."""

    entries: int
    fingerprint: str
    checked_at: datetime | None
    checked_by: str
    anomalies: int
    first: str


@dataclass(frozen=True)
class Cash:
    """Item 2: one account between its books and what was last seen outside of them, with the address of the entries behind its balance."""

    found: payments.Reconciled
    ledger: str
    days: int | None
    """Days since the last statement or count; None when there is none."""

    @property
    def account(self) -> TreasuryAccount:
        """The account of the institution."""
        return self.found.account

    @property
    def books(self) -> int:
        """Its balance in the books, in minor units."""
        return self.found.books_minor


@dataclass(frozen=True)
class Figure:
    """One figure of a fund and the address of the entries, or of the list, that it is the sum of."""

    amount_minor: int
    url: str


@dataclass(frozen=True)
class Age:
    """Item 4: advances of one age."""

    since: int
    until: int | None
    count: int
    amount: int
    url: str


@dataclass(frozen=True)
class Payee:
    """One of those who received the most."""

    name: str
    count: int
    amount_minor: int
    url: str


@dataclass
class Board:
    """The whole page."""

    integrity: Integrity
    cash: list[Cash]
    funds: list[tuple[Fund, list[Figure]]]
    ages: list[Age]
    largest: list[Advance]
    recoveries: Count
    splits: Count
    counts: dict[str, Count]
    payees: list[Payee]
    doubles: list[tuple[int, str]] = field(default_factory=list)
    delegations: int = 0

    def of(self, kinds: dict[str, control.Kind]) -> list[Count]:
        """The counts of these kinds, in their order."""
        return [self.counts[code] for code in kinds]

    @property
    def acts(self) -> list[Count]:
        """Item 6, the purchases that look split among them."""
        return [*self.of(control.ACTS), self.splits]

    @property
    def absent(self) -> list[Count]:
        """Item 8."""
        return self.of(control.ABSENT)

    @property
    def refused(self) -> list[Count]:
        """Item 5, but for the orders to repay."""
        return self.of(control.REFUSED)

    @property
    def duties(self) -> list[Count]:
        """The row of separation."""
        return self.of(control.DUTIES)

    @property
    def corrections(self) -> list[Count]:
        """Item 7."""
        return self.of(control.CORRECTIONS)

    @property
    def unexplained_minor(self) -> int:
        """What nothing explains, all accounts together, whatever its sign."""
        return sum(abs(c.found.unexplained_minor or 0) for c in self.cash)

    @property
    def unseen(self) -> int:
        """Accounts that no statement and no count ever confirmed."""
        return sum(1 for c in self.cash if c.found.seen_minor is None)


def board(work: Work) -> Board:
    """Everything on the auditor's first page."""
    found = advances(work)
    return Board(
        integrity=_integrity(work),
        cash=cash(work),
        funds=_funds(work),
        ages=[_age(found, since, until) for since, until in AGES],
        largest=sorted(found, key=lambda a: (-a.left, a.tranche.code))[:10],
        recoveries=_recoveries(work),
        splits=_splits(work),
        counts=control.counts(work),
        payees=_payees(work),
        doubles=_doubles(work),
        delegations=_delegations(work),
    )


def last_check(work: Work) -> Any:
    """The last check of the books on record."""
    for event in audit.timeline(work.db, ("ledger", 1), limit=50):
        if event.event == "ledger:verified":
            return event
    return None


def _integrity(work: Work) -> Integrity:
    head = ledger.head(work.db)
    event = last_check(work)
    names = work.around.names_of(work.db, {event.actor_id} if event and event.actor_id else set())
    data: dict[str, Any] = dict(event.data) if event else {}
    return Integrity(
        head.seq,
        head.hash,
        event.at if event else None,
        names.get(event.actor_id or 0, "") if event else "",
        int(data.get("anomalies", 0)),
        str(data.get("first", "")),
    )


def _entries(accounts: tuple[str, ...], **dims: str) -> str:
    """The ledger's page of these accounts."""
    return f"{url('desk.ledger')}?{urlencode([*(('account', a) for a in accounts), *dims.items()])}"


def cash(work: Work) -> list[Cash]:
    """The institution's accounts, with what was last seen of each outside the books."""
    return [
        Cash(
            found,
            _entries((TREASURY[found.account.kind],), treasury=found.account.code),
            (work.today - found.seen_on).days if found.seen_on else None,
        )
        for found in payments.reconciled(work)
    ]


def _funds(work: Work) -> list[tuple[Fund, list[Figure]]]:
    totals = funds.totals(work.db, "fund")
    rows = []
    for fund in work.db.scalars(select(Fund).order_by(Fund.code)):
        t = totals.get(fund.code, funds.Totals())
        figures = [
            Figure(getattr(t, name), _entries(accounts, fund=fund.code)) for name, accounts in CHAIN.items()
        ]
        figures.append(Figure(t.returned, url("justifications.recoveries", fund=fund.id)))
        rows.append((fund, figures))
    return rows


def _age(found: list[Advance], since: int, until: int | None) -> Age:
    mine = aged(found, since, until)
    address = url("justifications.advances", age=f"{since}-{until or ''}")
    return Age(since, until, len(mine), sum(a.left for a in mine), address)


def _recoveries(work: Work) -> Count:
    owed = Recovery.amount_minor - Recovery.collected_minor - Recovery.written_off_minor
    count, total = work.db.execute(
        select(func.count(), func.coalesce(func.sum(owed), 0)).where(
            Recovery.status == "issued", work.within("recovery:view", Recovery)
        )
    ).one()
    return Count("recoveries", "", int(count), int(total), url("justifications.recoveries", status="issued"))


def _splits(work: Work) -> Count:
    """Purchases of the Authority cut under the threshold of competition (row 48); the page of alerts shows the same."""
    found = procurement.splits(work)
    words = _("Purchases that look split under a threshold")
    total = sum(s.total_minor for s in found)
    return Count("purchase_splits", words, len(found), total, url("procurement.alerts"))


def _payees(work: Work) -> list[Payee]:
    """The five payees that received the most, groups and suppliers."""
    D = Disbursement
    total = func.sum(D.amount_minor)
    statement = (
        select(D.payee, func.count(), total)
        .where(D.status == "paid", work.within("disbursement:view", D))
        .group_by(D.payee)
        .order_by(total.desc(), D.payee)
        .limit(PAYEES)
    )
    return [
        Payee(name, int(n), int(amount), url("disbursements.index", status="paid", payee=name))
        for name, n, amount in work.db.execute(statement)
    ]


def _doubles(work: Work) -> list[tuple[int, str]]:
    """People who hold two links of the chain that the law keeps apart: (id, name)."""
    statement = select(RoleAssignment.person_id, RoleAssignment.role).where(*in_force(work.today))
    roles: dict[int, set[str]] = {}
    for person, role in work.db.execute(statement):
        roles.setdefault(person, set()).add(role)
    bad = {person for person, held in roles.items() if any(pair <= held for pair in INCOMPATIBLE)}
    names = work.around.names_of(work.db, bad)
    return [(person, names.get(person, "")) for person in sorted(bad)]


def _delegations(work: Work) -> int:
    """People who hold a role by delegation or ad interim today."""
    people = select(func.count(RoleAssignment.person_id.distinct()))
    held = people.where(RoleAssignment.kind != "own", *in_force(work.today))
    return int(work.db.scalar(held) or 0)
