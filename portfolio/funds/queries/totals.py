"""The separate totals of the spending chain, from the ledger's own balances; and whether the guards say the same (R1, R5, M08)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Subquery, select
from sqlalchemy.orm import Session

from portfolio.funds.models import BudgetLine, Fund, FundCall, MoneyReceipt, TreasuryAccount
from portfolio.funds.reference import counter_value
from portfolio.kit.db import Base
from portfolio.ledger.queries import by_code, moved_by_subject, table
from portfolio.rulebook.postings import STAGES, TREASURY

CASH = tuple(TREASURY.values())


@dataclass
class Totals:
    """The separate cumulative totals of the spending chain (R1), in minor units, from the ledger's balances."""

    voted: int = 0
    carried: int = 0
    lapsed: int = 0
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
    def opened(self) -> int:
        """Credits open: voted, carried from the exercice before or to the next, less what lapsed at a close (R12)."""
        return self.voted + self.carried - self.lapsed

    @property
    def credits(self) -> int:
        """Credits that nobody holds yet."""
        return self.opened - self.reserved - self.committed

    @property
    def available(self) -> int:
        """What can be charged and paid: the smaller of credits and cash (R5)."""
        return max(0, min(self.credits, self.cash))

    @property
    def waits_for_cash(self) -> int:
        """Credits open whose money has not arrived (F2 of the demo: « crédits ouverts, trésorerie non encore reçue »)."""
        return max(0, self.credits - self.cash)


STAGE_NAMES = (
    "received",
    "voted",
    "reserved",
    "committed",
    "liquidated",
    "ordered",
    "paid",
    "justified",
    "returned",
)
_DEBITS, _CREDITS = (1, -1), (-1, 1)
MEASURES: dict[str, dict[str, tuple[int, int]]] = {
    "voted": {"901": _CREDITS},
    "received": {"165": _CREDITS},
    "carried": {"908": _CREDITS},
    "lapsed": {"909": _DEBITS},
    **{stage: dict.fromkeys(accounts, _DEBITS) for stage, accounts in STAGES.items()},
    "justified": {"657": _DEBITS},
    "returned": {"907": _DEBITS, **dict.fromkeys(("409", "657", "463", "659"), _CREDITS)},
    "cash": dict.fromkeys(CASH, _DEBITS),
}
"""How each total counts the debits and the credits of its accounts. Justified: advances cleared by accepted expenses and what was paid against
service fait (657); returned: what was paid less what is still advanced, justified, claimed or written off. Only nets: one side of an account
still holds what a contre-passation took back."""


def chain_sums(by: str = "fund") -> Subquery:
    """The totals as columns of a subquery, for the statement of a list: `code`, then one column for each of STAGE_NAMES."""
    return by_code(by, currency="XOF", **{name: MEASURES[name] for name in STAGE_NAMES})


_ACCOUNTS = sorted({account for weights in MEASURES.values() for account in weights})


def totals(session: Session, by: str = "fund", **dimensions: str | int) -> dict[str, Totals]:
    """The totals per code of one dimension (`fund`, `line`, `donor`, `exercice` …), in one query."""
    return {
        code: Totals(
            **{
                name: sum(
                    debit * sides.get(account, (0, 0))[0] + credit * sides.get(account, (0, 0))[1]
                    for account, (debit, credit) in weights.items()
                )
                for name, weights in MEASURES.items()
            }
        )
        for code, sides in table(session, by, _ACCOUNTS, currency="XOF", **dimensions).items()
    }


@dataclass(frozen=True)
class Drift:
    """A guard column that does not say what the ledger says."""

    table: str
    code: str
    column: str
    stored: int
    derived: int


def miscounted(session: Session) -> list[MoneyReceipt]:
    """Receipts whose francs are not what their own rate gives, to the franc; that keep no rate; or that are not in the currency of the
    agreement of their fund (M02, M20)."""
    either = select(MoneyReceipt, Fund.granted_currency).join(Fund, Fund.id == MoneyReceipt.fund_id)
    foreign = (MoneyReceipt.donor_currency != "XOF") | (Fund.granted_currency != "XOF")
    found = []
    for receipt, agreed in session.execute(either.where(foreign).order_by(MoneyReceipt.id)):
        francs = counter_value(receipt.sent, receipt.rate_text)
        if receipt.donor_currency != agreed or francs is None or abs(francs - receipt.amount_minor) >= 1:
            found.append(receipt)
    return found


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
        stages = ("carried", "lapsed", "reserved", "committed", "liquidated", "ordered", "paid")
        compare(b, b.code, **{f"{stage}_minor": getattr(t, stage) for stage in stages})
        if b.status == "voted":
            compare(b, b.code, voted_minor=t.voted)
    for a in session.scalars(select(TreasuryAccount)):
        sides = by_account.get(a.code, {}).values()
        compare(a, a.code, balance_minor=sum(d - c for d, c in sides))
    arrived = moved_by_subject(session, "money_receipt", "165", CASH)
    answers: dict[int, int] = {}
    matched = select(MoneyReceipt.id, MoneyReceipt.fund_call_id).where(MoneyReceipt.fund_call_id.is_not(None))
    for receipt, call in session.execute(matched):
        debit, credit = arrived.get(receipt, (0, 0))
        answers[call or 0] = answers.get(call or 0, 0) + credit - debit
    for asked in session.scalars(select(FundCall)):
        compare(asked, asked.reference, received_minor=answers.get(asked.id, 0))
    return found
