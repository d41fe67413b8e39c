"""Reading statements: their lines, what the books hold beside them, and what explains the gap between the two (R5, documents 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.kit.i18n import gettext as _
from portfolio.kit.urls import url
from portfolio.ledger import queries as ledger
from portfolio.payments.models import BankStatement, CashCount, StatementLine
from portfolio.rulebook.postings import ENTRY_WORDS, TREASURY
from portfolio.work import Work

OPEN_LINES = ("unmatched", "noted")
"""Lines of a statement that are no movement of the books yet."""


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


def movements(work: Work, account: TreasuryAccount) -> list[Movement]:
    """What the books say of this account since the first statement, act by act, with what the lines of statements answer."""
    return _movements(work, [account])[account.id]


def _movements(work: Work, accounts: Sequence[TreasuryAccount]) -> dict[int, list[Movement]]:
    """The same for several accounts; three queries. What is older than the first statement was settled before it."""
    S, L = BankStatement, StatementLine
    by_id = {a.id: a for a in accounts}
    found: dict[int, list[Movement]] = {number: [] for number in by_id}
    days = select(S.treasury_account_id, func.min(S.from_on)).where(S.treasury_account_id.in_(by_id))
    since = {int(n): day for n, day in work.db.execute(days.group_by(S.treasury_account_id))}
    if not since:
        return found
    seen = {
        (int(number), str(key)): int(total)
        for number, key, total in work.db.execute(
            select(L.treasury_account_id, L.matched_key, func.sum(L.amount_minor))
            .where(L.treasury_account_id.in_(since), L.matched_key.is_not(None))
            .group_by(L.treasury_account_id, L.matched_key)
        )
    }
    asked = {by_id[n].code: (TREASURY[by_id[n].kind], day) for n, day in since.items()}
    numbers = {by_id[n].code: n for n in since}
    for code, kind, subject, document, posting, event, on, net in ledger.of_treasury(work.db, asked):
        if kind != "treasury_account":
            key = f"{kind}:{subject}"
        elif document and event == "treasury:fee_charged":
            key = f"document:{document}"
        else:
            key = f"posting:{posting}"
        told = seen.get((numbers[code], key), 0)
        if net or told:
            words = _(ENTRY_WORDS.get(event, event))
            found[numbers[code]].append(Movement(key, on, words, document or "", net, told))
    return found


def open_lines(work: Work, account: TreasuryAccount) -> list[StatementLine]:
    """The lines of this account that are no movement of the books yet, oldest first."""
    statement = select(StatementLine).where(
        StatementLine.treasury_account_id == account.id, StatementLine.status.in_(OPEN_LINES)
    )
    return list(work.db.scalars(statement.order_by(StatementLine.booked_on, StatementLine.id)))


def standing(work: Work, account: TreasuryAccount) -> Standing:
    """The account at its last statement: what the books say more, what the statement says more, and nothing else."""
    return _standings(work, [account])[0]


def _standings(work: Work, accounts: Sequence[TreasuryAccount]) -> list[Standing]:
    """Accounts between their books and their last statements; six queries, whatever their number."""
    S, L = BankStatement, StatementLine
    by_account = ledger.table(work.db, "treasury", tuple(TREASURY.values()))
    numbers = [a.id for a in accounts]
    ranked = (
        select(
            S.id,
            func.row_number()
            .over(partition_by=S.treasury_account_id, order_by=(S.to_on.desc(), S.id.desc()))
            .label("n"),
        )
        .where(S.treasury_account_id.in_(numbers), S.closing_minor.is_not(None))
        .subquery()
    )
    newest = select(S).join(ranked, ranked.c.id == S.id).where(ranked.c.n == 1)
    last = {s.treasury_account_id: s for s in work.db.scalars(newest)}
    moved = _movements(work, accounts)
    loose: dict[int, list[StatementLine]] = {number: [] for number in numbers}
    waiting = select(L).where(L.treasury_account_id.in_(numbers), L.status.in_(OPEN_LINES))
    for line in work.db.scalars(waiting.order_by(L.booked_on, L.id)):
        loose[line.treasury_account_id].append(line)
    made = []
    for account in accounts:
        debit, credit = by_account.get(account.code, {}).get(TREASURY[account.kind], (0, 0))
        gaps = [
            Gap(
                _("In the books, not on the statement: %(what)s %(document)s")
                % {"what": m.words, "document": m.document},
                m.on,
                m.left,
            )
            for m in moved[account.id]
            if m.left
        ]
        gaps += [
            Gap(
                _("On the statement, not in the books: %(what)s")
                % {
                    "what": " — ".join(
                        part for part in (line.label or line.bank_reference, line.note) if part
                    )
                },
                line.booked_on,
                -line.amount_minor,
            )
            for line in loose[account.id]
        ]
        unworked = sum(1 for line in loose[account.id] if line.status == "unmatched")
        made.append(Standing(account, debit - credit, last.get(account.id), tuple(gaps), unworked))
    return made


def standings(work: Work) -> list[Standing]:
    """Every active account of the institution between its books and its last statement."""
    statement = select(TreasuryAccount).where(
        work.within("bank_statement:view", TreasuryAccount), TreasuryAccount.active
    )
    return _standings(work, work.db.scalars(statement.order_by(TreasuryAccount.code)).all())


@dataclass(frozen=True)
class Reconciled:
    """One account of the institution between its books and what was last seen outside of them: a statement, or the notes counted (R5).

    `seen_minor`, `seen_on` and `url` are None and empty while no statement with its balance, and no confirmed count, ever came."""

    account: TreasuryAccount
    books_minor: int
    seen_on: date | None = None
    seen_minor: int | None = None
    explained_minor: int = 0
    url: str = ""

    @property
    def unexplained_minor(self) -> int | None:
        """Books less what was seen less what explains the difference; None when nothing was ever seen."""
        return None if self.seen_minor is None else self.books_minor - self.seen_minor - self.explained_minor


def reconciled(work: Work) -> list[Reconciled]:
    """Every active account with its gap: by its last statement, or, for a cash box, by its last count confirmed by two people.

    What moved since a count explains the difference with the books of today; what the count itself did not find stays unexplained, whatever
    the reason written beside it, until an entry and another count."""
    C = CashCount
    ranked = (
        select(
            C.id, func.row_number().over(partition_by=C.treasury_account_id, order_by=C.id.desc()).label("n")
        )
        .where(C.status == "confirmed")
        .subquery()
    )
    newest = select(C).join(ranked, ranked.c.id == C.id).where(ranked.c.n == 1)
    counts = {c.treasury_account_id: c for c in work.db.scalars(newest)}
    made = []
    for s in standings(work):
        count = counts.get(s.account.id)
        if s.statement is not None and s.statement.closing_minor is not None:
            address = url("payments.statement", id=s.statement.id)
            explained = sum(g.amount_minor for g in s.gaps)
            made.append(
                Reconciled(
                    s.account, s.books_minor, s.statement.to_on, s.statement.closing_minor, explained, address
                )
            )
        elif count is not None:
            since = s.books_minor - count.books_minor
            address = url("payments.counts")
            on = count.counted_at.date()
            made.append(Reconciled(s.account, s.books_minor, on, count.total_minor, since, address))
        else:
            made.append(Reconciled(s.account, s.books_minor))
    return made


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
