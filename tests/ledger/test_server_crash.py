"""The PostgreSQL server dies while money is posted: one of its processes by SIGKILL, which takes all connections down, or the whole of it by an
immediate stop. What was acknowledged is there, nothing is there by half, the chain is whole, and the people who worked come back (D03).

Four deaths in the suite, a hundred with `PORTFOLIO_WHOLE=1`. The server is the test's own, durable as in production.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from portfolio.kit.db import Database
from tests.client import client
from tests.justifications.grants import Office, office
from tests.ledger.crash import post, surroundings
from tests.ledger.test_crash import halves, lost
from tests.support import databases
from tests.support.postgres import Server, find_binaries

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
DEATHS = 100 if WHOLE else 4
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.fixture
def servers() -> Iterator[Callable[..., Server]]:
    """Servers of the test's own."""
    made: list[Server] = []

    def start(**settings: str) -> Server:
        try:
            find_binaries()
        except RuntimeError as error:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"PostgreSQL: {error}")
        made.append(Server.start(**settings))
        return made[-1]

    yield start
    for server in made:
        server.stop()


class Till:
    """Two threads that post money, note what was acknowledged, and try again whenever the server is not there."""

    def __init__(self, server: Server, folder: Path, name: str) -> None:
        url = server.url(server.create_template(databases.migrate, name))
        self.server, self.place = server, office(Database(url), folder)
        self.given = {"url": url, "folder": str(folder), "fund": self.place.fund, "bank": self.place.bank,
                      "cashier": self.place.people["cashier"], "accountant": self.place.people["accountant"]}  # fmt: skip
        self.database = Database(url)
        self.acknowledged: list[tuple[int, int]] = []
        self.refused, self.over = 0, threading.Event()
        self.faults: list[BaseException] = []
        self.threads = [threading.Thread(target=self._post, args=(n,), daemon=True) for n in range(2)]
        for thread in self.threads:
            thread.start()

    def _post(self, thread: int) -> None:
        around, n = surroundings(self.given, self.database), 0
        while not self.over.is_set():
            n += 1
            try:
                self.acknowledged.append(post(self.given, around, f"T{thread}", n))
            except DBAPIError:
                self.refused += 1
                time.sleep(0.02)
            except BaseException as error:  # nothing else may happen
                self.faults.append(error)
                return

    def more(self) -> None:
        """Until somebody has been told once more that his money is in."""
        before, deadline = len(self.acknowledged), time.monotonic() + 60
        while len(self.acknowledged) == before and not self.faults:
            assert time.monotonic() < deadline, "nobody posts any more"
            time.sleep(0.002)

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        self.database.dispose()
        self.place.database.dispose()


def kill_one(till: Till) -> None:
    """SIGKILL for one process of the server that serves a till: the postmaster ends all others and recovers."""
    with psycopg.connect(till.server.url("postgres"), autocommit=True) as connection:
        name = psycopg.conninfo.conninfo_to_dict(till.given["url"])["dbname"]
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = %s ORDER BY state, pid", (name,)
        ).fetchall()
    os.kill(rows[0][0], signal.SIGKILL)
    time.sleep(0.05)
    till.server.wait()


def stop_all(till: Till) -> None:
    """The whole server, at once, and its return."""
    till.server.stop_immediately()
    till.server.launch()


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_server_that_dies_loses_nothing_and_halves_nothing(servers: Callable[..., Server], tmp_path: Path) -> None:
    till, chance = Till(servers(**DURABLE), tmp_path, "till"), random.Random(11)
    browser = client(till.place.around, till.place.people["accountant"])
    seen: set[int] = set()
    try:
        for death in range(DEATHS):
            till.more()
            time.sleep(chance.random() * 0.06)
            (kill_one, stop_all)[death % 2](till)
            tries = [browser.get("/funds").status_code for _n in range(3)]
            seen.update(tries)
            assert tries[-1] == 200, tries  # whoever works comes back by himself
        till.more()
    finally:
        till.stop()
    assert till.faults == [] and seen <= {200, 503}, (till.faults, seen)
    database = Database(till.given["url"])
    assert lost(database, till.acknowledged) == [] and halves(database) == []
    assert len(till.acknowledged) > DEATHS and till.refused >= DEATHS / 2
    with psycopg.connect(till.given["url"]) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    database.dispose()
    print(f"\n{DEATHS} deaths of the server, {len(till.acknowledged)} acknowledged, {till.refused} refused meanwhile, 0 lost, 0 by half")


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_server_that_acknowledges_too_early_loses(servers: Callable[..., Server], tmp_path: Path) -> None:
    """Control: where a commit is acknowledged before it is written, the same search finds what an immediate stop has lost."""
    early = {"fsync": "off", "synchronous_commit": "off", "wal_writer_delay": "10000ms", "full_page_writes": "off"}
    till = Till(servers(**early), tmp_path, "early")
    try:
        for _n in range(5):
            till.more()
        stop_all(till)
    finally:
        till.stop()
    database = Database(till.given["url"])
    gone = lost(database, till.acknowledged)
    database.dispose()
    assert gone, f"none of {len(till.acknowledged)} was lost: the control proves nothing"
    print(f"\n{len(gone)} of {len(till.acknowledged)} acknowledged are lost without synchronous commits")


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_server_that_is_away_is_a_busy_page(servers: Callable[..., Server], tmp_path: Path) -> None:
    """Neither reading nor writing meets a fault: 503, and what was typed is kept; afterwards the same form, with its key, goes through once."""
    server = servers(**DURABLE)
    url = server.url(server.create_template(databases.migrate, "away"))
    place: Office = office(Database(url), tmp_path)
    browser = client(place.around, place.people["cashier"])
    typed = {"fund_id": str(place.fund), "treasury_account_id": str(place.bank), "received_on": "2026-03-01", "donor_amount": "1000",
             "bank_reference": "VIR-AWAY", "donor_currency": "XOF", "amount": "1000"}  # fmt: skip
    page = browser.get("/funds/receipts/new")
    assert page.status_code == 200
    server.stop_immediately()
    away = browser.submit("/funds/receipts", typed, key="k-away")
    assert away.status_code == 503 and "VIR-AWAY" in away.text
    assert browser.get("/funds").status_code == 503
    server.launch()
    assert [browser.submit("/funds/receipts", typed, key="k-away").status_code for _n in range(3)] == [303] * 3
    with place.database.session(readonly=True) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM money_receipt WHERE bank_reference = 'VIR-AWAY'").scalar_one() == 1
    place.database.dispose()


