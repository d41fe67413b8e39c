"""The auditor's first page: eight figures, each a link to its own list, with count and francs; and who holds two links (institution section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select

from portfolio.accounts.models import RoleAssignment
from portfolio.agreements.models import Agreement, Condition, Tranche
from portfolio.applications.models import Application
from portfolio.audit import queries as audit
from portfolio.disbursements.models import Disbursement
from portfolio.documents.models import Document, Paper
from portfolio.funds import queries as funds
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.groups.models import Group, GroupAccount
from portfolio.justifications.models import Expense, Recovery
from portfolio.ledger import queries as ledger
from portfolio.rulebook.permissions import INCOMPATIBLE
from portfolio.rulebook.postings import TREASURY
from portfolio.work import Work

AGES = ((0, 90), (91, 180), (181, 270), (271, None))
"""Ages of advances not justified, in days since the payment."""


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
    """Item 2: one account of the institution; `gap` is what its guard and the ledger do not agree on."""

    account: TreasuryAccount
    books: int
    gap: int


@dataclass(frozen=True)
class Age:
    """Item 4: advances of one age."""

    since: int
    until: int | None
    count: int
    amount: int


@dataclass(frozen=True)
class Advance:
    """One advance not justified."""

    tranche: Tranche
    agreement: Agreement
    group: Group
    left: int
    days: int


@dataclass(frozen=True)
class Act:
    """Item 6 or 8: one kind of act outside the rule, or of paper absent: how many, for how much, and its list."""

    code: str
    count: int
    amount: int
    url: str = ""


@dataclass
class Board:
    """The whole page."""

    integrity: Integrity
    cash: list[Cash]
    funds: list[tuple[Fund, Any]]
    ages: list[Age]
    largest: list[Advance]
    refused: Act
    recoveries: Act
    unordered: Act
    acts: list[Act]
    corrections: ledger.Corrections
    absent: list[Act]
    doubles: list[tuple[str, list[str]]] = field(default_factory=list)
    quick: Act = field(default_factory=lambda: Act("quick", 0, 0))
    delegations: int = 0


def board(work: Work) -> Board:
    """Everything on the auditor's first page."""
    ages, largest = _advances(work)
    refused, unordered = _refused(work)
    return Board(
        integrity=_integrity(work),
        cash=cash(work),
        funds=_funds(work),
        ages=ages,
        largest=largest,
        refused=refused,
        unordered=unordered,
        recoveries=_recoveries(work),
        acts=_acts(work),
        corrections=ledger.corrections(work.db),
        absent=_absent(work),
        doubles=_doubles(work),
        quick=_quick(work),
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


def cash(work: Work) -> list[Cash]:
    """The institution's accounts, with what the ledger says of each."""
    by_account = ledger.table(work.db, "treasury", tuple(TREASURY.values()))
    found = []
    for account in work.db.scalars(select(TreasuryAccount).order_by(TreasuryAccount.code)):
        books = sum(d - c for d, c in by_account.get(account.code, {}).values())
        found.append(Cash(account, books, account.balance_minor - books))
    return found


def _funds(work: Work) -> list[tuple[Fund, Any]]:
    totals = funds.totals(work.db, "fund")
    return [
        (fund, totals.get(fund.code, funds.Totals()))
        for fund in work.db.scalars(select(Fund).order_by(Fund.code))
    ]


def advances(work: Work) -> list[Advance]:
    """Every advance not justified, from the ledger's balance of account 409 by tranche; two queries."""
    nets = {code: net for (code,), net in ledger.nets(work.db, ("tranche",), ["409"]).items() if net and code}
    statement = (
        select(Tranche, Agreement, Group)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Tranche.group_id)
        .where(Tranche.status == "paid", Tranche.modality == "advance")
    )
    found = []
    for tranche, agreement, group in work.db.execute(statement):
        left = nets.get(tranche.code, 0)
        if left > 0:
            days = (work.today - tranche.paid_on).days if tranche.paid_on else 0
            found.append(Advance(tranche, agreement, group, left, days))
    return found


def _advances(work: Work) -> tuple[list[Age], list[Advance]]:
    """Item 4: the ages, and the ten largest."""
    found = advances(work)
    ages = []
    for since, until in AGES:
        mine = [a for a in found if a.days >= since and (until is None or a.days <= until)]
        ages.append(Age(since, until, len(mine), sum(a.left for a in mine)))
    return ages, sorted(found, key=lambda a: (-a.left, a.tranche.code))[:10]


def _refused(work: Work) -> tuple[Act, Act]:
    """Item 5: refused papers, and refused money that no order asks back yet."""
    count, total = work.db.execute(
        select(func.count(), func.coalesce(func.sum(Expense.refused_minor), 0)).where(
            Expense.refused_minor > 0
        )
    ).one()
    asked = work.db.scalar(
        select(func.coalesce(func.sum(Recovery.amount_minor), 0)).where(Recovery.status != "prepared")
    )
    gap = max(0, int(total) - int(asked or 0))
    url = "/justifications"
    return Act("refused", int(count), int(total), url), Act("unordered", 0, gap, url)


def _recoveries(work: Work) -> Act:
    owed = Recovery.amount_minor - Recovery.collected_minor - Recovery.written_off_minor
    count, total = work.db.execute(
        select(func.count(), func.coalesce(func.sum(owed), 0)).where(Recovery.status == "issued")
    ).one()
    return Act("recoveries", int(count), int(total), "/justifications/recoveries?status=issued")


def _acts(work: Work) -> list[Act]:
    """Item 6. Each kind is counted where its own record says so; one query a kind."""
    db = work.db

    def money(code: str, statement: Any, url: str) -> Act:
        count, total = db.execute(statement).one()
        return Act(code, int(count), int(total or 0), url)

    D = Disbursement
    amount = func.coalesce(func.sum(D.amount_minor), 0)
    changed = [
        (paid_at, verified_at, minor)
        for paid_at, verified_at, minor in db.execute(
            select(D.paid_at, GroupAccount.verified_at, D.amount_minor)
            .join(GroupAccount, GroupAccount.id == D.account_id)
            .where(D.status == "paid", GroupAccount.verified_at <= D.paid_at)
        )
        if paid_at and verified_at and paid_at - verified_at < timedelta(days=7)
    ]
    waived = (
        select(func.count(), func.coalesce(func.sum(Tranche.amount_minor), 0))
        .select_from(Condition)
        .join(Tranche, Tranche.id == Condition.tranche_id)
    )
    late = select(func.count(), func.coalesce(func.sum(Application.requested_minor), 0))
    allowed = select(func.count(), func.coalesce(func.sum(Expense.amount_minor), 0))
    return [
        money("waivers", waived.where(Condition.waived_at.is_not(None)), "/agreements"),
        money("late_filed", late.where(_late_admitted()), "/applications"),
        money(
            "cash_paid",
            select(func.count(), amount).where(D.status == "paid", D.account_kind == "cash"),
            "/disbursements",
        ),
        Act("account_changed", len(changed), sum(row[2] for row in changed), "/disbursements"),
        money(
            "same_invoice_allowed",
            allowed.where(Expense.duplicate_by_id.is_not(None)),
            "/justifications",
        ),
        money(
            "early_expense",
            allowed.where(Expense.status == "accepted", _before_signature()),
            "/justifications",
        ),
    ]


def _late_admitted() -> Any:
    from portfolio.audit.models import AuditEvent

    return exists().where(
        AuditEvent.subject_type == "application",
        AuditEvent.subject_id == Application.id,
        AuditEvent.event == "application:late_admitted",
    )


def _before_signature() -> Any:
    return exists().where(
        Agreement.id == Expense.agreement_id, Expense.spent_on < Agreement.signed_by_group_on
    )


def _absent(work: Work) -> list[Act]:
    """Item 8: paid without a scan of the signed convention, without an order as issued, accepted without a photograph of the paper."""
    D = Disbursement
    amount = func.coalesce(func.sum(D.amount_minor), 0)
    unsigned = exists().where(Agreement.id == D.agreement_id, Agreement.signed_scan_id.is_(None))
    ordered = exists().where(Paper.subject_type == "disbursement", Paper.subject_id == D.id)
    scanned = exists().where(Document.subject_type == "expense", Document.subject_id == Expense.id)

    def money(code: str, statement: Any, url: str) -> Act:
        count, total = work.db.execute(statement).one()
        return Act(code, int(count), int(total), url)

    accepted = select(func.count(), func.coalesce(func.sum(Expense.accepted_minor), 0)).where(
        Expense.accepted_minor > 0, ~scanned
    )
    unnumbered = select(func.count(), func.coalesce(func.sum(Expense.accepted_minor), 0)).where(
        Expense.accepted_minor > 0, Expense.voucher_number == ""
    )
    return [
        money(
            "no_signed_scan",
            select(func.count(), amount).where(D.status == "paid", unsigned),
            "/disbursements",
        ),
        money(
            "no_order_paper",
            select(func.count(), amount).where(D.status == "paid", ~ordered),
            "/disbursements",
        ),
        money("no_voucher_scan", accepted, "/justifications"),
        money("no_voucher_number", unnumbered, "/justifications"),
    ]


def _doubles(work: Work) -> list[tuple[str, list[str]]]:
    """People who hold two links of the chain that the law keeps apart."""
    A = RoleAssignment
    today = work.today
    statement = select(A.person_id, A.role).where(
        A.revoked_at.is_(None),
        A.confirmed_at.is_not(None),
        A.starts_on <= today,
        or_(A.ends_on.is_(None), A.ends_on >= today),
    )
    roles: dict[int, set[str]] = {}
    for person, role in work.db.execute(statement):
        roles.setdefault(person, set()).add(role)
    bad = {person: held for person, held in roles.items() if any(pair <= held for pair in INCOMPATIBLE)}
    names = work.around.names_of(work.db, bad)
    return [(names.get(person, ""), sorted(held)) for person, held in sorted(bad.items())]


def _quick(work: Work) -> Act:
    """Payments made less than ten minutes after they were asked for."""
    D = Disbursement
    statement = select(D.requested_at, D.paid_at, D.amount_minor).where(
        D.status == "paid", func.date(D.paid_at) == func.date(D.requested_at)
    )
    rows = [row for row in work.db.execute(statement) if row[1] and row[1] - row[0] < timedelta(minutes=10)]
    return Act("quick", len(rows), sum(row[2] for row in rows), "/disbursements")


def _delegations(work: Work) -> int:
    A = RoleAssignment
    statement = select(func.count()).where(
        A.kind != "own",
        A.revoked_at.is_(None),
        A.starts_on <= work.today,
        or_(A.ends_on.is_(None), A.ends_on >= work.today),
    )
    return int(work.db.scalar(statement) or 0)
