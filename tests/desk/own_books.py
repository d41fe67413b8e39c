"""The sums of the ledger made again straight from the rows of `ledger_entry`, in integers and loops, without a line of the product: what every
screen, file and paper is held against (M18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from portfolio.kit.db import Database

CASH = ("521", "524", "552", "571")
BUDGET = ("904", "905", "906", "907")
STAGES = {"reserved": ("903",), "committed": BUDGET, "liquidated": BUDGET[1:], "ordered": BUDGET[2:], "paid": BUDGET[3:]}
CODES = ("exercice", "donor", "fund", "line", "call", "agreement", "tranche", "party", "place", "objective", "treasury")


@dataclass(frozen=True)
class Entry:
    """One row, with its day as `2026-02-10`."""

    seq: int
    day: str
    debit: str
    credit: str
    amount: int
    event: str
    document: str
    subject: tuple[str, int]
    at: str
    codes: Mapping[str, Any]

    def said(self, account_or_accounts: Collection[str]) -> tuple[int, int]:
        """What it adds to the debit and to the credit of these accounts."""
        return (self.amount if self.debit in account_or_accounts else 0, self.amount if self.credit in account_or_accounts else 0)


@dataclass(frozen=True)
class Line:
    """One entry as a book prints it: what it adds, and the balance after it."""

    seq: int
    debit: int
    credit: int
    balance: int


@dataclass
class Book:
    """A statement of account, by hand: `parts` are its sub-totals (key, entries, debit, credit) in the order of their codes."""

    opening: int
    lines: list[Line]
    parts: list[tuple[Any, int, int, int]]

    @property
    def debit(self) -> int:
        return sum(line.debit for line in self.lines)

    @property
    def credit(self) -> int:
        return sum(line.credit for line in self.lines)

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def rows(database: Database, statement: str, **given: Any) -> list[dict[str, Any]]:
    """The rows of a question in plain SQL."""
    with database.session(readonly=True) as session:
        found = [dict(row) for row in session.execute(text(statement), given).mappings()]
        session.rollback()
        return found


class Own:
    """Every entry of a database, and the sums of any part of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.entries = [
            Entry(r["seq"], str(r["dated_on"]), r["debit"], r["credit"], r["amount_minor"], r["event"], r["document"] or "",
                  (r["subject_type"], r["subject_id"]), str(r["at"]), {code: r[code] for code in CODES})
            for r in rows(database, "SELECT * FROM ledger_entry WHERE amount_currency = 'XOF' ORDER BY seq")
        ]
        closed = rows(database, "SELECT max(year) AS year FROM ledger_exercice WHERE status = 'closed'")
        self.closed_year = int(closed[0]["year"] or 0)

    def of(self, **codes: Any) -> list[Entry]:
        """The entries that carry these codes."""
        wanted = list(codes.items())
        return [e for e in self.entries if all(e.codes[name] == value for name, value in wanted)]

    def sides(self, accounts: Collection[str], **codes: Any) -> tuple[int, int]:
        """All that was ever debited and credited."""
        both = [e.said(accounts) for e in self.of(**codes)]
        return sum(d for d, _c in both), sum(c for _d, c in both)

    def net(self, accounts: Collection[str], **codes: Any) -> int:
        """Debit less credit."""
        debit, credit = self.sides(accounts, **codes)
        return debit - credit

    def back(self, **codes: Any) -> int:
        """What was given back of payments: asked back (paid, and neither still advanced nor accepted), less what is still claimed or written off."""
        paid, given = self.net(("907",), **codes), self.net(("657",), **codes)
        return paid - self.net(("409",), **codes) - given - self.net(("463",), **codes) - self.net(("659",), **codes)

    def brought(self, account: str, codes: Mapping[str, Any]) -> int:
        """What a closed exercice brings to the one after it: balances as they are, expenses together under 120."""
        year = codes.get("exercice")
        if year is None or self.closed_year < year - 1 or account[0] in "69":
            return 0
        others = {name: value for name, value in codes.items() if name != "exercice"}
        before = [e for e in self.of(**others) if (e.codes["exercice"] or 0) < year and e.codes["exercice"] is not None]
        wanted = [account] if account != "120" else ["120", "631", "657", "659"]
        return sum(d - c for d, c in (e.said(wanted) for e in before))

    def book(self, accounts: Collection[str], start: str = "", end: str = "9999", by: str = "", **codes: Any) -> Book:
        """The statement of these accounts: day by day, or sorted by a code first."""
        mine = [e for e in self.of(**codes) if any(e.said(accounts))]
        opening = sum(self.brought(account, codes) for account in accounts)
        opening += sum(d - c for d, c in (e.said(accounts) for e in mine if e.day < start))
        mine = [e for e in mine if start <= e.day <= end]
        empty: Any = 0 if by == "exercice" else ""
        mine.sort(key=lambda e: (*((e.codes[by] or empty,) if by else ()), e.day, e.seq))
        balance, found = opening, []
        parts: dict[Any, tuple[int, int, int]] = {}
        for e in mine:
            debit, credit = e.said(accounts)
            balance += debit - credit
            found.append(Line(e.seq, debit, credit, balance))
            if by:
                n, d, c = parts.get(e.codes[by], (0, 0, 0))
                parts[e.codes[by]] = (n + 1, d + debit, c + credit)
        return Book(opening, found, [(key, *sums) for key, sums in parts.items()])

    def trial(self, start: str = "", end: str = "9999", **codes: Any) -> dict[str, tuple[int, int, int]]:
        """Per account that ever moved under these codes: opening (debit less credit), debits and credits of the period."""
        known = {account for e in self.of(**codes) for account in (e.debit, e.credit)}
        if codes.get("exercice"):
            known |= {a for a in self.accounts() if self.brought(a, codes)}
        books = {account: self.book([account], start, end, **codes) for account in sorted(known)}
        return {account: (book.opening, book.debit, book.credit) for account, book in books.items()}

    def accounts(self) -> set[str]:
        """Every account that an entry names, and the one that carries results forward."""
        return {"120", *(a for e in self.entries for a in (e.debit, e.credit))}

    def values(self, code: str) -> list[Any]:
        """Every value of one code, in order."""
        return sorted({e.codes[code] for e in self.entries if e.codes[code] is not None})

    def by(self, code: str, accounts: Collection[str]) -> dict[Any, int]:
        """Debit less credit per value of one code."""
        found: dict[Any, int] = defaultdict(int)
        for e in self.entries:
            debit, credit = e.said(accounts)
            found[e.codes[code]] += debit - credit
        return dict(found)
