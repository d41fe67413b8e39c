"""The statements held against the entries: of a grant, advances by age, what is left to pay, the close of an exercice, the état de rapprochement,
the slip of a batch; each in every medium that it has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from tests.desk.comparing import Books
from tests.desk.foreign import number
from tests.desk.media import AMOUNT, francs, lines, printed, said, screen, sheets, tail
from tests.desk.own_books import BUDGET, CASH, Entry, rows

ADVANCES, CLAIMS, GIVEN, LOST = "409", "463", "657", "659"
MONEY = {*CASH, "468"}
AGES = ((0, 90), (91, 180), (181, 270), (271, 10**6))


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def summed(found: Iterable[list[int]], width: int) -> list[int]:
    return [sum(column) for column in zip(*found, strict=True)] or [0] * width


class Statements(Books):
    """The comparison of one database, its statements."""

    def register(self, where: str, text: list[str], row: str, right: Callable[[re.Match[str]], list[int]], ending: str, *, width: int,
                 balances: int = 0, groups: Iterable[list[int]] = ()) -> None:
        """A paper of any number of rows: each row by what it is of; at the foot and the head of a page, under a group and at the end, what the rows
        above make. The last `balances` columns run, the others add up."""
        same, adding = self.verdict.same, width - balances
        all_, here, group, run = [0] * adding, [0] * adding, [0] * adding, [0] * balances
        ended, moved, closed = 0, 0, []
        for line in text:
            figures = tail(line)
            if line.startswith("Total de la page "):
                same("pdf", f"{where}, page", figures[-adding:], here)
                here = [0] * adding
            elif line.startswith(("À reporter ", "Report ")) and figures:
                same("pdf", f"{where}, {line[:10]}", figures[-width:], all_ + run)
            elif line.startswith("Sous-total ") and figures:
                same("pdf", f"{where}, {line[:50]}", figures[-width:], group + run)
                closed.append(group)
                group = [0] * adding
            elif line.startswith(f"{ending} ") and len(figures) >= adding:
                same("pdf", f"{where}, totals", figures[-width:], all_ + (run if moved else []))  # nothing runs where nothing moved
                ended += 1
            elif m := re.search(row, line):
                mine = right(m)
                all_, here, group = ([a + b for a, b in zip(sums, mine, strict=False)] for sums in (all_, here, group))
                run, moved = mine[adding:], moved + 1
        same("pdf", f"{where}, ends once", ended, 1)
        same("pdf", f"{where}, groups", sorted(closed), sorted(groups))

    # -- the statement of a grant -----------------------------------------------------------------------------------

    def grant(self, found: dict[str, Any]) -> None:
        reference, address, same = found["reference"], f"/ledger/grants/{found['id']}", self.verdict.same
        left = asked = 0
        own: list[tuple[int, list[int]]] = []
        for e in self.own.of(agreement=reference):
            if not {e.debit, e.credit} & {ADVANCES, CLAIMS, GIVEN}:
                continue
            left += sum(e.said([ADVANCES])[:1]) - e.said([ADVANCES])[1]
            asked += e.said([CLAIMS])[0] - e.said([CLAIMS])[1]
            own.append((e.seq, [*_added(e), left, asked]))
        sums = [*summed([figures[:5] for _seq, figures in own], 5), left, asked]
        shown = screen(self.reader, address)
        same("html", f"{address} figures", [number(v) for v in list(shown.figures.values())[:4]], [found["amount_minor"], sums[0], left, asked])
        if own:
            same("html", f"{address} rows", [[francs(c) for c in row[5:]] for row in shown.tables[0][1:-1]], [figures for _seq, figures in own])
            same("html", f"{address} totals", [francs(c) for c in shown.tables[0][-1][1:]], sums)
        for kind, table in sheets(self.reader, address).items():
            shown_rows = [[francs(row[0]), *map(francs, row[5:])] for row in table[:-1]]
            same(kind, f"{address} rows", shown_rows, [[seq, *figures] for seq, figures in own])
            same(kind, f"{address} totals", [francs(c) for c in table[-1][5:]], sums)
        text = lines(printed(self.reader, f"{address}/editions"))
        waiting = dict(own)

        def right(m: re.Match[str]) -> list[int]:
            paid, accepted, claimed, back, lost, *rests = waiting.pop(int(m[1]))
            cells = [v for v in (paid, accepted, claimed, back + lost) if v] + rests
            same("pdf", f"{reference} entry {m[1]}", tail(m.string)[-len(cells):], cells)
            return [paid, accepted, claimed, back + lost, *rests]

        self.register(f"statement of {reference}", text, r"^(\d+) \d\d/\d\d/\d{4} ", right, "Totaux et restes", width=6, balances=2)
        same("pdf", f"{reference} rows left out", list(waiting), [])
        closing = [found["amount_minor"], sums[0], sums[1], left, asked, sums[3] + sums[4], self.own.net(["907"], agreement=reference)]
        same("pdf", f"{reference} sentence", said(text), closing)
        same("pdf", f"{reference}: account 907", closing[-1], sums[0])
        self.verdict.places |= {"desk.grant", "statement_grant"}

    # -- advances by age --------------------------------------------------------------------------------------------

    def advances(self) -> dict[str, list[int]]:
        """By tranche: what stands on account 409, and the same in the column of its age in days (R18: days of force majeure and suspension are none)."""
        stops = rows(self.around.database, "SELECT starts_on, ends_on, agreement_id, NULL AS path FROM agreement_suspension UNION ALL "
                     "SELECT f.starts_on, f.ends_on, NULL, p.path FROM force_majeure f JOIN place p ON p.id = f.place_id")
        today = self.around.clock.now().date()
        left = {code: net for code, net in self.own.by("tranche", [ADVANCES]).items() if net}
        found = {}
        for t in rows(self.around.database, "SELECT t.code, t.paid_on, a.id, p.path FROM tranche t JOIN agreement a ON a.id = t.agreement_id "
                      "JOIN place p ON p.id = a.place_id"):
            if t["code"] not in left:
                continue
            here = [
                (day(s["starts_on"]), day(s["ends_on"]) if s["ends_on"] else today) for s in stops
                if s["agreement_id"] == t["id"] or (s["path"] and f"{t['path']}/".startswith(f"{s['path']}/"))
            ]
            paid = day(t["paid_on"]) if t["paid_on"] else today
            every = (paid + timedelta(days=n) for n in range(1, (today - paid).days + 1))
            age = sum(1 for one in every if not any(a <= one <= b for a, b in here))
            net = left[t["code"]]
            found[t["code"]] = [net, *(net if a <= age <= b else 0 for a, b in AGES)]
        self.verdict.same("rows", "tranches with an advance", sorted(found), sorted(left))
        return found

    def ageing(self, by: str) -> None:
        own, same, address = self.advances(), self.verdict.same, f"/ledger/ageing?by={by}"
        codes = {e.codes["tranche"]: e.codes[by] for e in self.own.entries if ADVANCES in (e.debit, e.credit)}
        groups: dict[Any, list[list[int]]] = defaultdict(list)
        for code, figures in own.items():
            groups[codes[code]].append(figures)
        parts = {key: [len(some), *summed(some, 5)[1:], summed(some, 5)[0]] for key, some in groups.items()}
        total = summed(own.values(), 5)
        shown = screen(self.reader, address)
        if own:
            body, foot = shown.tables[0][1:-1], shown.tables[0][-1]
            same("html", f"{address} parts", {row[0].partition(" · ")[0]: [francs(c) for c in row[1:]] for row in body},
                 {str(key): figures for key, figures in parts.items()})
            same("html", f"{address} total", [francs(c) for c in foot[1:]], [len(own), *total[1:], total[0]])
            listed = {row[0]: [francs(c) for c in row[5:10]] for row in shown.tables[1][1:-1]}
            if len(own) <= 50:
                same("html", f"{address} rows", listed, own)
            same("html", f"{address} foot", [francs(c) for c in shown.tables[1][-1][5:10]], total)
        for kind, table in sheets(self.reader, address).items():
            same(kind, f"{address} rows", {str(row[0]): [francs(c) for c in row[5:10]] for row in table}, own)
        text = lines(printed(self.reader, "/ledger/ageing/editions", {"query": f"by={by}"}))
        waiting = dict(own)

        def right(m: re.Match[str]) -> list[int]:
            mine = waiting.pop(f"{m[1]}-T{m[2]}", None)
            self.verdict.must("pdf", f"ageing by {by}: a row too many, {m[0]}", mine is not None)
            figures = [francs(word) for word in m.string[m.end():].split(" ")[:2] if AMOUNT.fullmatch(word)]
            same("pdf", f"ageing by {by}, {m[1]} T{m[2]}", figures, mine[:1] * 2 if mine else [])
            return mine or [0] * 5

        row = r"(CONV-\d{4}-\d+-\w) (\d+) .*?(?:\d\d/\d\d/\d{4}|—) -?\d+ (?=\S)"
        if own:
            self.register(f"ageing by {by}", text, row, right, "Totaux", width=5, groups=[summed(some, 5) for some in groups.values()])
        same("pdf", f"ageing by {by}, rows left out", list(waiting), [])
        ages = [figure for figure in total[1:] if figure]
        same("pdf", f"ageing by {by}, sentences", said(text), [total[0], *ages, self.own.net([ADVANCES])])
        self.verdict.places |= {"desk.ageing", "statement_ageing"}

    # -- what is left to pay ----------------------------------------------------------------------------------------

    def commitments(self) -> list[dict[str, Any]]:
        """Every commitment that stands, under the name it goes by: committed, liquidated, ordered, paid, by its own entries."""
        found = rows(self.around.database, "SELECT c.id, c.reference, b.code AS line, b.exercice AS year, f.code AS fund, (SELECT a.reference FROM "
                     "agreement a WHERE a.commitment_id = c.id AND a.signed_at IS NOT NULL ORDER BY a.id DESC LIMIT 1) AS agreement, (SELECT a.reference FROM agreement a WHERE "
                     "a.commitment_id = c.id ORDER BY a.id DESC LIMIT 1) AS latest FROM commitment c JOIN budget_line b ON b.id = c.budget_line_id JOIN fund f ON f.id = b.fund_id WHERE c.status <> 'rejected'")
        for each in found:
            mine = [e for e in self.own.entries if e.subject == ("commitment", each["id"])]
            each["committed"] = sum(d - c for d, c in (e.said(BUDGET) for e in mine))
            each["stages"] = [self.own.net(BUDGET[n:], agreement=each["agreement"]) if each["agreement"] else 0 for n in (1, 2, 3)]
        return [each for each in found if each["committed"] > 0]

    def payables(self) -> None:
        same, page = self.verdict.same, self.reader.get("/ledger/statements").text
        net = self.own.net(BUDGET[:3])
        same("html", "/ledger/statements left to pay", said([re.sub(r"<[^>]+>", " ", page)])[:1], [net])
        own: dict[str, list[int]] = {}
        groups: dict[str, list[list[int]]] = defaultdict(list)
        for e in self.commitments():
            own[e["agreement"] or e["reference"]] = figures = [e["committed"], *e["stages"], e["committed"] - e["stages"][2]]
            groups[e["fund"]].append(figures)
        text, waiting = lines(printed(self.reader, "/ledger/statements/payables")), dict(own)

        def right(m: re.Match[str]) -> list[int]:
            mine: list[int] = waiting.pop(m[1])
            same("pdf", f"payables {m[1]}", tail(m.string)[-5:], mine)
            return mine

        row, parts = r" \d+ ((?:CONV|ENG)-\d{4}-\d+-\w) ", [summed(some, 5) for some in groups.values()]
        self.register("payables", text, row, right, "Totaux", width=5, groups=parts)
        same("pdf", "payables, rows left out", list(waiting), [])
        same("pdf", "payables, sentences", said(text), [net, net])
        advances = self.advances()
        table = (screen(self.reader, "/ledger/statements").tables or [[]])[0]
        shown = {row[0].replace(" T", "-T"): francs(row[4]) for row in table[1:]}
        same("html", "/ledger/statements advances", shown, {code: figures[0] for code, figures in advances.items()})
        self.verdict.places |= {"desk.statements", "statement_payables"}

    # -- the close of an exercice -----------------------------------------------------------------------------------

    def exercice(self, year: int) -> None:
        """While it is open: credits by line and sums left to pay, on screen and on paper."""
        same, address = self.verdict.same, f"/ledger/exercices/{year}"
        owed = {}
        for e in self.commitments():
            if e["year"] == year and e["committed"] > e["stages"][2]:
                liquidated, ordered, paid = e["stages"]
                owed[e["latest"] or e["reference"]] = [e["committed"] - liquidated, liquidated - ordered, ordered - paid, e["committed"] - paid]
        credits: dict[str, list[int]] = {}
        names = {}
        for line in rows(self.around.database, "SELECT code, label FROM budget_line WHERE exercice = :year AND status = 'voted' ORDER BY code", year=year):
            mine = {"line": line["code"], "exercice": year}
            brought = sum(e.amount if e.credit == "908" else -e.amount for e in self.own.of(**mine) if "908" in (e.debit, e.credit))
            voted, paid, left = -self.own.net(["901"], **mine), self.own.net(["907"], **mine), self.own.net(BUDGET[:3], **mine)
            names[line["code"]] = " ".join(f"{line['code']}{line['label']}".split())
            credits[line["code"]] = [voted, brought, paid, left, self.own.net(["903"], **mine), self.own.net(["902"], **mine)]
        sums, totals = summed(owed.values(), 4), summed(credits.values(), 6)
        same("rows", f"{address} owed by files and by lines", sums[3], totals[3])
        shown = screen(self.reader, address)
        tables = [t for t in shown.tables if len(t) > 1 and len(t[0]) >= 8 or t and len(t[0]) == 8]
        figures = [number(v) for v in list(shown.figures.values())[:3]]
        same("html", f"{address} figures", figures, [sums[3], totals[4], totals[5]])
        if owed:
            table = tables[0]
            same("html", f"{address} owed", {r[0]: [francs(c) for c in r[4:]] for r in table[1:] if len(r) == 8}, owed)
            same("html", f"{address} owed, total", [francs(c) for c in table[-1][1:]], sums)
            same("html", f"{address} owed, funds", sum(francs(r[1]) for r in table[1:] if len(r) == 2), sums[3])
        if credits:
            table = shown.tables[-1]
            same("html", f"{address} credits", {r[0]: [francs(c) for c in r[2:]] for r in table[1:-1]},
                 {names[code]: figures for code, figures in credits.items()})
            same("html", f"{address} credits, total", [francs(c) for c in table[-1][2:]], totals)
        text = lines(printed(self.reader, f"{address}/print"))
        first = next((n for n, line in enumerate(text) if line.startswith("Fonds Engagements")), None)
        second = next(n for n, line in enumerate(text) if line.startswith("Crédits de chaque ligne"))
        shown_owed = [tail(line)[-4:] for line in text[: first or second] if len(tail(line)) >= 4]
        body = [run for run, line in zip(shown_owed, [x for x in text[: first or second] if len(tail(x)) >= 4], strict=True)
                if not line.startswith(("Total ", "À reporter ", "Report "))]
        feet = [tail(line)[-4:] for line in text[: first or second] if line.startswith("Total ") and len(tail(line)) >= 4]
        same("pdf", f"{address} owed", sorted(body), sorted(owed.values()))
        same("pdf", f"{address} owed, total", feet, [sums] if owed else [])
        self._carried(f"{address} owed", [x for x in text[: first or second] if len(tail(x)) >= 4], 4)
        right = [[*figures[:5], figures[5]] for figures in credits.values()]
        seven = [tail(line)[-7:] for line in text[second:] if len(tail(line)) >= 7 and not line.startswith(("À reporter ", "Report "))]
        same("pdf", f"{address} credits", sorted([*run[:5], run[5] + run[6]] for run in seven), sorted([*right, totals] if right else []))
        same("pdf", f"{address} sentence", said(text), [sums[3]])
        self.verdict.places |= {"desk.exercice", "exercice_state"}

    def _carried(self, where: str, text: list[str], width: int) -> None:
        """At the foot and the head of a page, the sums of the rows above."""
        above = [0] * width
        for line in text:
            run = tail(line)[-width:]
            if line.startswith(("À reporter ", "Report ", "Total ")):
                self.verdict.same("pdf", f"{where}, {line[:10]}", run, above)
            else:
                above = [a + b for a, b in zip(above, run, strict=True)]

    def statements(self, ageing: Iterable[str] = ("fund", "party")) -> None:
        for found in rows(self.around.database, "SELECT id, reference, amount_minor FROM agreement WHERE reference IS NOT NULL ORDER BY id"):
            self.grant(found)
        for by in ageing:
            self.ageing(by)
        self.payables()
        for year in rows(self.around.database, "SELECT DISTINCT exercice AS year FROM budget_line WHERE status = 'voted' AND exercice > :closed",
                         closed=self.own.closed_year):
            self.exercice(year["year"])


def _added(e: Entry) -> list[int]:
    """Paid, accepted, claimed, given back, written off by one entry; less where it is taken back."""
    found = [0] * 5
    for one, other, sign in ((e.debit, e.credit, e.amount), (e.credit, e.debit, -e.amount)):
        found[0] += sign * (one in (ADVANCES, GIVEN) and other in MONEY)
        found[1] += sign * (one == GIVEN)
        found[2] += sign * (one == CLAIMS and other not in MONEY and other != LOST)
        found[3] += sign * (one in MONEY and other == CLAIMS)
        found[4] += sign * (one == LOST)
    return found
