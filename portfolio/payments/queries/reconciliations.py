"""État de rapprochement: the books and the statement at the statement's own day, and every operation that one has and the other has not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import signer
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.ledger import queries as ledger
from portfolio.payments.models import BankStatement, CashCount, Reconciliation, StatementLine
from portfolio.rulebook.postings import ENTRY_WORDS, TREASURY
from portfolio.work import Work


@dataclass(frozen=True)
class Suspense:
    """One outstanding operation: `side` says who has it; `amount` is added to the statement's balance to find the books'."""

    side: str
    label: str
    reference: str
    on: date
    amount: int


@dataclass(frozen=True)
class Position:
    """An account on the day of a statement or of a count."""

    account: TreasuryAccount
    source: str
    on: date
    statement_minor: int
    books_minor: int
    items: tuple[Suspense, ...]

    @property
    def unexplained(self) -> int:
        """What no outstanding operation explains."""
        return self.books_minor - self.statement_minor - sum(item.amount for item in self.items)


def movement_key(line: ledger.Line) -> str:
    """Which movement of the books an entry belongs to: its record, the document of a fee, or its own act."""
    if line.subject_type != "treasury_account":
        return f"{line.subject_type}:{line.subject_id}"
    if line.document and line.event == "treasury:fee_charged":
        return f"document:{line.document}"
    return f"posting:{line.posting}"


def books_on(work: Work, account: TreasuryAccount, on: date) -> int:
    """The balance of the books at the end of a day: entries dated later do not count."""
    question = ledger.Question((TREASURY[account.kind],), to_on=on, dims={"treasury": account.code})
    return ledger.sums(work.db, question).closing_minor


def outstanding(work: Work, account: TreasuryAccount, on: date, statement: BankStatement) -> list[Suspense]:
    """What stood between the books and the lines of statements on a day, oldest first: from the lines themselves, nothing is typed.

    Of that very day, only the lines that this statement or an earlier one brought."""
    since = work.db.execute(
        select(func.min(BankStatement.from_on)).where(BankStatement.treasury_account_id == account.id)
    ).scalar_one_or_none()
    if since is None:
        return []
    rows = work.db.scalars(
        select(StatementLine).where(
            StatementLine.treasury_account_id == account.id,
            or_(
                StatementLine.booked_on < on,
                (StatementLine.booked_on == on) & (StatementLine.statement_id <= statement.id),
            ),
        )
    ).all()
    seen: dict[str, int] = defaultdict(int)
    first: dict[str, StatementLine] = {}
    found = []
    for line in rows:
        if line.matched_key is None:
            found.append(
                Suspense(
                    "statement",
                    line.label or line.note,
                    line.bank_reference,
                    line.booked_on,
                    -line.amount_minor,
                )
            )
        else:
            seen[line.matched_key] += line.amount_minor
            first.setdefault(line.matched_key, line)
    question = ledger.Question((TREASURY[account.kind],), from_on=since, dims={"treasury": account.code})
    nets: dict[str, list[Any]] = {}
    later: dict[str, date] = {}
    for entry in ledger.lines(work.db, question, opening_minor=0):  # in the order of their days
        key = movement_key(entry)
        if entry.dated_on > on:
            later.setdefault(key, entry.dated_on)
            continue
        kept = nets.setdefault(key, [entry.dated_on, entry.event, entry.document or "", 0])
        kept[3] += entry.debit_minor - entry.credit_minor
    for key, (day, event, document, net) in nets.items():
        if left := net - seen.pop(key, 0):
            found.append(Suspense("books", _(ENTRY_WORDS.get(event, event)), document, day, left))
    found += [  # on the statement that day, in the books only later
        Suspense("statement", first[key].label, first[key].bank_reference, first[key].booked_on, -amount)
        for key, amount in seen.items()
        if amount and key in later
    ]
    return sorted(found, key=lambda item: (item.on, item.reference, item.label))


def of_statement(work: Work, statement: BankStatement) -> Position:
    """The account at the end of an imported statement that says its balance."""
    assert statement.closing_minor is not None
    account = work.db.get_one(TreasuryAccount, statement.treasury_account_id)
    with speaking("fr"):
        items = tuple(outstanding(work, account, statement.to_on, statement))
    return Position(
        account,
        statement.reference,
        statement.to_on,
        statement.closing_minor,
        books_on(work, account, statement.to_on),
        items,
    )


def of_count(work: Work, count: CashCount) -> Position:
    """A cash box on the day of its confirmed count: nothing is on its way to a box."""
    account = work.db.get_one(TreasuryAccount, count.treasury_account_id)
    return Position(
        account, count.reference, count.counted_at.date(), count.total_minor, count.books_minor, ()
    )


def sources(work: Work, limit: int = 60) -> list[tuple[str, str]]:
    """What can be reconciled: statements that say their balance and confirmed counts, newest first, as choices."""
    statements = work.db.execute(
        select(BankStatement, TreasuryAccount.label)
        .join(TreasuryAccount, TreasuryAccount.id == BankStatement.treasury_account_id)
        .where(BankStatement.closing_minor.is_not(None), work.within("bank_statement:view", BankStatement))
        .order_by(BankStatement.to_on.desc(), BankStatement.id.desc())
        .limit(limit)
    )
    counts = work.db.execute(
        select(CashCount, TreasuryAccount.label)
        .join(TreasuryAccount, TreasuryAccount.id == CashCount.treasury_account_id)
        .where(CashCount.status == "confirmed", work.within("treasury:view", CashCount))
        .order_by(CashCount.id.desc())
        .limit(limit)
    )
    found = [(s.to_on, f"statement:{s.id}", label, s.reference) for s, label in statements]
    found += [(c.counted_at.date(), f"count:{c.id}", label, c.reference) for c, label in counts]
    return [
        (code, f"{label} · {on:%d/%m/%Y} · {reference}")
        for on, code, label, reference in sorted(found, key=lambda row: row[0], reverse=True)[:limit]
    ]


def get_reconciliation(work: Work, number: int) -> Reconciliation:
    """One état de rapprochement; NotFound outside scope."""
    return work.fetch(Reconciliation, number, "reconciliation:view")


def reconciliations(work: Work, limit: int = 60) -> list[tuple[Reconciliation, TreasuryAccount, str, str]]:
    """The last ones with their account, who prepared and who controlled, newest first."""
    controller = Person.__table__.alias("controller")
    statement = (
        select(Reconciliation, TreasuryAccount, Person.full_name, controller.c.full_name)
        .join(TreasuryAccount, TreasuryAccount.id == Reconciliation.treasury_account_id)
        .join(Person, Person.id == Reconciliation.prepared_by_id)
        .join(controller, controller.c.id == Reconciliation.controlled_by_id, isouter=True)
        .where(work.within("reconciliation:view", Reconciliation))
        .order_by(Reconciliation.id.desc())
        .limit(limit)
    )
    return [(r, a, who, by or "") for r, a, who, by in work.db.execute(statement)]


def reconciliation_facts(work: Work, found: Reconciliation) -> dict[str, Any]:
    """All that the état de rapprochement prints."""
    account = work.db.get_one(TreasuryAccount, found.treasury_account_id)
    on = (found.controlled_at or found.prepared_at).date()
    house = institution(on)
    return {
        "letterhead": letterhead(on, house.get("accounting") or "Agence comptable"),
        "on": on.isoformat(),
        "account": account.label,
        "number": account.number,
        "kind": account.kind,
        "currency": account.amount_currency,
        "source": found.source,
        "statement_on": found.statement_on.isoformat(),
        "statement_minor": found.statement_minor,
        "books_minor": found.books_minor,
        "items": found.items,
        "unexplained_minor": found.unexplained_minor,
        "status": found.status,
        "preparer": signer(work, found.prepared_by_id, found.prepared_at, "reconciliation:prepare"),
        "controller": signer(work, found.controlled_by_id, found.controlled_at, "reconciliation:control"),
    }
