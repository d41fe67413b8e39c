"""Statements made once are never another reader's, reading keeps a session alive, and what chromium loads stays light."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from starlette.datastructures import QueryParams

from portfolio.accounts.models import SignIn
from portfolio.applications.models import Application
from portfolio.applications.routes.listing import DRAFTS, FILES
from portfolio.calls.routes.records import LISTING as CALLS
from portfolio.kit import paging, prepared
from portfolio.kit.clock import FixedClock, SystemClock
from portfolio.kit.db import Database
from portfolio.web.filters import Choice
from portfolio.web.listing import Watched
from tests import factories
from tests.bench.bench_list import TOKEN, fill
from tests.client import client
from tests.support.browser import open_context
from tests.support.server import Product

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = 120


@pytest.mark.both_engines
def test_pages_totals_and_scope_of_the_list_of_files(database: Database) -> None:
    """One filled database: every page of the keyset in both directions, the number beside the rows, and the scope of each reader."""
    fill(database, ROWS)
    around = factories.around(database, clock=SystemClock())
    everything = factories.add_person(database, "grants_officer")
    malian = factories.add_person(database, "grants_officer", scope=("country", "ML"))
    with database.session(readonly=True) as session:
        stored = session.execute(select(Application.id, Application.country, Application.submitted_at)).all()
        session.rollback()
    newest = [r.id for r in sorted(stored, key=lambda r: (r.submitted_at, r.id), reverse=True)]

    def shown(person: int, **asked: str) -> Any:
        with factories.work_as(around, person, readonly=True) as work:
            return FILES.view(work, QueryParams(asked))

    def ids(view: Any) -> list[int]:
        return [int(part.partition('"')[0]) for part in str(view.body).split('name="ids" value="')[1:]]

    first = shown(everything)
    assert ids(first) == newest[:50] and first.count == ROWS
    second = shown(everything, **dict(pair.split("=") for pair in first.pager["next_url"][1:].split("&")))
    assert ids(second) == newest[50:100]
    back = shown(everything, **dict(pair.split("=") for pair in second.pager["previous_url"][1:].split("&")))
    assert ids(back) == newest[:50]

    # The same list, the same filters: the second reader gets his own rows, not the first one's statement.
    mine = shown(malian)
    country = {r.id: r.country for r in stored}
    assert mine.count == sum(r.country == "ML" for r in stored) < ROWS
    assert ids(mine) == [n for n in newest if country[n] == "ML"][:50]

    # The number is counted from an index alone: it agrees with the rows under every filter.
    with factories.work_as(around, everything, readonly=True) as work:
        tried = 0
        for listing in (FILES, DRAFTS):
            for wanted in listing.filters:
                for value, _words in wanted.options(work) if isinstance(wanted, Choice) else ():
                    query = QueryParams({wanted.name: value})
                    rows = work.db.execute(listing.filtered(work, query)).all()
                    assert listing.view(work, query).count == len(rows), (wanted.name, value)
                    tried += 1
    assert tried > 60


def test_what_moves_is_not_kept() -> None:
    """A statement that read the clock is made anew; so is one without a key."""
    calls: list[int] = []

    def make() -> tuple[int, bool]:
        calls.append(1)
        return len(calls), False

    assert [prepared.kept("moving", make), prepared.kept("moving", make)] == [1, 2]
    assert prepared.kept("still", lambda: (7, True)) == prepared.kept("still", lambda: (8, True)) == 7
    assert (prepared.kept(None, lambda: (1, True)), prepared.kept(None, lambda: (2, True))) == (1, 2)


def test_a_list_that_reads_the_clock_is_known(database: Database) -> None:
    around = factories.around(database)
    person = factories.add_person(database, "grants_officer")
    with factories.work_as(around, person, readonly=True) as work:
        for listing, moves in ((CALLS, True), (FILES, False)):
            watched = Watched(work)
            listing.statement(watched)  # type: ignore[arg-type]
            assert watched.moving is moves, listing.name


def test_keys_of_two_directions_are_still_compared() -> None:
    """Where keys go in different directions the comparison is written out."""
    a, b = Application.requested_minor, Application.id
    mixed = paging.beyond([paging.Key(a, 0, True), paging.Key(b, 1)], [5, 6], backwards=False)  # type: ignore[arg-type]
    assert " OR " in str(mixed)
    same = paging.beyond([paging.Key(a, 0, True), paging.Key(b, 1, True)], [5, 6], backwards=False)  # type: ignore[arg-type]
    assert " OR " not in str(same)


@pytest.mark.both_engines
def test_reading_a_page_keeps_the_session_alive(database: Database) -> None:
    """Last seen is written after a GET too: somebody who reads for an hour is not signed out (A03, W03)."""
    clock = FixedClock(factories.NOON)
    around = factories.around(database, clock=clock)
    browser = client(around, factories.add_person(database, "grants_officer"))
    for _minutes in range(4):
        clock.moment += timedelta(minutes=20)
        assert browser.get("/accounts/mine", follow_redirects=False).status_code == 200
    with database.session(readonly=True) as session:
        assert session.scalars(select(SignIn.seen_at)).one() == clock.moment
        session.rollback()


@pytest.mark.e2e
def test_first_load_and_later_pages_are_light(browser: Browser, tmp_path: Path) -> None:
    """What chromium transfers, headers included: the first page with everything it loads ≤ 60 kB, a later page of 50 rows ≤ 15 kB."""
    from portfolio.kit.migrate import upgrade

    url = f"sqlite:///{tmp_path / 'portfolio.sqlite'}"
    upgrade(url)
    database = Database(url)
    fill(database, ROWS)
    database.dispose()
    with Product(url, tmp_path / "data") as product:
        context = open_context(browser)
        page = context.new_page()
        tool = context.new_cdp_session(page)
        tool.send("Network.enable")
        sizes: list[float] = []
        tool.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
        tool.send("Network.setExtraHTTPHeaders", {"headers": {"Cookie": f"__Host-portfolio={TOKEN}"}})
        page.goto(f"{product.address}/applications", wait_until="networkidle")
        first = sum(sizes)
        assert page.locator("tbody tr").count() == 50
        sizes.clear()
        page.goto(f"{product.address}/applications?sort=requested", wait_until="networkidle")
        later = sum(sizes)
        assert page.locator("tbody tr").count() == 50
        context.close()
    print(f"\nfirst load {first / 1000:.1f} kB, later page of 50 rows {later / 1000:.1f} kB")
    assert 10_000 < first <= 60_000
    assert 1_000 < later <= 15_000
