"""Reading funds, credits and cash. Totals come from the ledger's own balances; guard columns only guard (R5, R12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portfolio.funds.models import BudgetLine, Donor, Fund, MoneyReceipt, TreasuryAccount
from portfolio.kit.db import Base
from portfolio.kit.errors import NotFound
from portfolio.kit.money import amount
from portfolio.ledger.queries import table
from portfolio.rulebook.postings import STAGES, TREASURY, Dims
from portfolio.work import Work

CASH = tuple(TREASURY.values())


def visible(work: Work) -> Select[Fund]:
    """The funds that the actor may see."""
    return select(Fund).where(work.within("fund:view", Fund))


def get(work: Work, number: int) -> Fund:
    """One fund as its page shows it; NotFound outside scope."""
    return work.fetch(Fund, number, "fund:view")


def get_line(work: Work, number: int) -> BudgetLine:
    """One budget line as its page shows it; NotFound outside scope."""
    return work.fetch(BudgetLine, number, "fund:view")


def get_receipt(work: Work, number: int) -> MoneyReceipt:
    """One receipt of money; NotFound outside scope."""
    return work.fetch(MoneyReceipt, number, "money_receipt:view")


def get_account(work: Work, number: int) -> TreasuryAccount:
    """One account of the institution; NotFound outside scope."""
    return work.fetch(TreasuryAccount, number, "treasury:view")


def _by_id(work: Work, model: type[Any], number: int) -> Any:
    found = work.db.get(model, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def line(work: Work, number: int) -> BudgetLine:
    """The line a downstream verb charges; whoever may do that verb needs no right on funds."""
    found: BudgetLine = _by_id(work, BudgetLine, number)
    return found


def fund(work: Work, number: int) -> Fund:
    """The fund behind a line, for downstream verbs."""
    found: Fund = _by_id(work, Fund, number)
    return found


def treasury(work: Work, number: int) -> TreasuryAccount:
    """The account of the institution that a downstream verb pays from."""
    found: TreasuryAccount = _by_id(work, TreasuryAccount, number)
    return found


def dims(work: Work, of: BudgetLine) -> Dims:
    """The dimension codes of everything charged to this line."""
    row = work.db.execute(
        select(Fund.code, Donor.code).join(Donor, Donor.id == Fund.donor_id).where(Fund.id == of.fund_id)
    ).one()
    return Dims(exercice=of.exercice, donor=row[1], fund=row[0], line=of.code)


def lines_of(work: Work, of: Fund) -> list[BudgetLine]:
    """The budget lines of a fund, newest exercice first."""
    statement = select(BudgetLine).where(BudgetLine.fund_id == of.id)
    return list(work.db.scalars(statement.order_by(BudgetLine.exercice.desc(), BudgetLine.code)))


def receipts_of(work: Work, of: Fund) -> list[tuple[MoneyReceipt, TreasuryAccount]]:
    """The money received on a fund with the account it came to, newest first."""
    statement = (
        select(MoneyReceipt, TreasuryAccount)
        .join(TreasuryAccount, TreasuryAccount.id == MoneyReceipt.treasury_account_id)
        .where(MoneyReceipt.fund_id == of.id)
        .order_by(MoneyReceipt.received_on.desc(), MoneyReceipt.id.desc())
    )
    return [(r, a) for r, a in work.db.execute(statement)]


def treasury_options(work: Work, of: Fund) -> list[TreasuryAccount]:
    """The accounts that may pay for a fund: its own, then those that hold money of several."""
    statement = select(TreasuryAccount).where(
        TreasuryAccount.active, or_(TreasuryAccount.fund_id == of.id, TreasuryAccount.fund_id.is_(None))
    )
    found = work.db.scalars(statement.order_by(TreasuryAccount.code))
    return sorted(found, key=lambda a: (a.fund_id is None, a.code))


def line_options(work: Work, fund_id: int | None = None) -> list[tuple[int, str]]:
    """Voted lines of open funds as choices, with what is left on each."""
    statement = select(BudgetLine).join(Fund, Fund.id == BudgetLine.fund_id)
    statement = statement.where(BudgetLine.status == "voted", Fund.status == "open")
    if fund_id is not None:
        statement = statement.where(Fund.id == fund_id)
    return [
        (found.id, f"{found.code} · {found.label} ({amount(left(found), found.amount_currency)})")
        for found in work.db.scalars(statement.order_by(BudgetLine.exercice.desc(), BudgetLine.code))
    ]


def fund_options(work: Work, *statuses: str) -> list[tuple[int, str]]:
    """Funds as choices, those of some statuses only when given."""
    statement = select(Fund.id, Fund.code, Fund.name).order_by(Fund.code)
    if statuses:
        statement = statement.where(Fund.status.in_(statuses))
    return [(number, f"{code} · {name}") for number, code, name in work.db.execute(statement)]


def account_options(work: Work) -> list[tuple[int, str]]:
    """The active accounts of the institution as choices."""
    statement = select(TreasuryAccount).where(TreasuryAccount.active).order_by(TreasuryAccount.code)
    return [(a.id, f"{a.code} · {a.label}") for a in work.db.scalars(statement)]


def donor_options(work: Work) -> list[tuple[int, str]]:
    """Donors as choices."""
    return [(d.id, d.name) for d in work.db.scalars(select(Donor).order_by(Donor.name))]


def accounts(work: Work) -> list[tuple[TreasuryAccount, Fund | None]]:
    """The institution's accounts with the fund each belongs to."""
    statement = (
        select(TreasuryAccount, Fund)
        .join(Fund, Fund.id == TreasuryAccount.fund_id, isouter=True)
        .where(work.within("treasury:view", TreasuryAccount))
        .order_by(TreasuryAccount.kind, TreasuryAccount.code)
    )
    return [(a, f) for a, f in work.db.execute(statement)]


def left(of: BudgetLine) -> int:
    """Credits of a line that nobody holds yet, in minor units."""
    if of.status != "voted":
        return 0
    return of.voted_minor - of.reserved_minor - of.committed_minor


def cash(of: Fund) -> int:
    """What has arrived on a fund and has not gone out, in minor units."""
    return of.received_minor - of.disbursed_minor


@dataclass
class Totals:
    """The separate cumulative totals of the spending chain (R1), in minor units, from the ledger's balances."""

    voted: int = 0
    received: int = 0
    reserved: int = 0
    committed: int = 0
    liquidated: int = 0
    ordered: int = 0
    paid: int = 0
    justified: int = 0
    returned: int = 0
    cash: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in vars(self)})

    @property
    def credits(self) -> int:
        """Credits that nobody holds yet."""
        return self.voted - self.reserved - self.committed

    @property
    def available(self) -> int:
        """What can be charged and paid: the smaller of credits and cash (R5)."""
        return max(0, min(self.credits, self.cash))

    @property
    def waits_for_cash(self) -> int:
        """Credits open whose money has not arrived (F2 of the demo: « crédits ouverts, trésorerie non encore reçue »)."""
        return max(0, self.credits - self.cash)


_ACCOUNTS = sorted(
    {"901", "165", "657", "463", "659", *CASH, *(a for stage in STAGES.values() for a in stage)}
)


def totals(session: Session, by: str = "fund", **dimensions: str | int) -> dict[str, Totals]:
    """The totals per code of one dimension (`fund`, `line`, `donor`, `exercice` …), in one query.

    Justified counts advances cleared by accepted expenses and what was paid against service fait (account 657).
    """
    found: dict[str, Totals] = {}
    for code, sides in table(session, by, _ACCOUNTS, currency="XOF", **dimensions).items():

        def debit(*names: str, sides: dict[str, tuple[int, int]] = sides) -> int:
            return sum(sides[n][0] - sides[n][1] for n in names if n in sides)

        found[code] = Totals(
            voted=-debit("901"),
            received=-debit("165"),
            reserved=debit(*STAGES["reserved"]),
            committed=debit(*STAGES["committed"]),
            liquidated=debit(*STAGES["liquidated"]),
            ordered=debit(*STAGES["ordered"]),
            paid=debit(*STAGES["paid"]),
            justified=debit("657"),
            returned=sides.get("463", (0, 0))[1] - debit("659"),
            cash=debit(*CASH),
        )
    return found


@dataclass(frozen=True)
class Drift:
    """A guard column that does not say what the ledger says."""

    table: str
    code: str
    column: str
    stored: int
    derived: int


def drift(session: Session) -> list[Drift]:
    """Every guard column of this room re-derived from the ledger (M08): empty when they agree."""
    found: list[Drift] = []

    def compare(thing: Base, code: str, **derived: int) -> None:
        for column, value in derived.items():
            if (stored := getattr(thing, column)) != value:
                found.append(Drift(thing.__tablename__, code, column, stored, value))

    by_fund, by_line = totals(session, "fund"), totals(session, "line")
    by_account = table(session, "treasury", CASH)
    for f in session.scalars(select(Fund)):
        t = by_fund.get(f.code, Totals())
        compare(f, f.code, received_minor=t.received, disbursed_minor=t.received - t.cash)
    for b in session.scalars(select(BudgetLine)):
        t = by_line.get(b.code, Totals())
        stages = ("reserved", "committed", "liquidated", "ordered", "paid")
        compare(b, b.code, **{f"{stage}_minor": getattr(t, stage) for stage in stages})
        if b.status == "voted":
            compare(b, b.code, voted_minor=t.voted)
    for a in session.scalars(select(TreasuryAccount)):
        sides = by_account.get(a.code, {}).values()
        compare(a, a.code, balance_minor=sum(d - c for d, c in sides))
    return found


@dataclass
class FundRow:
    """One fund of the index with its totals and donor."""

    fund: Fund
    donor: Donor
    totals: Totals = field(default_factory=Totals)


def rows(work: Work, statuses: Iterable[str] = ()) -> list[FundRow]:
    """The funds that the actor may see, with their totals: two queries, however many funds there are."""
    statement = visible(work).add_columns(Donor).join(Donor, Donor.id == Fund.donor_id).order_by(Fund.code)
    if chosen := list(statuses):
        statement = statement.where(Fund.status.in_(chosen))
    by_fund = totals(work.db, "fund")
    return [FundRow(f, d, by_fund.get(f.code, Totals())) for f, d in work.db.execute(statement)]


def facts(work: Work, of: Fund) -> dict[str, Any]:
    """All that a fund's page shows."""
    total = totals(work.db, "fund", fund=of.code).get(of.code, Totals())
    return {
        "fund": of,
        "donor": work.db.get_one(Donor, of.donor_id),
        "total": total,
        "lines": [(b, t) for b, t in _with_totals(work, of)],
        "receipts": receipts_of(work, of),
        "accounts": treasury_options(work, of),
    }


def _with_totals(work: Work, of: Fund) -> list[tuple[BudgetLine, Totals]]:
    by_line = totals(work.db, "line", fund=of.code)
    return [(b, by_line.get(b.code, Totals())) for b in lines_of(work, of)]
