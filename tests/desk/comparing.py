"""The books held against the entries: the grand livre under any question and the balance générale, on screen, as CSV, as XLSX and on paper."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from portfolio.origin import Surroundings
from tests.client import Client
from tests.desk.foreign import Screen, number
from tests.desk.media import Verdict, francs, lines, next_page, printed, said, screen, sheets, tail
from tests.desk.own_books import CASH, Book, Own, rows
from tests.desk.test_foreign_books import of_role

OPENINGS = {"fund": "Disponible au début", "journal": "Payé auparavant", "": "Solde initial"}
CLOSINGS = {"fund": "Totaux et disponible", "journal": "Totaux et cumul", "": "Totaux et solde final"}
BY = ("party", "fund", "line", "agreement", "call", "donor", "place", "objective", "treasury", "exercice")
EXACT = ("donor", "fund", "line", "call", "agreement", "tranche", "objective", "treasury", "exercice")
"""Codes that mean themselves when they are asked; a party or a place is searched by its name too."""


@dataclass(frozen=True)
class Asked:
    """A question to the grand livre, as its address says it."""

    book: str = ""
    account: str = ""
    start: str = ""
    end: str = ""
    by: str = ""
    codes: tuple[tuple[str, Any], ...] = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        return CASH if self.book == "fund" else ("907",) if self.book == "journal" or not self.account else (self.account,)

    @property
    def query(self) -> str:
        pairs = [("book", self.book), ("account", self.account if not self.book else ""), ("from", self.start), ("to", self.end)]
        return urlencode([(k, v) for k, v in (*pairs, *self.codes, ("by", self.by)) if v != ""])


def questions(own: Own, chance: random.Random, number_of: int) -> list[Asked]:
    """The four books whole, then questions drawn by chance: an account that moved, a code, a period, sub-totals."""
    made = [Asked(), Asked(book="fund"), Asked(book="journal", by="fund"), Asked(account="409", by="agreement")]
    accounts, days = sorted(own.accounts()), sorted({e.day for e in own.entries})
    while len(made) < number_of and days:
        name = chance.choice(EXACT)
        values = own.values(name)
        start, end = sorted((chance.choice(days), chance.choice(days)))
        made.append(Asked(
            book=chance.choice(("", "", "", "fund", "journal")),
            account=chance.choice(accounts),
            start=chance.choice(("", start)),
            end=chance.choice(("", end)),
            by=chance.choice(("", *BY)),
            codes=((name, chance.choice(values)),) if values and chance.random() < 0.6 else (),
        ))  # fmt: skip
    return made[:number_of]


@dataclass
class Books:
    """The comparison of one database; who reads is the accountant."""

    around: Surroundings
    own: Own
    verdict: Verdict = field(default_factory=Verdict)

    def __post_init__(self) -> None:
        self.reader: Client = of_role(self.around, "accountant")
        self.names = self._names()

    def _names(self) -> dict[str, str]:
        return {
            r["code"]: r["name"]
            for r in rows(self.around.database, "SELECT code, name FROM grp UNION ALL SELECT code, name FROM supplier")
        }

    def book(self, asked: Asked) -> None:
        """One question in its four media."""
        own = self.own.book(asked.accounts, asked.start, asked.end or "9999", asked.by, **dict(asked.codes))
        plain = own if not asked.by else self.own.book(asked.accounts, asked.start, asked.end or "9999", **dict(asked.codes))
        address = f"/ledger?{asked.query}"
        self._screen(address, plain, own, asked)
        for kind, found in sheets(self.reader, address).items():
            self._sheet(kind, address, found, own)
        self._paper(asked, own)
        self.verdict.places |= {"desk.ledger", "ledger_book"}

    def _keys(self, by: str, own: Book) -> list[str]:
        """What each sub-total is called: a third party by its name, with its code where another has the same."""
        called = [self.names.get(str(code), str(code)) if by == "party" else str(code) for code, *_sums in own.parts]
        return [
            "–" if code is None else f"{name} ({code})" if by == "party" and called.count(name) > 1 else name
            for name, (code, *_sums) in zip(called, own.parts, strict=True)
        ]

    def _screen(self, address: str, plain: Book, own: Book, asked: Asked) -> None:
        same, at, running, page = self.verdict.same, 0, plain.opening, address
        while True:
            html = self.reader.get(page).text
            shown = Screen(html)
            figures = [number(v) for v in list(shown.figures.values())[:4]]
            same("html", f"{address} figures", figures, [plain.opening, plain.debit, plain.credit, plain.closing])
            if plain.lines:
                body, foot = shown.tables[0][1:-1], shown.tables[0][-1]
                same("html", f"{address} brought", francs(body[0][-1]), running)
                for row in body[1:]:
                    line = plain.lines[at]
                    same("html", f"{address} entry {line.seq}", [francs(c) for c in row[-3:]], [line.debit, line.credit, line.balance])
                    at, running = at + 1, line.balance
                same("html", f"{address} foot", francs(foot[-1]), running)
            following = next_page(html)
            if not following:
                break
            page = f"/ledger{following}"
        if plain.lines:
            same("html", f"{address} totals", [francs(c) for c in foot[-3:]], [plain.debit, plain.credit, plain.closing])
        same("html", f"{address} entries", at, len(plain.lines))
        if own.parts:
            table = shown.tables[1]
            for row, name, (code, n, debit, credit) in zip(table[1:-1], self._keys(asked.by, own), own.parts, strict=True):
                same("html", f"{address} {code}", [row[0], *map(francs, row[1:])], [name, n, debit, credit, debit - credit])
            right = [len(own.lines), own.debit, own.credit, own.debit - own.credit]
            same("html", f"{address} sub-totals", [francs(c) for c in table[-1][1:]], right)

    def _sheet(self, kind: str, address: str, found: Sequence[Sequence[Any]], own: Book) -> None:
        same = self.verdict.same
        same(kind, f"{address} opening", francs(found[0][-1]), own.opening)
        same(kind, f"{address} entries", len(found) - 2, len(own.lines))
        for row, line in zip(found[1:-1], own.lines, strict=False):
            same(kind, f"{address} entry {line.seq}", [francs(c) for c in row[-3:]], [line.debit, line.credit, line.balance])
        same(kind, f"{address} totals", [francs(c) for c in found[-1][-3:]], [own.debit, own.credit, own.closing])

    def _paper(self, asked: Asked, own: Book) -> None:
        """Rows in their order; at each foot and head of a page what the rows above make; sub-totals; the closing sentence."""
        where, same = f"paper of {asked.query or 'everything'}", self.verdict.same
        text = lines(printed(self.reader, "/ledger/editions", {"query": asked.query}))
        at = since = debit = credit = part = ended = opened = 0
        names = self._keys(asked.by, own)
        known = [(name.replace("–", "—"), d, c) for name, (_code, _n, d, c) in zip(names, own.parts, strict=True)]
        for line in text:
            run, upto = tail(line), own.lines[at - 1].balance if at else own.opening
            if line.startswith("Total de la page "):
                here = own.lines[since:at]
                same("pdf", f"{where}, page", run[-2:], [sum(x.debit for x in here), sum(x.credit for x in here)])
                since = at
            elif line.startswith(("À reporter ", "Report ")) and len(run) > 2:
                same("pdf", f"{where}, {line[:10]}", run[-3:], [debit, credit, upto])
            elif line.startswith(CLOSINGS[asked.book]) and run:
                same("pdf", f"{where}, totals", run[-3:], [own.debit, own.credit, own.closing])
                ended += 1
            elif line.startswith(OPENINGS[asked.book] + " ") and ":" not in line:
                same("pdf", f"{where}, opening", run[-1:], [own.opening])
                opened += 1
            elif line.startswith("Sous-total ") and run:
                key, d, c = known[part] if part < len(known) else ("none", 0, 0)
                same("pdf", f"{where}, {line[:60]}", run[-3:], [d, c, upto])
                self.verdict.must("pdf", f"{where}: {line[:60]} stands where {key} should", line.partition(" — ")[2].startswith(key[:20]))
                part += 1
            elif m := re.search(r"(?:^| )(\d+) \d\d/\d\d/\d{4}(?: |$)", line):
                if at == len(own.lines) or not run:
                    self.verdict.wrong.append(f"pdf {where}: a line too many, {line[:50]}")
                    continue
                mine = own.lines[at]
                same("pdf", f"{where}, entry {mine.seq}", [int(m[1]), *run[-2:]], [mine.seq, mine.debit or mine.credit, mine.balance])
                at, debit, credit = at + 1, debit + mine.debit, credit + mine.credit
        same("pdf", f"{where}, lines, sub-totals, opening and closing", [at, part, opened, ended], [len(own.lines), len(own.parts), 1, 1])
        self._closing_words(asked, own, where, said(text))

    def _closing_words(self, asked: Asked, own: Book, where: str, found: list[int]) -> None:
        opening, debit, credit, closing = own.opening, own.debit, own.credit, own.closing
        left = [abs(closing)] if closing else []
        right = {
            "": [abs(opening), abs(closing), debit, credit, *left],
            "fund": [opening, closing, debit, credit, *left],
            "journal": [opening, closing, debit, *([credit, debit - credit] if credit else [])],
        }[asked.book]
        self.verdict.same("pdf", f"{where}, closing sentence", found, right)

    # -- the balance générale ---------------------------------------------------------------------------------------

    def trial(self, start: str = "", end: str = "", **codes: Any) -> None:
        """One balance in its four media."""
        own = self.own.trial(start, end or "9999", **codes)
        query = urlencode([(k, v) for k, v in (("from", start), ("to", end), *codes.items()) if v])
        address, same = f"/ledger/balance?{query}", self.verdict.same
        shown = screen(self.reader, address)
        right = {a: [max(0, o), max(0, -o), d, c, max(0, o + d - c), max(0, c - o - d)] for a, (o, d, c) in own.items()}
        found = {row[0]: [francs(c) for c in row[3:]] for table in shown.tables for row in table[1:] if len(row) == 9}
        same("html", f"{address} accounts", sorted(found), sorted(right))
        for account, figures in right.items():
            same("html", f"{address} {account}", found.get(account), figures)
        totals = [sum(column) for column in zip(*right.values(), strict=True)] if right else [0] * 6
        if right:
            sums = [[number(part) for part in value.split("=")] for value in list(shown.figures.values())[:3]]
            same("html", f"{address} totals", sums, [totals[0:2], totals[2:4], totals[4:6]])
        for kind, table in sheets(self.reader, address).items():
            same(kind, f"{address} accounts", [str(row[0]).removesuffix(".0") for row in table], list(own))
            for row, (account, (opening, debit, credit)) in zip(table, own.items(), strict=False):
                figures = [opening, debit, credit, opening + debit - credit]
                same(kind, f"{address} {account}", [francs(c) for c in row[3:]], figures)
        text = lines(printed(self.reader, "/ledger/balance/editions", {"query": query}))
        begun: dict[str, list[int]] = {}
        account, feet = "", []
        for line in text:
            if not account and (m := re.match(r"(\d{3})(?: |$)", line)):  # the words of a wide label go on below, before its figures
                account = m[1]
            run = tail(line)
            if line.startswith("Total ") and len(run) >= 6:
                feet.append(run[-6:])
            elif account and len(run) >= 6:
                begun[account], account = run[-6:], ""
        same("pdf", f"{address} rows", begun, right)
        halves = [[a for a in right if (a[0] == "9") is budget] for budget in (False, True)]
        same("pdf", f"{address} feet", feet, [[sum(right[a][n] for a in half) for n in range(6)] for half in halves if half])
        same("pdf", f"{address} closing sentence", said(text), totals[2:4])
        self.verdict.places |= {"desk.ledger_balance", "trial_balance"}

    def trials(self, chance: random.Random, number_of: int) -> None:
        """The whole balance, then of a period, of a code."""
        self.trial()
        days = sorted({e.day for e in self.own.entries})
        for n in range(number_of - 1):
            start, end = sorted((chance.choice(days), chance.choice(days)))
            name = chance.choice(("fund", "line", "donor", "exercice", "call", "agreement"))
            values = self.own.values(name)
            codes = {name: chance.choice(values)} if n % 2 and values else {}
            self.trial(chance.choice(("", start)), chance.choice(("", end)), **codes)

    def everything(self, chance: random.Random, number_of: int) -> Verdict:
        for asked in questions(self.own, chance, number_of):
            self.book(asked)
        self.trials(chance, max(2, number_of // 3))
        return self.verdict
