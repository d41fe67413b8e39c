"""Every figure of every page and paper that people reach: it is a row's own amount, a sum of the ledger's entries, a sum of rows that belong together,
or follows from figures beside it; whatever else is shown is named (M18).

A net under the comparisons that know what each figure should be: it knows only what a figure may be, but no page escapes it, nor one added tomorrow.
The columns that the product derives itself (guards, running balances, totals kept on a record) explain nothing here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, inspect

from portfolio.kit import tables
from tests.client import Client
from tests.desk.foreign import Screen, number
from tests.desk.media import francs, lines, tail
from tests.desk.own_books import BUDGET, CASH, CODES, Own, rows
from tests.house import crawler

FIGURE = re.compile(r"(?<![\d\u202f])\u2212?\d{1,3}(?:(?:\u202f\d{3})+(?![\d\u202f,])|(?=\u00a0F\u202fCFA))")
"""A thousand or more, as every amount is written; a smaller one where it says that it is francs."""
DERIVED: dict[str, tuple[str, ...]] = {
    "budget_line": ("voted", "reserved", "committed", "liquidated", "ordered", "paid", "carried", "lapsed"),
    "cash_count": ("total", "books"),
    "closure": ("committed", "paid", "justified", "repaid", "written_off", "released"),
    "commitment": ("released", "voted", "already"),
    "decision": ("total",),
    "disbursement": ("deducted",),
    "expense": ("cleared",),
    "formal_notice": ("due",),
    "fund": ("received", "disbursed"),
    "fund_call": ("foreseen", "cash", "called", "received"),
    "ledger_balance": ("debit", "credit"),
    "ledger_day": ("debit", "credit"),
    "ledger_exercice": ("owed", "reserved", "unused", "lapsed"),
    "payment_approval": ("total",),
    "payment_batch": ("total",),
    "reconciliation": ("books", "unexplained"),
    "recovery": ("collected", "written_off", "held"),
    "tranche": ("requested", "liquidated", "ordered", "paid", "cleared", "refused", "shown"),
    "treasury_account": ("balance",),
}
UNREAD = ("paper", "audit_event", "outbox_job")
"""What the product says of itself: no source."""
SETS = (CASH, BUDGET, BUDGET[1:], BUDGET[2:], BUDGET[:3], (*CASH, "468"), ("409", "657"), ("409", "463"), ("902", "903", *BUDGET))


def _numbers(value: Any) -> Iterator[int]:
    """The whole numbers in what a JSON column keeps, and in its text."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, str):
        for found in re.findall(r"\d[\d \u00a0\u202f]{3,}", value):
            yield int(re.sub(r"\D", "", found))
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)


@dataclass
class Known:
    """What a figure may be."""

    own: Own
    amounts: set[int] = field(default_factory=lambda: {0})

    def __post_init__(self) -> None:
        self._ledger()
        looking = inspect(self.own.database.engine)
        for table in looking.get_table_names():
            if table not in UNREAD and not table.startswith("ledger_e"):
                self._table(table, looking.get_columns(table))

    def _ledger(self) -> None:
        """Debits, credits and balance of each account and set of accounts, of the whole and of each code, after every entry."""
        sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
        holding = {account: [(account,), *(s for s in SETS if account in s)] for account in self.own.accounts()}
        for e in self.own.entries:
            year = e.codes["exercice"]
            under = [("", None), ("subject", e.subject), *((c, e.codes[c]) for c in CODES), *((c, e.codes[c], year) for c in CODES[1:])]
            under.append(("of fund", e.codes["fund"], e.codes["party"]))
            for side, account in enumerate((e.debit, e.credit)):
                for held in holding[account]:
                    for key in under:
                        both = sums[held, key]
                        both[side] += e.amount
                        self.amounts |= {both[side], abs(both[0] - both[1])}
        for key in {key for _held, key in sums}:
            own = {held: both[0] - both[1] for (held, at), both in sums.items() if at == key}
            given = sum(own.get((a,), 0) * (1 if a == "907" else -1) for a in ("907", "409", "657", "463", "659"))
            self.amounts.add(abs(given))

    def _table(self, table: str, columns: list[Any]) -> None:
        derived = {f"{name}_minor" for name in DERIVED.get(table, ())}
        money = [c["name"] for c in columns if c["name"].endswith("_minor") and c["name"] not in derived]
        kept = [c["name"] for c in columns if isinstance(c["type"], JSON)]
        plain = [*kept, *(c["name"] for c in columns if c["name"].endswith(("_text", "reason", "content", "words", "article")))]
        keys = [c["name"] for c in columns if c["name"].endswith("_id") or c["name"] in ("status", "kind", "exercice", "country", "modality")]
        if not money and not plain:
            return
        found = rows(self.own.database, f'SELECT * FROM "{table}"')
        for name in plain:
            for row in found:
                value = row[name]
                if isinstance(value, str) and name in kept:
                    value = json.loads(value)
                self.amounts |= set(_numbers(value))
        for name in money:
            sums: dict[Any, int] = defaultdict(int)
            for row in found:
                amount = row[name] or 0
                self.amounts.add(abs(amount))
                sums[None] += amount
                for key in keys:
                    sums[key, row[key]] += amount
                    if "status" in row:
                        sums[key, row[key], row["status"]] += amount
            self.amounts |= {abs(total) for total in sums.values()}

    def beside(self, compared: Any) -> None:
        """What follows from the rows by a rule of its own, made again here: advances by age, shares by objective, the scope of an officer, percents
        of a grant, what justifies a call for funds, the interval of a sample."""
        own, database = self.own, self.own.database
        grants = rows(database, "SELECT a.*, p.path, f.code AS fund FROM agreement a JOIN place p ON p.id = a.place_id JOIN fund f ON f.id = a.fund_id")
        ages = compared.advances()
        tranches = rows(database, "SELECT t.*, coalesce(t.planned_on, a.ends_on) AS due FROM tranche t JOIN agreement a ON a.id = t.agreement_id")
        found: dict[Any, int] = defaultdict(int)
        for grant in grants:
            code, under = {"agreement": grant["reference"]}, [None, *((k, grant[k]) for k in ("country", "call_id", "group_id", "fund_id", "status"))]
            paths = [("path", "/".join(grant["path"].split("/")[:n])) for n in (1, 2, 3, 4)]
            for held in (("907",), ("657",), ("409",), ("463",), BUDGET, BUDGET[:3]):
                for key in (*under, *paths):
                    found[key, held] += own.net(held, **code)
            for percent in self.percents:
                self.amounts.add(grant["amount_minor"] * percent // 100)
        for paid in rows(database, "SELECT amount_minor, deducted_minor FROM disbursement"):
            self.amounts.add(paid["amount_minor"] - paid["deducted_minor"])
        for tranche in tranches:
            grant = next(g for g in grants if g["id"] == tranche["agreement_id"])
            for n, figure in enumerate(ages.get(tranche["code"], ())):
                for key in (None, ("country", grant["country"]), ("fund", grant["fund_id"])):
                    found[key, "age", n] += figure
                    found[key, "age", n, "and older"] += sum(ages[tranche["code"]][n:]) if n else 0
            given, cleared = own.net(["907"], tranche=tranche["code"]), own.net(["657"], tranche=tranche["code"])
            self.amounts |= {abs(-(-given * percent // 100) - cleared) for percent in self.percents}
        for fund in own.values("fund"):
            self.amounts.add(abs(own.net(CASH, fund=fund) - own.net(BUDGET[:3], fund=fund)))
            due = sorted((str(t["due"]), t["amount_minor"] - own.net(["907"], tranche=t["code"])) for t in tranches
                         if t["status"] in ("planned", "requested") and any(g["id"] == t["agreement_id"] and g["fund"] == fund and g["status"] in (
                             "signed_by_group", "active", "suspended") for g in grants))
            self.amounts |= {sum(left for _on, left in due[:n]) for n in range(len(due) + 1)}
        for share in rows(database, "SELECT c.envelope_minor, s.percent FROM reserved_share s JOIN call c ON c.id = s.call_id"):
            self.amounts.add(share["envelope_minor"] * share["percent"] // 100)
        filed: dict[int, int] = defaultdict(int)
        for receipt in rows(database, "SELECT call_id, requested_minor FROM filing_receipt ORDER BY number"):
            filed[receipt["call_id"]] += receipt["requested_minor"] or 0
            self.amounts.add(filed[receipt["call_id"]])
        self.amounts |= {int(row["ceiling_minor"]) for row in tables.rows("portfolio.groups", "wallet_ceilings.csv") if row["ceiling_minor"]}
        for sample in rows(database, "SELECT population_minor, size FROM audit_sample WHERE size > 0"):
            self.amounts.add(sample["population_minor"] // sample["size"])
        self.amounts |= {abs(total) for total in found.values()}

    @property
    def percents(self) -> set[int]:
        """Every percent that a rule of this portfolio says."""
        found = {r["threshold"] for r in rows(self.own.database, "SELECT threshold FROM tranche_condition WHERE threshold IS NOT NULL")}
        found |= {r["tenths"] // 10 for r in rows(self.own.database, "SELECT tenths FROM cost_cap")}
        for call in rows(self.own.database, "SELECT cost_caps FROM call"):
            kept = call["cost_caps"]
            found |= {cap["percent"] for cap in (json.loads(kept) if isinstance(kept, str) else kept or [])}
        return {int(percent) for percent in found}

    def strangers(self, shown: Iterable[int], columns: Iterable[int] = ()) -> set[int]:
        """What nothing explains: not known, not the sum of a column, not the sum or the difference of two figures beside it."""
        all_ = {abs(figure) for figure in shown}
        sums = {abs(total) for total in columns}
        left = {f for f in all_ if f not in self.amounts and f not in sums}
        beside = all_ - left
        return {f for f in left if not any(abs(f - a) in beside or f + a in beside for a in beside)}


def of_page(html: str) -> tuple[list[int], set[int]]:
    """The figures of a page, and the sums of what stands above each cell of its tables."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", html, flags=re.S)
    sums: set[int] = set()
    for table in Screen(html).tables:
        width = max((len(row) for row in table), default=0)
        running = [0] * width
        for row in table:
            for at, cell in enumerate(reversed(row)):
                value = number(cell)
                if value is not None:
                    sums.add(running[at])
                    running[at] += value
        sums |= set(running)
    return [francs(found) for found in FIGURE.findall(text)], sums


def of_paper(content: bytes) -> tuple[list[int], set[int]]:
    """The figures of a paper, and the sums of what stands above each, column by column from the right: what a page carries forward."""
    figures: list[int] = []
    sums: set[int] = set()
    running: dict[int, int] = defaultdict(int)
    for line in lines(content):
        figures += [francs(found) for found in FIGURE.findall(line)]
        if line.startswith(("À reporter", "Report", "Total")):
            sums |= set(running.values())
            continue
        for at, figure in enumerate(reversed(tail(line))):
            running[at] += figure
    return figures, sums


def _leads_to(html: str, stranger: int) -> set[str]:
    """Where the row or the figure that holds it leads."""
    words = f"{stranger:,}".replace(",", "\u202f")
    blocks = re.findall(r"<tr\b.*?</tr>|<div class=\"kpi .*?</div>", html, re.S)
    links = {link for block in blocks if words in block for link in re.findall(r'href="(/[^"#]*)', block)}
    return {link.replace("&amp;", "&") for link in links}


def walked(browser: Client, known: Known, *, each: int = 1, papers: bool = True) -> Iterator[tuple[str, set[int], int]]:
    """Every page and paper that somebody reaches by links: its address, what nothing explains, how many figures it has. The sum of a list is
    explained by the list that it leads to. A page that fails is its own stranger."""
    for seen in crawler.walk(browser, each=each):
        if seen.status >= 500:
            yield seen.address, {seen.status}, 0
            continue
        if seen.kind.startswith("text/html"):
            figures, columns = of_page(seen.html)
        elif papers and seen.kind.startswith("application/pdf") and (content := browser.get(seen.address).content).startswith(b"%PDF"):
            figures, columns = of_paper(content)
        else:
            yield seen.address, set(), 0
            continue
        left = known.strangers(figures, columns)
        for stranger in list(left):
            for link in _leads_to(seen.html, stranger):
                listed, sums = of_page(browser.get(link).text)
                if stranger in sums and not known.strangers(listed, sums):
                    left.discard(stranger)
        yield seen.address, left, len(figures)
