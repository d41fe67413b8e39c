"""CPU of the list of files against its floor (performance.md B1).

    python -m tests.bench.bench_list [--rows 1000 100000 1000000] [--engine sqlite postgresql] [--rounds 7]

Floor: tests/bench/floor_list.py, the product's own SQL on pysqlite3 or asyncpg, f-strings, one bare Starlette route; the session
row is read on both sides. Rows of the table are compared byte for byte before anything is measured. Whole server processes are
measured (and the server's backends on PostgreSQL), 8 clients, rounds interleaved, medians of CPU milliseconds a request.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event, insert, text

from portfolio.accounts.models import Person, SignIn
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.kit.db import Database
from portfolio.kit.migrate import upgrade
from portfolio.kit.paging import encode
from portfolio.kit.passwords import token_hash
from portfolio.kit.text import fold
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.web.act import SESSION
from portfolio.web.cells import Column, writer
from tests import factories
from tests.client import client
from tests.support.postgres import Server
from tests.support.server import ROOT, Product, free_port

START = datetime(2021, 1, 1, 8, tzinfo=UTC)
STATUSES = ("submitted", "admissible", "eligible", "in_review", "reviewed", "awarded", "not_selected", "ineligible")
CLIENTS, REQUESTS = 8, 400
MOST = {"sqlite": 4.0, "postgresql": 3.0}
"""Product over floor at 100,000 files: what is promised of each engine."""
TOKEN = "bench-" + "x" * 40


def fill(database: Database, rows: int) -> None:
    """So many files, with groups, communes and calls in proportion; every value depends on its number only."""
    groups, calls = max(50, rows // 10), 20
    with database.session(readonly=False) as session:
        sqlite = database.kind == "sqlite"
        if sqlite:
            session.execute(text("DROP TRIGGER application_search_add"))
        bulk(session, Place, ({
            "code": f"C{n:04d}", "level": 3, "country": ("ML", "BF", "NE")[n % 3], "kind": "commune", "name": f"Commune {n}",
            "folded": f"commune {n}", "path": f"X/C{n:04d}", "source": "bench"} for n in range(300)))
        now = datetime.now(UTC)
        bulk(session, Person, ({
            "email": f"p{n}@example.org", "full_name": f"Aïssata Maïga {n}", "password_hash": "x", "created_at": now,
            "function": "", "phone": "", "locale": "fr", "active": True, "preferences": {}} for n in range(12)))
        bulk(session, Call, ({
            "code": f"AAP-{n:03d}", "title": "Appel", "exercice": 2026, "envelope_minor": 10**9, "floor_minor": 1,
            "ceiling_minor": 10**8, "opens_at": START, "closes_at": START + timedelta(days=900), "status": "published",
            "created_at": START, "amount_currency": "XOF"} for n in range(calls)))
        bulk(session, Group, ({
            "code": f"G{n:07d}", "name": f"Groupement féminin Wafakoye n° {n}", "folded": f"groupement feminin wafakoye n {n}",
            "sound": "x", "legal_form": "Groupement", "category": ("women", "youth")[n % 2], "place_id": n % 300 + 1,
            "country": ("ML", "BF", "NE")[n % 3], "status": "verified", "created_at": START, "checked": []}
            for n in range(groups)))
        bulk(session, Application, ({
            "reference": f"DOS-{n:08d}", "call_id": n % calls + 1, "group_id": n % groups + 1, "place_id": n % 300 + 1,
            "country": ("ML", "BF", "NE")[n % 3], "channel": "paper", "title": f"Embouche ovine et moulin à céréales n° {n}",
            "search": fold(f"DOS-{n:08d} embouche ovine {n} groupement {n % groups}"), "answers": {}, "pages_saved": [],
            "months": 6, "requested_minor": 1_000_000 + n * 7919 % 9_000_000, "own_cash_minor": 0, "own_kind_minor": 0,
            "amount_currency": "XOF", "officer_id": n % 9 + 1, "created_at": START,
            "submitted_at": START + timedelta(seconds=n * 97 % (rows * 90)), "filed": True,
            "status": STATUSES[n * 31 % 97 % 8]} for n in range(rows)))
        if sqlite:
            session.execute(text("INSERT INTO application_search(application_search) VALUES ('rebuild')"))
        session.execute(insert(SignIn).values(
            token_hash=token_hash(TOKEN), person_id=1, created_at=now, seen_at=now, authenticated_at=now, address="", browser=""))
        from portfolio.accounts.models import RoleAssignment

        session.add(RoleAssignment(person_id=1, role="grants_officer", scope_kind="all", scope_code="",
                                   starts_on=START.date(), confirmed_at=START))
        session.commit()
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def bulk(session: Any, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == 2000:
            session.execute(insert(model), batch)
            batch = []
    if batch:
        session.execute(insert(model), batch)


def addresses(database: Database, rows: int, count: int = 200) -> list[str]:
    """40 % without a filter, 30 % by status, 30 % by status and call; half of them deep in the list."""
    chance = random.Random(7)
    found = []
    with database.session(readonly=True) as session:
        for n in range(count):
            parts = []
            if n % 10 >= 4:
                parts.append(f"status={chance.choice(STATUSES)}")
            if n % 10 >= 7:
                parts.append(f"call={chance.randrange(20) + 1}")
            if n % 2:
                row = session.execute(text("SELECT submitted_at FROM application WHERE id = :n"),
                                      {"n": chance.randrange(rows) + 1}).scalar_one()
                at = datetime.fromisoformat(row) if isinstance(row, str) else row
                at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
                parts.append(f"after={encode([at, chance.randrange(rows) + 1])}")
            found.append("&".join(parts))
    return found


def plan(database: Database, urls: list[str], path: Path) -> None:
    """What the product sends and answers for each address, for the floor to do again."""
    around = factories.around(database)
    from portfolio.kit.clock import SystemClock

    around.clock = SystemClock()
    browser = client(around)
    browser.cookies.set(SESSION, TOKEN)
    told: list[tuple[str, Any]] = []

    def tell(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "UPDATE")):
            told.append((statement, parameters))

    browser.get("/applications")
    event.listen(database.engine, "before_cursor_execute", tell)
    pages, shells = {}, {}
    for key in dict.fromkeys(urls):
        told.clear()
        answer = browser.get(f"/applications?{key}" if key else "/applications")
        assert answer.status_code == 200, answer.text[:500]
        before, _tag, rest = answer.text.partition("<tbody>")
        rows, end, after = rest.partition("</tbody>")
        assert rows.count("<tr>") > 0 or "status" in key
        pages[key] = [plain(each) for each in told]
        shells[key] = [before + _tag, end + after, rows]
    event.remove(database.engine, "before_cursor_execute", tell)
    column = writer(Column("status", "x", "status", cycle=APPLICATION))
    tags = {s.code: column(s.code, None) for s in APPLICATION.states}
    url = database.url.render_as_string(hide_password=False)
    expected = {key: shell.pop() for key, shell in shells.items()}
    path.write_text(json.dumps({"url": url, "pages": pages, "shells": shells, "tags": tags}, default=str))
    path.with_suffix(".expected").write_text(json.dumps(expected))


def plain(told: tuple[str, Any]) -> tuple[str, Any]:
    statement, values = told
    return statement, dict(values) if isinstance(values, dict) else list(values)


class Floor:
    """The floor in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.floor_list", str(self.port), str(path)], cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                fetch(self.port, "")
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError("the floor did not start")

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def fetch(port: int, key: str, connection: http.client.HTTPConnection | None = None) -> str:
    line = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", f"/applications?{key}" if key else "/applications", headers={"Cookie": f"{SESSION}={TOKEN}"})
        answer = line.getresponse()
        read = answer.read().decode()
    finally:
        if connection is None:
            line.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {read[:300]}")
    return read


def cpu(pids: list[int]) -> float:
    """CPU seconds of these processes and of all below them, living or gone."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with_children = each.cpu_times()
            total += with_children.user + with_children.system
        gone = process.cpu_times()
        total += gone.children_user + gone.children_system
    return total


def drive(port: int, urls: list[str], requests: int) -> list[float]:
    """So many requests by eight clients; the seconds of each."""
    times: list[float] = []
    lock = threading.Lock()

    def one(mine: list[str]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        took = []
        for key in mine:
            start = time.perf_counter()
            fetch(port, key, line)
            took.append(time.perf_counter() - start)
        line.close()
        with lock:
            times.extend(took)

    wanted = [urls[n % len(urls)] for n in range(requests)]
    threads = [threading.Thread(target=one, args=(wanted[n::CLIENTS],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def measure(engine: str, rows: int, rounds: int = 7, requests: int = REQUESTS) -> dict[str, float]:
    """Medians of CPU ms a request: product, floor, their ratio; p50 and p99 of the product in ms."""
    folder = Path(tempfile.mkdtemp(prefix="portfolio-bench-"))
    server = Server.start() if engine == "postgresql" else None
    name = f"bench_{secrets.token_hex(3)}"
    if server is not None:
        server.create_template(upgrade, name)
        url = server.clone(name)
    else:
        url = f"sqlite:///{folder / 'portfolio.sqlite'}"
        upgrade(url)
    database = Database(url)
    floor = None
    try:
        fill(database, rows)
        urls = addresses(database, rows)
        plan(database, urls, folder / "plan.json")
        database.dispose()
        backends = [_postmaster(server)] if server is not None else []
        with Product(url, folder / "data") as product:
            floor = Floor(folder / "plan.json")
            _compare(product.port, floor.port, folder / "plan.json")
            found: dict[str, list[float]] = {"product": [], "floor": []}
            times: list[float] = []
            sides = {"product": (product.port, product.pid), "floor": (floor.port, floor.pid)}
            for port, _pid in sides.values():
                drive(port, urls, requests // 2)
            for n in range(rounds):
                for side in ("product", "floor") if n % 2 else ("floor", "product"):
                    port, pid = sides[side]
                    before = cpu([pid, *backends])
                    took = drive(port, urls, requests)
                    found[side].append((cpu([pid, *backends]) - before) * 1000 / requests)
                    if side == "product":
                        times += took
        medians = {side: statistics.median(values) for side, values in found.items()}
        times.sort()
        return {
            **medians,
            "ratio": medians["product"] / medians["floor"],
            "p50": times[len(times) // 2] * 1000,
            "p99": times[len(times) * 99 // 100] * 1000,
        }
    finally:
        if floor is not None:
            floor.stop()
        database.dispose()
        if server is not None:
            server.stop()


def _postmaster(server: Server) -> int:
    return int((server.directory / "data" / "postmaster.pid").read_text().splitlines()[0])


def _compare(product: int, floor: int, path: Path) -> None:
    """Both sides give the same rows, byte for byte."""
    expected = json.loads(path.with_suffix(".expected").read_text())
    for key in list(expected)[:40]:
        for port in (product, floor):
            rows = fetch(port, key).partition("<tbody>")[2].partition("</tbody>")[0]
            assert rows == expected[key], (port == floor, key, rows[:800], expected[key][:800])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", nargs="+", type=int, default=[1000, 100_000, 1_000_000])
    asked.add_argument("--engine", nargs="+", choices=tuple(MOST), default=list(MOST))
    asked.add_argument("--rounds", type=int, default=7)
    wanted = asked.parse_args()
    print(f"{'engine':>12} {'rows':>9} {'product':>8} {'floor':>7} {'ratio':>6} {'p50 ms':>7} {'p99 ms':>7}   (CPU ms a request)")
    for engine in wanted.engine:
        product: dict[int, float] = {}
        for rows in wanted.rows:
            got = measure(engine, rows, wanted.rounds)
            product[rows] = got["product"]
            print(line(engine, rows, got), flush=True)
        if len(product) > 1:
            small, large = sorted(product)[-2:]
            print(f"{engine:>12} {large} rows cost {product[large] / product[small]:.2f} times {small} (at most 1.3)", flush=True)


def line(engine: str, rows: int, got: dict[str, float]) -> str:
    """One measure as it is printed."""
    return (f"{engine:>12} {rows:>9} {got['product']:>8.2f} {got['floor']:>7.2f} {got['ratio']:>6.2f} "
            f"{got['p50']:>7.1f} {got['p99']:>7.1f}   at most {MOST[engine]} at 100,000")


if __name__ == "__main__":
    main()
