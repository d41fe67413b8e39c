"""Reading the counts of cash boxes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of
from portfolio.documents import queries as documents
from portfolio.documents.reference import letterhead
from portfolio.funds.models import TreasuryAccount
from portfolio.ledger import queries as ledger
from portfolio.payments.models import CashCount
from portfolio.rulebook.postings import TREASURY
from portfolio.work import Work


def books_of(work: Work, account: TreasuryAccount) -> int:
    """What the ledger says that an account holds."""
    return ledger.net(work.db, [TREASURY[account.kind]], treasury=account.code)


def get_count(work: Work, number: int) -> CashCount:
    """One count; NotFound outside scope."""
    return work.fetch(CashCount, number, "treasury:view")


def cash_accounts(work: Work) -> list[tuple[TreasuryAccount, int]]:
    """The cash boxes with what the books say of each."""
    statement = select(TreasuryAccount).where(TreasuryAccount.kind == "cash", TreasuryAccount.active)
    return [(a, books_of(work, a)) for a in work.db.scalars(statement.order_by(TreasuryAccount.code))]


def counts(work: Work, limit: int = 60) -> list[tuple[CashCount, TreasuryAccount, str, str]]:
    """The last counts with who counted and who confirmed, newest first."""
    confirmer = Person.__table__.alias("confirmer")
    statement = (
        select(CashCount, TreasuryAccount, Person.full_name, confirmer.c.full_name)
        .join(TreasuryAccount, TreasuryAccount.id == CashCount.treasury_account_id)
        .join(Person, Person.id == CashCount.counted_by_id)
        .join(confirmer, confirmer.c.id == CashCount.confirmed_by_id, isouter=True)
        .where(work.within("treasury:view", CashCount))
        .order_by(CashCount.id.desc())
        .limit(limit)
    )
    return [(c, a, who, by or "") for c, a, who, by in work.db.execute(statement)]


def count_facts(work: Work, count: CashCount) -> dict[str, Any]:
    """What the procès-verbal of a count prints."""
    account = work.db.get_one(TreasuryAccount, count.treasury_account_id)
    signers = [
        (work.db.get_one(Person, number), at)
        for number, at in (
            (count.counted_by_id, count.counted_at),
            (count.confirmed_by_id, count.confirmed_at),
        )
        if number is not None and at is not None
    ]
    return {
        "letterhead": letterhead(count.counted_at.date()),
        "on": count.counted_at.date().isoformat(),
        "at": count.counted_at.isoformat(),
        "account": account.label,
        "currency": account.amount_currency,
        "pieces": count.pieces,
        "total_minor": count.total_minor,
        "books_minor": count.books_minor,
        "ceiling_minor": account.ceiling_minor,
        "reason": count.reason,
        "signed": [
            {
                "name": p.full_name,
                "function": p.function,
                "act": act_of(work, p.id, at.date()),
                "on": at.date().isoformat(),
            }
            for p, at in signers
        ],
    }


documents.owner("cash_count", get_count)
