"""Reading donors, funds, budget lines, accounts and receipts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import Select, or_, select

from portfolio.funds.models import BudgetLine, Donor, Fund, MoneyReceipt, TreasuryAccount
from portfolio.funds.queries.donors import calls_of, refunds_of
from portfolio.funds.queries.totals import Totals, totals
from portfolio.kit.errors import NotFound
from portfolio.kit.money import amount, total
from portfolio.ledger.queries import Question, page
from portfolio.rulebook.postings import TREASURY, Dims
from portfolio.work import Work


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
    return of.opened_minor - of.reserved_minor - of.committed_minor


def cash(of: Fund) -> int:
    """What has arrived on a fund and has not gone out, in minor units."""
    return of.received_minor - of.disbursed_minor


def facts(work: Work, of: Fund) -> dict[str, Any]:
    """All that a fund's page shows."""
    by_line = totals(work.db, "line", fund=of.code)
    receipts = receipts_of(work, of)
    return {
        "fund": of,
        "exchange": exchange_gap(of, [r for r, _account in receipts]),
        "donor": work.db.get_one(Donor, of.donor_id),
        "total": sum(by_line.values(), Totals()),
        "lines": [(b, by_line.get(b.code, Totals())) for b in lines_of(work, of)],
        "receipts": receipts,
        "accounts": treasury_options(work, of),
        "calls": calls_of(work, of),
        "refunds": refunds_of(work, of),
    }


def exchange_gap(of: Fund, receipts: Iterable[MoneyReceipt]) -> tuple[int, int]:
    """What the confirmed receipts sum to in the donor's currency, and how many francs more (or, below zero, less) they brought than at the
    rate of the agreement; rounded once, half a franc up (M20). Raises MoneyError when one of them is of another currency (M02)."""
    sent = [r for r in receipts if r.status == "confirmed"]
    donor = total((r.sent for r in sent), of.granted_currency).minor
    expected = Fraction(of.amount_minor * donor, of.granted_minor or 1)
    return donor, sum(r.amount_minor for r in sent) - floor(expected + Fraction(1, 2))


def line_facts(work: Work, of: BudgetLine) -> dict[str, Any]:
    """All that a budget line's page shows."""
    total = totals(work.db, "line", line=of.code).get(of.code, Totals())
    return {"line": of, "fund": fund(work, of.fund_id), "total": total}


def receipt_facts(work: Work, of: MoneyReceipt) -> dict[str, Any]:
    """All that a receipt's page shows."""
    return {
        "receipt": of,
        "fund": fund(work, of.fund_id),
        "account": treasury(work, of.treasury_account_id),
        "names": work.around.names_of(work.db, {i for i in (of.recorded_by_id, of.confirmed_by_id) if i}),
    }


def account_facts(work: Work, of: TreasuryAccount, after: str | None = None) -> dict[str, Any]:
    """All that an account's page shows: its statement by pages, and the entries that made it."""
    question = Question((TREASURY[of.kind],), dims={"treasury": of.code})
    return {
        "account": of,
        "fund": fund(work, of.fund_id) if of.fund_id else None,
        "statement": page(work.db, question, opening_minor=0, after=after),
    }
