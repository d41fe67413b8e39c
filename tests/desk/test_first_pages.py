"""Every number of the two first pages is a link, and the list behind it counts the same rows for the same francs (institution section 4)."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest

from portfolio.agreements.queries import blockers
from portfolio.agreements.queries.causes import held
from portfolio.origin import Surroundings
from tests import factories
from tests.client import Client, client
from tests.house.test_crawl import one_with

LEDGER = re.compile(r'<td class="num"><a href="(/ledger\?[^"]+)">([^<]+)</a></td>')
CELL = re.compile(r'<td class="num"><a href="([^"#]+)">([^<]+)</a></td><td class="num">([^<]*)</td>')


def whole(text: str) -> int:
    """A number as a page writes it."""
    return int(re.sub(r"[^\d-]", "", text.replace("−", "-")) or 0)


def rows_behind(browser: Client, address: str) -> list[dict[str, str]]:
    """What the list at this address holds, by its own export."""
    answer = browser.get(f"{address}{'&' if '?' in address else '?'}format=csv")
    assert answer.status_code == 200 and "csv" in answer.headers["content-type"], address
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.both_engines
def test_every_number_of_the_auditor_is_a_list_that_counts_the_same(demo: Surroundings) -> None:
    browser = client(demo, one_with(demo, "internal_auditor"))
    page = browser.get("/ledger/auditor").text
    found = [(html.unescape(a), whole(n), whole(m)) for a, n, m in CELL.findall(page)]
    kinds = [f for f in found if "/control" in f[0]]
    assert len(kinds) >= 17, "acts, papers, refusals, corrections, separation"
    assert sum(n for _a, n, _m in kinds) >= 20, "the demo has something to show"
    for address, count, amount in found:
        if address.startswith("/procurement/alerts"):
            assert browser.get(address).text.count("<section") >= count
            continue
        rows = rows_behind(browser, address)
        column = "Reste" if "advances" in address else "Montant"
        assert (len(rows), sum(int(r[column]) for r in rows)) == (count, amount), address
    for address, figure in LEDGER.findall(page):
        closing = re.search(r"Solde final</p><p class=\"kpi-value\">([^<]+)<", browser.get(html.unescape(address)).text)
        assert closing and abs(whole(closing[1])) == whole(figure), address
    funds = re.findall(r'<a href="(/justifications/recoveries\?fund=\d+)">([^<]+)</a>', page)
    for address, figure in funds:
        assert sum(int(r["Reversé"]) for r in rows_behind(browser, address)) == whole(figure), address
    assert len(funds) == 3 and page.count("/ledger?") > 30


PART = re.compile(r'<a href="([^"#]+)">([^<]+)</a>')


@pytest.mark.both_engines
def test_every_number_of_the_officer_is_a_list_that_counts_the_same(demo: Surroundings) -> None:
    for role in ("grants_officer", "programme_head"):
        browser = client(demo, one_with(demo, role))
        page = browser.get("/").text
        cards = re.findall(r'<div class="kpi [a-z]+"><p class="kpi-label">(?:<a href="([^"]+)">)?([^<]+).*?kpi-value">([^<]*)</p>(.*?)</div>', page)
        assert len(cards) == 8
        asked = [(html.unescape(a), value.split("·")[0]) for a, _label, value, _rest in cards if a]
        asked += [
            (html.unescape(a), words.split(":")[-1].split(",")[0]) for card in cards for a, words in PART.findall(card[3])
        ]
        rows_of = re.search(r'id="held".*?</table>', page, re.S)
        assert rows_of and "#held" in page
        asked += [(html.unescape(a), n) for a, n in re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', rows_of[0])]
        for address, figure in asked:
            rows = "" if address == "/agreements/force-majeure" else rows_behind(browser, address)
            if address == "/justifications/advances":
                assert sum(int(r["Reste"]) for r in rows) == whole(figure)
            elif rows != "":
                assert len(rows) == whole(figure), (role, address, figure)
        assert len(asked) > 12


@pytest.mark.both_engines
def test_causes_read_at_once_are_those_of_the_engine_one_by_one(demo: Surroundings) -> None:
    with factories.work_as(demo, one_with(demo, "programme_head"), readonly=True) as work:
        found = held(work)
        one_by_one = {h.tranche.id: [r.code for r in blockers(work, h.tranche)] for h in found}
    assert len(found) > 8 and len({h.cause for h in found}) > 2
    for h in found:
        assert h.cause == (one_by_one[h.tranche.id][0] if one_by_one[h.tranche.id] else "payable"), h.tranche.code
