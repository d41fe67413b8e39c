"""Opening, running and closing balances are those of a plain walk through all entries, at any date and on any page."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from portfolio.kit.db import Database
from portfolio.ledger import queries
from portfolio.ledger.queries import Question
from tests.ledger.books import START, day, fill

pytestmark = pytest.mark.both_engines


def model(rows: list[dict[str, object]], q: Question) -> tuple[int, list[tuple[int, int, int, int]]]:
    """What a clerk with the whole book in hand would write: opening, then (number, debit, credit, balance)."""
    opening, lines = 0, []
    mine = [r for r in rows if (r["debit"] in q.accounts or r["credit"] in q.accounts)
            and all(r[n] in v if isinstance(v, list) else r[n] == v for n, v in q.dims.items())
            and (q.upto is None or int(str(r["seq"])) <= q.upto)]
    running = None
    for r in sorted(mine, key=lambda r: (r["dated_on"], r["seq"])):  # type: ignore[arg-type,return-value]
        amount = int(str(r["amount_minor"]))
        debit, credit = (amount if r["debit"] in q.accounts else 0), (amount if r["credit"] in q.accounts else 0)
        when = r["dated_on"]
        assert isinstance(when, date)
        if q.from_on and when < q.from_on:
            opening += debit - credit
        elif not q.to_on or when <= q.to_on:
            running = (opening if running is None else running) + debit - credit
            lines.append((int(str(r["seq"])), debit, credit, running))
    return opening, lines


QUESTIONS = [
    Question(("907",)),
    Question(("409",), day(2, 1), day(3, 15)),
    Question(("521", "524", "552", "571"), day(1, 20), None),
    Question(("521", "571"), None, day(3, 1), {"fund": "F2"}),
    Question(("409", "463"), day(2, 10), day(4, 1), {"agreement": ["CONV-2026-00001-K", "CONV-2026-00002-K"]}),
    Question(("907",), day(2, 1), day(3, 15), {}, "XOF", 60),
    Question(("999",)),
    Question(("907",), day(6, 1), day(1, 1)),
    Question(("907",), day(2, 1), day(3, 15), {"fund": "F2"}),
]


@pytest.mark.parametrize("q", QUESTIONS, ids=range(len(QUESTIONS)))
def test_a_statement_is_what_a_clerk_would_write(database: Database, q: Question) -> None:
    fill(database, 90, seed=3)
    with database.session(readonly=True) as session:
        opening, expected = model(list(queries.walk(session)), q)
        sums = queries.sums(session, q)
        lines = list(queries.lines(session, q, opening_minor=sums.opening_minor, batch=7))
    assert sums.opening_minor == opening
    assert [(x.seq, x.debit_minor, x.credit_minor, x.balance_minor) for x in lines] == expected
    assert sums.count == len(expected)
    assert sums.closing_minor == (expected[-1][3] if expected else opening)


@pytest.mark.parametrize("q", [
    Question(("904", "905", "906", "907"), day(1, 8)), Question(("907",), day(1, 8)), Question(("904",), dims={"fund": "F2"}),
], ids=["accounts", "account", "fund"])  # fmt: skip
def test_pages_forward_and_back_give_the_same_lines(database: Database, q: Question) -> None:
    fill(database, 140, seed=5)
    with database.session(readonly=True) as session:
        sums = queries.sums(session, q)
        whole = list(queries.lines(session, q, opening_minor=sums.opening_minor))
        forward, after = [], None
        while True:
            page = queries.page(session, q, opening_minor=sums.opening_minor, after=after, size=8)
            assert page.brought_minor == (forward[-1].balance_minor if forward else sums.opening_minor)
            forward += page.lines
            if page.after is None:
                break
            after, last = page.after, page
        assert forward == whole
        back = queries.page(session, q, opening_minor=sums.opening_minor, before=page.before, size=8)
        assert back.lines == last.lines
        for nonsense in ("x", "W10", "%%%", "eyJhIjoxfQ", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd"):
            assert queries.page(session, q, opening_minor=sums.opening_minor, after=nonsense, size=8).lines == whole[:8]


def test_subtotals_and_trial_balance_add_up(database: Database) -> None:
    fill(database, 90, seed=6)
    q = Question(("907",), day(1, 20), day(3, 10))
    with database.session(readonly=True) as session:
        sums = queries.sums(session, q)
        for by in queries.SUBTOTALS:
            parts = queries.subtotals(session, q, by)
            assert sum(p[1] for p in parts) == sums.debit_minor
            assert sum(p[2] for p in parts) == sums.credit_minor
            grouped = list(queries.lines(session, q, opening_minor=sums.opening_minor, by=by))
            assert len(grouped) == sums.count == sum(p[3] for p in parts)
            assert not grouped or grouped[-1].balance_minor == sums.closing_minor
        for period in ((None, None), (day(1, 20), day(3, 10)), (None, day(2, 1)), (day(2, 1), None)):
            rows = queries.trial_balance(session, *period)
            assert sum(r.debit_minor for r in rows) == sum(r.credit_minor for r in rows)
            assert sum(r.closing_minor for r in rows) == sum(r.opening_minor for r in rows) == 0
            for row in rows:
                alone = queries.sums(session, Question((row.account,), *period))
                assert (row.opening_minor, row.debit_minor, row.credit_minor) == (
                    alone.opening_minor, alone.debit_minor, alone.credit_minor)


def test_a_page_costs_the_same_number_of_queries_whatever_the_ledger(database: Database) -> None:
    counts = []
    for more in (2, 60):
        fill(database, more, seed=more, start=START + timedelta(days=more))
        with database.session(readonly=True) as session:
            asked: list[str] = []
            event.listen(database.engine, "before_cursor_execute", lambda c, cu, s, *a: asked.append(s))  # noqa: B023
            q = Question(("907", "409"), day(1, 6))
            sums = queries.sums(session, q)
            queries.page(session, q, opening_minor=sums.opening_minor)
            queries.subtotals(session, q, "fund")
            counts.append(len([s for s in asked if s.lstrip().startswith("SELECT")]))
        event.contains(database.engine, "before_cursor_execute", lambda: None)
    assert counts[0] == 4


def test_balances_by_dimension_equal_the_entries(database: Database) -> None:
    fill(database, 80, seed=8)
    chance = random.Random(2)
    with database.session(readonly=True) as session:
        rows = list(queries.walk(session))
        for _ in range(40):
            account = chance.choice(["409", "907", "903", "904", "521", "657"])
            by = chance.choice(["fund", "agreement", "tranche", "party", "line", "treasury"])
            code = chance.choice(rows)[by]
            mine = [r for r in rows if r[by] == code]
            debit = sum(r["amount_minor"] for r in mine if r["debit"] == account)
            credit = sum(r["amount_minor"] for r in mine if r["credit"] == account)
            assert queries.net(session, [account], **{by: code}) == debit - credit
            assert queries.turnover(session, account, **{by: code}) == (debit, credit)
            assert queries.table(session, by, [account]).get(code, {}).get(account, (0, 0)) == (debit, credit)
            assert queries.nets(session, (by,), [account]).get((code,), 0) == debit - credit
