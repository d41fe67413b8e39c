"""Reading statements: their lines, what the books hold beside them, and what explains the gap between the two (R5, documents 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.payments.models import BankStatement, StatementLine
from portfolio.rulebook.postings import ENTRY_WORDS, TREASURY
from portfolio.work import Work


@dataclass(frozen=True)
class Movement:
    """One thing that the books say of an account: `net` in minor units (negative when money left), `seen` what the statement's lines say of it."""

    key: str
    on: date
    words: str
    document: str
    net: int
    seen: int

    @property
    def left(self) -> int:
        """What no line of a statement has said yet."""
        return self.net - self.seen


@dataclass(frozen=True)
class Gap:
    """One row that explains the gap: francs to add to the statement's balance to find the books' (negative: to take from it)."""

    label: str
    on: date
    amount_minor: int


@dataclass(frozen=True)
class Standing:
    """An account between its books and its last statement."""

    account: TreasuryAccount
    books_minor: int
    statement: BankStatement | None
    gaps: tuple[Gap, ...]
    open_lines: int

    @property
    def unexplained_minor(self) -> int | None:
        """What nothing explains; None without a statement's balance."""
        if self.statement is None or self.statement.closing_minor is None:
            return None
        return self.books_minor - self.statement.closing_minor - sum(g.amount_minor for g in self.gaps)


def get_statement(work: Work, number: int) -> BankStatement:
    """One statement; NotFound outside scope."""
    return work.fetch(BankStatement, number, "bank_statement:view")


def get_line(work: Work, number: int) -> StatementLine:
    """One line of a statement; NotFound outside scope."""
    return work.fetch(StatementLine, number, "bank_statement:view")


def statement_lines(work: Work, statement: BankStatement) -> list[StatementLine]:
    """The lines that a file brought, those to be worked first."""
    rows = work.db.scalars(select(StatementLine).where(StatementLine.statement_id == statement.id))
    return sorted(rows, key=lambda line: (line.status != "unmatched", line.row_number))


def _first_day(work: Work, account: TreasuryAccount) -> date | None:
    """The first day that statements cover: what is older was settled before them."""
    return work.db.execute(
        select(func.min(BankStatement.from_on)).where(BankStatement.treasury_account_id == account.id)
    ).scalar_one_or_none()


def movements(work: Work, account: TreasuryAccount) -> list[Movement]:
    """What the books say of this account since the first statement, act by act, with what the lines of statements answer."""
    since = _first_day(work, account)
    if since is None:
        return []
    seen = {
        str(key): int(total)
        for key, total in work.db.execute(
            select(StatementLine.matched_key, func.sum(StatementLine.amount_minor))
            .where(StatementLine.treasury_account_id == account.id, StatementLine.matched_key.is_not(None))
            .group_by(StatementLine.matched_key)
        )
    }
    question = ledger.Question((TREASURY[account.kind],), from_on=since, dims={"treasury": account.code})
    nets: dict[str, list[Any]] = {}
    for line in ledger.lines(work.db, question, opening_minor=0):
        if line.subject_type != "treasury_account":
            key = f"{line.subject_type}:{line.subject_id}"
        elif line.document and line.event == "treasury:fee_charged":
            key = f"document:{line.document}"
        else:
            key = f"posting:{line.posting}"
        found = nets.setdefault(key, [line.dated_on, line.event, line.document or "", 0])
        found[3] += line.debit_minor - line.credit_minor
    return [
        Movement(key, on, _(ENTRY_WORDS.get(event, event)), document, net, seen.get(key, 0))
        for key, (on, event, document, net) in nets.items()
        if net or seen.get(key)
    ]


def open_lines(work: Work, account: TreasuryAccount) -> list[StatementLine]:
    """The lines of this account that are no movement of the books yet, oldest first."""
    statement = select(StatementLine).where(
        StatementLine.treasury_account_id == account.id, StatementLine.status.in_(("unmatched", "noted"))
    )
    return list(work.db.scalars(statement.order_by(StatementLine.booked_on, StatementLine.id)))


def standing(work: Work, account: TreasuryAccount) -> Standing:
    """The account at its last statement: what the books say more, what the statement says more, and nothing else."""
    books = ledger.net(work.db, [TREASURY[account.kind]], treasury=account.code)
    last = work.db.scalars(
        select(BankStatement)
        .where(BankStatement.treasury_account_id == account.id, BankStatement.closing_minor.is_not(None))
        .order_by(BankStatement.to_on.desc(), BankStatement.id.desc())
        .limit(1)
    ).one_or_none()
    gaps = [
        Gap(
            _("In the books, not on the statement: %(what)s %(document)s")
            % {"what": m.words, "document": m.document},
            m.on,
            m.left,
        )
        for m in movements(work, account)
        if m.left
    ]
    loose = open_lines(work, account)
    gaps += [
        Gap(
            _("On the statement, not in the books: %(what)s")
            % {"what": " — ".join(part for part in (line.label or line.bank_reference, line.note) if part)},
            line.booked_on,
            -line.amount_minor,
        )
        for line in loose
    ]
    return Standing(account, books, last, tuple(gaps), sum(1 for line in loose if line.status == "unmatched"))


def standings(work: Work) -> list[Standing]:
    """Every active account of the institution between its books and its last statement."""
    statement = select(TreasuryAccount).where(
        work.within("bank_statement:view", TreasuryAccount), TreasuryAccount.active
    )
    return [standing(work, account) for account in work.db.scalars(statement.order_by(TreasuryAccount.code))]


def sent_payments(work: Work, account: TreasuryAccount) -> list[Disbursement]:
    """Payments on their way from this account, oldest first."""
    statement = select(Disbursement).where(
        Disbursement.treasury_account_id == account.id, Disbursement.status == "sent"
    )
    return list(work.db.scalars(statement.order_by(Disbursement.id)))


def funds_of(work: Work, account: TreasuryAccount) -> list[tuple[str, str]]:
    """The funds that a fee of this account may be charged to, as choices."""
    if account.fund_id is not None:
        return []
    rows = work.db.execute(
        select(Fund.id, Fund.code, Fund.name).where(Fund.status.in_(("open", "frozen"))).order_by(Fund.code)
    )
    return [(str(number), f"{code} · {name}") for number, code, name in rows]


def recent_statements(work: Work, limit: int = 60) -> list[tuple[BankStatement, TreasuryAccount]]:
    """The last statements received, newest first."""
    statement = (
        select(BankStatement, TreasuryAccount)
        .join(TreasuryAccount, TreasuryAccount.id == BankStatement.treasury_account_id)
        .where(work.within("bank_statement:view", BankStatement))
        .order_by(BankStatement.id.desc())
        .limit(limit)
    )
    return [(s, a) for s, a in work.db.execute(statement)]
