"""No figure of the demo that nothing explains: every page that people reach, every paper that was kept, every file of a table; and no route, no
paper and no file that is added without being read here (M18)."""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import portfolio
from portfolio.app import create_app
from portfolio.desk.service.statements import TITLES
from portfolio.origin import Surroundings
from portfolio.web import listing
from portfolio.web.urls import url
from tests.client import client
from tests.desk.explained import Known, of_page, of_paper, walked
from tests.desk.own_books import Own, rows
from tests.desk.screens_compared import Screens
from tests.house.lists import EXPECTED
from tests.house.routes import Route, routes
from tests.house.test_crawl import browser_of, one_with

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
WALKERS = ("accountant", "grants_officer", *(("internal_auditor", "programme_head", "procurement_officer") if WHOLE else ()))
ASKERS = ("programme_head", "authorising_officer", "procurement_officer", "committee_secretary", "intake_agent", "assessor", "internal_auditor")
HELD = ("desk.ledger", "desk.ledger_balance", "desk.portfolio", "agreements.forecast", "strategy.show")
"""Routes whose every figure `test_every_total.py` knows: sums by period, share and month that follow from no figure beside them."""
NOT_FRANCS = ("beneficiaries.index", "desk.styleguide")
"""Counts of people; made-up figures that show what a page looks like."""
ELSEWHERE = ("scoring.ranking",)
"""What the ranking alone would give each reserved share: the envelope and the ranks make it, in tests/scoring/test_ranking.py."""
HELD_PAPERS = {"ledger_book", "trial_balance", "statement_grant", "statement_ageing", "statement_payables", "exercice_state", "reconciliation",
               "payment_batch"}  # fmt: skip
"""Papers whose every figure `test_every_total.py` knows."""
UNREACHED = set(Path(__file__).with_name("unreached.txt").read_text().split())
"""Routes that nobody reaches here: forms, acts whose moment is past, the file of a bank (tests/payments/test_files.py), two papers of moments that
the demo does not have."""
TABLES = {"web/listing", "desk/routes/ledger", "desk/routes/grants", "desk/routes/samples", "beneficiaries/routes/people"}
"""Who sends a table: every list; the books and the statement of a grant, compared in `test_every_total.py`; a sample, whose rows are those of the
grand livre; and counts of people."""
DYNAMIC = {
    "f'statement_{kind}'": {f"statement_{kind}" for kind in TITLES},
    "f'audit_{stage}'": {"audit_provisional", "audit_final"},
    "kind": {"call_notice", "call_poster", "call_radio"},
}
"""Kinds of papers that the code puts together."""
UNSEEN = {
    "call_correction": "what was corrected in a call, in words: no sum",
    "write_off": "nothing is written off in the demo: its one sum is the claim of tests/justifications/test_stops.py",
    "donor_refund": "the refund of the demo waits for its transfer: its one sum is that of tests/funds/test_donors.py",
}


def pattern(route: Route) -> re.Pattern[str]:
    path = re.sub(r"\{\w+:int\}", r"\\d+", route.path)
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$")


def asked(demo: Surroundings, known: Known, route: Route) -> Iterator[tuple[str, set[int], int]]:
    """What no link of the walkers leads to, asked by its address: one record of the first twelve, by the first who may."""
    for role in (role for role in ASKERS if route.allows(role)):
        browser = browser_of(demo, role)
        for number in range(1, 13 if "{" in route.path else 2):
            address = re.sub(r"\{\w+(:int)?\}", str(number), route.path)
            answer = browser.get(address, follow_redirects=False)
            kind = answer.headers.get("content-type", "")
            if answer.status_code == 200 and kind.startswith(("text/html", "application/pdf")):
                figures, sums = of_page(answer.text) if "html" in kind else of_paper(answer.content)
                yield address, known.strangers(figures, sums), len(figures)
                return


@pytest.mark.slow
def test_no_figure_of_any_page_is_a_stranger(demo: Surroundings) -> None:
    own = Own(demo.database)
    known = Known(own)
    known.beside(Screens(demo, own))
    every = [(r.name, pattern(r)) for r in routes(create_app(demo)) if r.method == "GET"]
    strangers, reached, figures = [], set(), 0
    for role in WALKERS:
        for address, left, seen in walked(browser_of(demo, role), known):
            name = next(n for n, shape in every if shape.match(address.partition("?")[0]))
            reached.add(name)
            figures += seen
            if left and name not in (*HELD, *NOT_FRANCS):
                strangers.append(f"{role} {address}: {sorted(left)}")
    for route in (r for r in routes(create_app(demo)) if r.method == "GET" and r.name not in reached):
        for address, left, seen in asked(demo, known, route):
            reached.add(route.name)
            figures += seen
            if left and route.name not in (*NOT_FRANCS, *ELSEWHERE):
                strangers.append(f"{address}: {sorted(left)}")
    assert [line for line in strangers if "/accounts/language/" not in line] == []
    assert figures > 3_000
    names = {name for name, _shape in every}
    assert sorted(names - reached - UNREACHED) == [], "a route that nobody reaches is named in unreached.txt"
    assert WHOLE or sorted(reached & UNREACHED) == [], "these are reached"
    print(f"{figures} figures of {len(reached)} routes explained")


@pytest.mark.slow
def test_no_figure_of_any_kept_paper_is_a_stranger(demo: Surroundings) -> None:
    """The newest of each kind; all of them when PORTFOLIO_WHOLE=1. And every kind that the code issues is read, here or in `test_every_total.py`."""
    own = Own(demo.database)
    known = Known(own)
    known.beside(Screens(demo, own))
    kinds: dict[str, list[int]] = defaultdict(list)
    for paper in rows(demo.database, "SELECT id, kind FROM paper ORDER BY id DESC"):
        kinds[paper["kind"]].append(paper["id"])
    reader, strangers = client(demo, one_with(demo, "accountant")), []
    auditor = client(demo, one_with(demo, "internal_auditor"))
    for kind in sorted(set(kinds) - HELD_PAPERS):
        for number in kinds[kind] if WHOLE else kinds[kind][:2]:
            answer = reader.get(f"/documents/papers/{number}")
            answer = answer if answer.status_code == 200 else auditor.get(f"/documents/papers/{number}")
            if answer.status_code == 200 and (left := known.strangers(*of_paper(answer.content))):
                strangers.append(f"{kind} {number}: {sorted(left)}")
    assert strangers == []
    assert issued() - set(kinds) - HELD_PAPERS == set(UNSEEN)


def issued() -> set[str]:
    """Every kind of paper that the code issues."""
    found: set[str] = set()
    for path in Path(portfolio.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and "issue" in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
                for given in (k.value for k in node.keywords if k.arg == "kind"):
                    found |= {given.value} if isinstance(given, ast.Constant) else DYNAMIC[ast.unparse(given)]
    return found


def test_every_table_that_is_sent_is_compared() -> None:
    """Whatever sends a table as CSV and XLSX is a declared list, held against its own files by `test_totals.py`, or is named here."""
    senders = set()
    for path in Path(portfolio.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and "sheet_response" in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
                senders.add(path.relative_to(Path(portfolio.__file__).parent).with_suffix("").as_posix())
    assert senders == TABLES
    summed = {url(each.route) for each in listing.DECLARED if any(column.total for column in each.columns)}
    assert summed <= {address.partition("?")[0] for address in EXPECTED}


def test_a_figure_that_lies_is_a_stranger(demo: Surroundings) -> None:
    """Positive control: one franc more in what a record keeps of its own sums, wherever a page shows it."""
    own = Own(demo.database)
    known = Known(own)
    known.beside(Screens(demo, own))
    lies = (
        ("UPDATE treasury_account SET balance_minor = balance_minor + 1 WHERE code = 'BQ-F2'", "/funds/accounts"),
        ("UPDATE payment_batch SET total_minor = total_minor + 1", "/payments"),
        ("UPDATE recovery SET collected_minor = collected_minor + 1 WHERE collected_minor BETWEEN 1 AND amount_minor - 1", "/justifications/recoveries"),
        ("UPDATE tranche SET refused_minor = refused_minor + 1 WHERE paid_minor > cleared_minor + refused_minor", "/justifications/advances"),
    )
    reader = client(demo, one_with(demo, "accountant"))
    for lie, address in lies:
        assert known.strangers(*of_page(reader.get(address).text)) == set(), address
        with demo.database.session(readonly=False) as session:
            session.execute(text(lie))
            session.commit()
        assert known.strangers(*of_page(reader.get(address).text)) != set(), address
