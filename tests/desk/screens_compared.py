"""The screens that are no book, and the papers of the bank, held against the entries and the rows: the portfolio by objective, place and exercice,
the forecast by month and fund, états de rapprochement, batches and their slips; and the foot of every list against its own files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from portfolio.payments import queries as payments
from portfolio.payments.pdf import slip_pdf
from tests.desk.foreign import Screen, number
from tests.desk.media import francs, lines, said, screen, tail
from tests.desk.own_books import BUDGET, CASH, rows
from tests.desk.statements_compared import Statements, day, summed
from tests.desk.test_foreign_books import holder
from tests.factories import work_as

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """A sum in whole francs by weights: what is left over goes by the largest remainder, then to whoever comes first (M05)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


class Screens(Statements):
    """The comparison of one database, the rest."""

    def grants(self) -> list[dict[str, Any]]:
        """Every signed agreement: what is still committed to it, paid, accepted."""
        found = rows(self.around.database, "SELECT a.id, a.reference, a.amount_minor, p.path, c.released_minor, c.id AS commitment FROM agreement a "
                     "JOIN place p ON p.id = a.place_id LEFT JOIN commitment c ON c.id = a.commitment_id WHERE a.status <> 'draft' ORDER BY a.id")
        for each in found:
            back = [e.said(["902"]) for e in self.own.entries if e.subject == ("commitment", each["commitment"]) and "904" in (e.debit, e.credit)]
            given_back = sum(d - c for d, c in back)
            code = {"agreement": each["reference"]}
            each["sums"] = [each["amount_minor"] - given_back, self.own.net(["907"], **code), self.own.net(["657"], **code)]
        return found

    def portfolio(self) -> None:
        same, own = self.verdict.same, self.grants()
        page = screen(self.reader, "/portfolio")
        if not own:
            return
        total = summed([g["sums"] for g in own], 3)
        same("html", "/portfolio figures", [number(v) for v in list(page.figures.values())[1:4]], total)
        names = {r["code"]: r["name"] for r in rows(self.around.database, "SELECT code, name FROM place")}
        regions: dict[str, list[list[int]]] = defaultdict(list)
        for grant in own:
            code = grant["path"].split("/")[1] if "/" in grant["path"] else grant["path"]
            regions[names.get(code, code)].append(grant["sums"])
        by_place = {name: [len(some), *summed(some, 3)] for name, some in regions.items()}
        places = next(t for t in page.tables if len(t[0]) == 5)
        same("html", "/portfolio by region", {r[0]: [francs(c) for c in r[1:]] for r in places[1:-1]}, by_place)
        same("html", "/portfolio by region, total", [francs(c) for c in places[-1][1:]], [len(own), *total])
        objectives = page.tables[0]
        same("html", "/portfolio by objective, total", [francs(c) for c in objectives[-1][1:]], total)
        self._objectives(own, objectives[1:-1])
        years = {str(y): [self.own.net(["907"], exercice=y)] for y in self.own.values("exercice") if self.own.sides(["907"], exercice=y) != (0, 0)}
        if years:
            same("html", "/portfolio by exercice", {r[0]: [francs(c) for c in r[1:]] for r in page.tables[-1][1:]}, years)
        self.verdict.places.add("desk.portfolio")

    def _objectives(self, own: Sequence[dict[str, Any]], shown: Sequence[Sequence[str]]) -> None:
        """Shares by weight, to the franc, where every grant is tagged in the framework shown."""
        first = rows(self.around.database, "SELECT min(id) AS id FROM framework WHERE status = 'approved'")[0]["id"]
        tags: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for t in rows(self.around.database, "SELECT t.subject_id, t.weight, o.code, o.title FROM tag t JOIN objective o ON o.id = t.objective_id "
                      "WHERE t.subject_type = 'agreement' AND t.framework_id = :first ORDER BY t.objective_id", first=first):
            tags[t["subject_id"]].append((f"{t['code']} {t['title']}", t["weight"]))
        direct = [g for g in own if g["id"] in tags]
        parts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for grant in direct:
            labels, weights = zip(*tags[grant["id"]], strict=True)
            for at, amount in enumerate(grant["sums"]):
                for label, part in zip(labels, shared(amount, weights) if amount else [0] * len(weights), strict=True):
                    parts[label][at] += part
        found = {row[0]: [francs(c) for c in row[1:]] for row in shown}
        if len(direct) == len(own):
            right = {label: figures for label, figures in parts.items() if any(figures)}
            self.verdict.same("html", "/portfolio by objective", {k: v for k, v in found.items() if any(v)}, right)
        self.verdict.same("html", "/portfolio by objective, sum", summed(found.values(), 3), summed([g["sums"] for g in own], 3))

    def strategy(self) -> None:
        """Signed grants by objective of the first framework, what is below counted above too."""
        framework = rows(self.around.database, "SELECT min(id) AS id FROM framework WHERE status = 'approved'")[0]["id"]
        tree = rows(self.around.database, "SELECT id, parent_id, code FROM objective WHERE framework_id = :f AND level NOT IN "
                    "('principle', 'expected_result')", f=framework)
        weights: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for t in rows(self.around.database, "SELECT subject_id, objective_id, weight FROM tag WHERE subject_type = 'agreement' AND framework_id = :f "
                      "ORDER BY objective_id", f=framework):
            weights[t["subject_id"]].append((t["objective_id"], t["weight"]))
        signed = rows(self.around.database, "SELECT id, amount_minor FROM agreement WHERE status IN ('active', 'suspended', 'closing', 'closed')")
        if not signed or any(a["id"] not in weights for a in signed):
            return
        parents = {o["id"]: o["parent_id"] for o in tree}
        sums: dict[int, int] = defaultdict(int)
        for a in signed:
            numbers, shares = zip(*weights[a["id"]], strict=True)
            for objective, part in zip(numbers, shared(a["amount_minor"], shares), strict=True):
                at: int | None = objective
                while at is not None:
                    sums[at] += part
                    at = parents.get(at)
        page = screen(self.reader, f"/strategy/{framework}")
        table = next(t for t in page.tables if t[-1][0] == "Total")
        shown = {row[0]: francs(row[2]) for row in table[1:-1] if len(row) == 3 and francs(row[2])}
        self.verdict.same("html", "/strategy by objective", shown, {o["code"]: sums[o["id"]] for o in tree if sums[o["id"]]})
        self.verdict.same("html", "/strategy total", francs(table[-1][2]), sum(a["amount_minor"] for a in signed))
        self.verdict.places.add("strategy.show")

    # -- the forecast ----------------------------------------------------------------------------------------------

    def forecast(self) -> None:
        """Tranches not paid: their sums by fund and month, on the day planned or on the later one that the page gives for them."""
        same, address = self.verdict.same, "/agreements/forecast"
        page, today = screen(self.reader, f"{address}?size=100"), self.around.clock.now().date()
        found = rows(self.around.database, "SELECT t.code, t.amount_minor, coalesce(t.planned_on, a.ends_on) AS planned_on, f.code AS fund FROM tranche t "
                     "JOIN agreement a ON a.id = t.agreement_id JOIN fund f ON f.id = a.fund_id WHERE t.given_up = :no AND t.status IN ('planned', 'requested') "
                     "AND a.status IN ('signed_by_group', 'active', 'suspended')", no=False)
        left = {t["code"]: t["amount_minor"] - self.own.net(["907"], tranche=t["code"]) for t in found}
        left = {code: francs_left for code, francs_left in left.items() if francs_left > 0}
        listed = page.tables[-1] if page.tables else []
        shown = {row[0]: next(francs(c) for c in reversed(row) if number(c) is not None) for row in listed[1:-1]} if left else {}
        same("html", f"{address} list", shown, left)
        if not left:
            return
        chart = next(t for t in page.tables if t[0][0] == "Mois")
        later: list[list[str]] = next((t for t in page.tables if len(t[0]) == 6 and t[0][0] == "Tranche" and t[0][2] != "Groupe"), [[]])
        moved = {row[0]: _day(row[3]) for row in later[1:]}
        firsts = [date(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1, 1) for n in range(12)]
        funds = sorted({t["fund"] for t in found if t["code"] in left})
        buckets = [dict.fromkeys(funds, 0) for _n in range(13)]
        for t in found:
            if t["code"] not in left:
                continue
            when = moved.get(t["code"]) or day(t["planned_on"])
            at = 0 if when < today else max((n for n, first in enumerate(firsts, 1) if first <= when), default=1)
            buckets[at][t["fund"]] += left[t["code"]]
        right = [[*bucket.values(), sum(bucket.values())] for bucket in buckets]
        same("html", f"{address} by month and fund", [[francs(c) for c in row[1:]] for row in chart[1:14]], right)
        same("html", f"{address} by fund", summed([row[:-1] for row in right], len(funds)),
             [sum(left[t["code"]] for t in found if t["code"] in left and t["fund"] == fund) for fund in funds])
        self.verdict.places.add("agreements.forecast")

    # -- the bank --------------------------------------------------------------------------------------------------

    def reconciliations(self) -> None:
        same = self.verdict.same
        for r in rows(self.around.database, "SELECT r.*, t.code AS account, s.closing_minor, c.total_minor FROM reconciliation r JOIN treasury_account t "
                      "ON t.id = r.treasury_account_id LEFT JOIN bank_statement s ON s.reference = r.source LEFT JOIN cash_count c "
                      "ON c.reference = r.source"):
            address, until = f"/payments/reconciliations/{r['id']}", str(r["statement_on"])[:10]
            mine = [e for e in self.own.of(treasury=r["account"]) if e.day <= until and e.at <= str(r["prepared_at"])]
            books = sum(d - c for d, c in (e.said(CASH) for e in mine))
            seen = r["closing_minor"] if r["closing_minor"] is not None else r["total_minor"]
            page = screen(self.reader, address)
            items = [sum(francs(row[-1]) for row in table[1:-1]) for table in page.tables if len(table[0]) == 5]
            kept = json.loads(r["items"]) if isinstance(r["items"], str) else r["items"]
            same("html", f"{address} outstanding, rows", sum(items), sum(item["amount_minor"] for item in kept))
            feet = [francs(table[-1][-1]) for table in page.tables if len(table[0]) == 5]
            same("html", f"{address} outstanding", feet, items)
            right = [books, seen, sum(items), books - seen - sum(items)]
            same("html", f"{address} figures", [number(v) for v in list(page.figures.values())[:4]], right)
            papers = [f"{address}/draft.pdf"] if r["status"] == "prepared" else []
            papers += [f"/documents/papers/{p['id']}" for p in rows(
                self.around.database, "SELECT id FROM paper WHERE kind = 'reconciliation' AND subject_id = :id", id=r["id"])]
            for paper in papers:
                text = lines(self.reader.get(paper).content)
                tops = {"Solde dans les livres": books, "Solde du relevé": seen, "Écart à expliquer": books - seen,
                        "Dans les livres, pas encore": items[0] if items else 0, "Solde rapproché": seen + sum(items),
                        "Écart non expliqué": books - seen - sum(items)}  # fmt: skip
                for words, figure in tops.items():
                    shown = {tail(line)[-1] for line in text if line.startswith(words) and tail(line)}
                    same("pdf", f"{paper} {words}", shown, {figure})
                same("pdf", f"{paper} outstanding", [tail(line)[-1] for line in text if line.startswith("Total ") and tail(line)], items)
            self.verdict.places |= {"payments.reconciliation", "reconciliation"}

    def slips(self) -> None:
        same = self.verdict.same
        for batch in rows(self.around.database, "SELECT id, reference FROM payment_batch b WHERE EXISTS (SELECT 1 FROM payment_line WHERE batch_id = b.id)"):
            address = f"/payments/{batch['id']}"
            own = {}
            for line in rows(self.around.database, "SELECT l.order_reference, d.amount_minor - d.deducted_minor AS due FROM payment_line l JOIN disbursement d "
                             "ON d.id = l.disbursement_id WHERE l.batch_id = :id ORDER BY l.position", id=batch["id"]):
                own[line["order_reference"]] = line["due"]
                gone = [e.amount for e in self.own.entries if e.document == line["order_reference"] and e.credit in CASH and e.debit in ("409", "657")]
                if gone:
                    same("rows", f"{batch['reference']} {line['order_reference']} left the account", set(gone), {line["due"]})
            html = self.reader.get(address).text
            table = next(t for t in Screen(html).tables if len(t) > 1 and len(t[0]) >= 6 and t[-1][0] == "Total")
            shown = {re.split(r"(?<=-\w)(?=[A-Z ])", row[1])[0].split(" ")[0][:15]: francs(row[4]) for row in table[1:-1]}
            same("html", f"{address} lines", shown, {reference[:15]: due for reference, due in own.items()})
            same("html", f"{address} total", francs(table[-1][1]), sum(own.values()))
            text = lines(self._slip(batch["id"], f"{address}/slip"))
            feet = [tail(line)[-1] for line in text if line.startswith("Total ") and tail(line)]
            same("pdf", f"{address}/slip total", feet, [sum(own.values())])
            amounts = [tail(line)[-1] for line in text if tail(line) and tail(line)[-1] in own.values() and not line.startswith("Total ")]
            self.verdict.must("pdf", f"{address}/slip lines", sorted(amounts)[-len(own):] == sorted(own.values()) or len(own) == 1)
            same("pdf", f"{address}/slip sentence", said(text)[-1:], [sum(own.values())])
            self.verdict.places |= {"payments.show", "payments.slip", "payment_batch"}

    def _slip(self, number_of: int, address: str) -> bytes:
        """The slip; drawn here when the batch was sent where papers are not (tests/lives/acts.py)."""
        content: bytes = self.reader.get(address).content
        if content.startswith(b"%PDF"):
            return content
        with work_as(self.around, holder(self.around, "accountant"), readonly=True) as work:
            batch = payments.get(work, number_of)
            return slip_pdf({**payments.slip_facts(work, batch), "reference": batch.reference, "draft": True})

    def screens(self) -> None:
        self.portfolio()
        self.strategy()
        self.forecast()
        self.reconciliations()
        self.slips()


def _day(words: str) -> date:
    """« 24 novembre 2026 »."""
    number_of, month, year = words.replace("1er", "1").split(" ")
    return date(int(year), MONTHS.index(month) + 1, int(number_of))


__all__ = ["BUDGET", "Screens", "shared"]
