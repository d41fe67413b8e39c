"""Postings a second of eight writers against hand-written SQL that does the same (performance.md B3).

    python -m tests.bench.bench_postings [--engine sqlite postgresql] [--rounds 5] [--each 120]

One posting: the guard of a budget line moves by a conditional UPDATE, one entry (a debit and a credit) is sealed and inserted, its two balances
and its two days add up, one event is sealed and inserted, both chain heads move; one transaction, synchronous to the disk. Floor: the same statements written by
hand on pysqlite3 (one connection, one lock in the process) or psycopg (a connection a writer, READ COMMITTED, heads locked FOR UPDATE), with
the product's own seal. Each round is a fresh copy of the database; rounds interleaved, medians; then both chains are verified.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from portfolio.actor import Actor, Grant
from portfolio.audit import queries as audit
from portfolio.audit.service import SEALED as EVENT
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.funds.service.guard import AMOUNT, Guard
from portfolio.kit.chain import seal
from portfolio.kit.db import Database
from portfolio.kit.migrate import upgrade
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import DIMENSIONS
from portfolio.ledger.service import SEALED as ENTRY
from portfolio.ledger.service import Dims
from portfolio.work import Work
from tests import factories
from tests.support.postgres import Server

WRITERS, LINES = 8, 20
LIMIT = "at most 3.00 times slower, slowest writer at least 0.50 of the fastest"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fill(url: str) -> None:
    upgrade(url)
    database = Database(url)
    person = factories.add_person(database, "programme_head")
    assert person == 1
    with database.session(readonly=False) as s:
        donor = Donor(code="D", name="Bailleur")
        s.add(donor)
        s.flush()
        fund = Fund(code="F", name="Fonds", donor_id=donor.id, granted_minor=10**12, granted_currency="XOF", amount_minor=10**12,
                    starts_on=date(2025, 1, 1), status="open", created_by_id=person)
        s.add(fund)
        s.flush()
        s.add_all([BudgetLine(fund_id=fund.id, code=f"L{n}", label="Ligne", exercice=2026, status="voted", voted_minor=10**9, created_by_id=person)
                   for n in range(LINES)])
        s.commit()
    database.dispose()


def product(url: str) -> tuple[Callable[[int, int], None], Callable[[], None]]:
    database = Database(url)
    around = factories.around(database)
    guard = Guard(BudgetLine, BudgetLine.reserved_minor + AMOUNT <= BudgetLine.voted_minor, reserved_minor=+1)
    actor = Actor(id=1, name="Testeuse", grants=(Grant("programme_head", "all", ""),))

    def post(writer: int, n: int) -> None:
        work = Work(around, actor=actor)
        try:
            line = work.db.get_one(BudgetLine, (writer * 7 + n) % LINES + 1)
            if not guard.move(work, line, 1):
                raise RuntimeError("guard")
            work.record("award:reserved", line, data={"amount_minor": 1})
            work.post("award:reserved", line, {"amount": 1}, Dims(exercice=2026, fund="F", line=line.code, call="AAP-2026-01"))
            work.commit()
        finally:
            work.close()

    return post, database.dispose


BALANCE = ("account", "currency", *DIMENSIONS)


class Floor:
    """The statements by hand; `mark` is the driver's placeholder."""

    def __init__(self, mark: str, lock: str) -> None:
        self.guard = f"UPDATE budget_line SET reserved_minor = reserved_minor + 1 WHERE id = {mark} AND reserved_minor + 1 <= voted_minor"
        self.head = f"SELECT seq, hash FROM chain_head WHERE name = {mark}{lock}"
        self.move = f"UPDATE chain_head SET seq = {mark}, hash = {mark} WHERE name = {mark}"
        entry, event = (*ENTRY, "previous", "hash"), (*EVENT, "previous", "hash")
        self.entry = f'INSERT INTO ledger_entry ({", ".join(quoted(entry))}) VALUES ({", ".join([mark] * len(entry))})'
        self.event = f'INSERT INTO audit_event ({", ".join(quoted(event))}) VALUES ({", ".join([mark] * len(event))})'
        columns = (*BALANCE, "debit_minor", "credit_minor")
        self.balance = (
            f'INSERT INTO ledger_balance ({", ".join(quoted(columns))}) VALUES ({", ".join([mark] * len(columns))}) '
            f'ON CONFLICT ({", ".join(quoted(BALANCE))}) DO UPDATE SET debit_minor = ledger_balance.debit_minor + excluded.debit_minor, '
            "credit_minor = ledger_balance.credit_minor + excluded.credit_minor")

        self.day = (
            "INSERT INTO ledger_day (account, currency, fund, dated_on, debit_minor, credit_minor, entries, first_seq, last_seq) "
            f"VALUES ({', '.join([mark] * 9)}) ON CONFLICT (account, currency, fund, dated_on) DO UPDATE SET "
            "debit_minor = ledger_day.debit_minor + excluded.debit_minor, credit_minor = ledger_day.credit_minor + excluded.credit_minor, "
            "entries = ledger_day.entries + 1, last_seq = excluded.last_seq")

    def post(self, execute: Callable[[str, tuple[Any, ...]], Any], line: int, moment: Any, day: Any) -> None:
        if execute(self.guard, (line,)).rowcount != 1:
            raise RuntimeError("guard")
        dims = {"exercice": 2026, "fund": "F", "line": f"L{line - 1}", "call": "AAP-2026-01"}
        seq, previous = execute(self.head, ("ledger",)).fetchone()
        row = {
            **dict.fromkeys(ENTRY), "seq": seq + 1, "posting": seq + 1, "at": NOW, "dated_on": NOW.date(), "event": "award:reserved",
            "debit": "903", "credit": "902", "amount_minor": 1, "amount_currency": "XOF", **dims, "subject_type": "budget_line",
            "subject_id": line, "actor_id": 1}
        digest = seal(previous, "ledger", row)
        execute(self.entry, (*({**row, "at": moment, "dated_on": day}[n] for n in ENTRY), previous, digest))
        for account, debit, credit in (("903", 1, 0), ("902", 0, 1)):
            key = tuple(dims.get(d, 0 if d == "exercice" else "") for d in DIMENSIONS)
            execute(self.balance, (account, "XOF", *key, debit, credit))
            execute(self.day, (account, "XOF", "F", day, debit, credit, 1, seq + 1, seq + 1))
        execute(self.move, (seq + 1, digest, "ledger"))
        seq, previous = execute(self.head, ("audit",)).fetchone()
        happened = {
            **dict.fromkeys(EVENT), "seq": seq + 1, "at": NOW, "actor_id": 1, "event": "award:reserved", "subject_type": "budget_line",
            "subject_id": line, "data": {"amount_minor": 1}}
        digest = seal(previous, "audit", happened)
        stored = {**happened, "at": moment, "data": json.dumps({"amount_minor": 1})}
        execute(self.event, (*(stored[n] for n in EVENT), previous, digest))
        execute(self.move, (seq + 1, digest, "audit"))


def quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def floor(url: str) -> tuple[Callable[[int, int], None], Callable[[], None]]:
    if url.startswith("sqlite"):
        from pysqlite3 import dbapi2

        connection = dbapi2.connect(url.removeprefix("sqlite:///"), check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-20000"):
            connection.execute(f"PRAGMA {pragma}")
        by_hand, lock = Floor("?", ""), threading.Lock()
        moment, day = NOW.strftime("%Y-%m-%d %H:%M:%S.%f"), NOW.date().isoformat()

        def post(writer: int, n: int) -> None:
            with lock:
                connection.execute("BEGIN IMMEDIATE")
                by_hand.post(connection.execute, (writer * 7 + n) % LINES + 1, moment, day)
                connection.execute("COMMIT")

        return post, connection.close

    import psycopg

    plain = url.replace("postgresql+psycopg", "postgresql")
    connections = [psycopg.connect(plain) for _ in range(WRITERS)]
    by_hand = Floor("%s", " FOR UPDATE")

    def post_pg(writer: int, n: int) -> None:
        connection = connections[writer]
        by_hand.post(connection.execute, (writer * 7 + n) % LINES + 1, NOW, NOW.date())
        connection.commit()

    return post_pg, lambda: [c.close() for c in connections] and None


def run(way: Callable[[str], tuple[Callable[[int, int], None], Callable[[], None]]], url: str, each: int) -> dict[str, float]:
    """Postings a second, the slowest writer over the fastest, errors."""
    post, close = way(url)
    errors: list[BaseException] = []
    seconds = [0.0] * WRITERS
    gate = threading.Barrier(WRITERS + 1)

    def write(writer: int) -> None:
        gate.wait()
        start = time.monotonic()
        for n in range(each):
            try:
                post(writer, n)
            except Exception as error:
                errors.append(error)
        seconds[writer] = time.monotonic() - start

    post(0, 0)
    threads = [threading.Thread(target=write, args=(w,)) for w in range(WRITERS)]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.monotonic()
    for thread in threads:
        thread.join()
    whole = time.monotonic() - start
    close()
    database = Database(url)
    with database.session(readonly=True) as session:
        assert ledger.check(session) is None and audit.check(session) is None
        assert ledger.head(session).seq == WRITERS * each + 1 - len(errors)
    database.dispose()
    if errors:
        print(repr(errors[0]))
    return {"rate": WRITERS * each / whole, "fair": min(seconds) / max(seconds), "errors": len(errors)}


def measure(engine: str, rounds: int, each: int) -> str:
    ways = {"product": product, "floor": floor}
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        server = Server.start() if engine == "postgresql" else None
        try:
            for n in range(rounds):
                for name, way in ways.items():
                    if server:
                        if not n and name == "product":
                            server.create_template(fill, "template_bench")
                        url = server.clone("template_bench")
                    else:
                        url = f"sqlite:///{Path(folder) / f'{name}{n}.db'}"
                        fill(url)
                    found[name].append(run(way, url, each))
        finally:
            if server:
                server.stop()
    middle = {name: {k: statistics.median(r[k] for r in runs) for k in runs[0]} for name, runs in found.items()}
    p, f = middle["product"], middle["floor"]
    return (
        f"{engine:>11}  product {p['rate']:7.0f}/s (slowest/fastest {p['fair']:.2f}, {p['errors']:.0f} errors)  floor {f['rate']:7.0f}/s "
        f"(fair {f['fair']:.2f})  floor / product = {f['rate'] / p['rate']:.2f}   {LIMIT}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=120)
    asked = parser.parse_args()
    gc.collect()
    gc.freeze()  # as the server does when it starts (portfolio/app.py), for both
    gc.set_threshold(50_000, 20, 100)
    for engine in asked.engine:
        print(measure(engine, asked.rounds, asked.each), flush=True)


if __name__ == "__main__":
    main()
