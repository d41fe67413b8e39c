"""The ledger's screen of a fund with a million entries beside the same screen with ten thousand: processor, statements and clock a request.

    python -m tests.bench.bench_ledger_screen [--engine sqlite postgresql] [--small 10000] [--large 1000000] [--requests 40]

Same two thousand days in both; the screen at its beginning, at its middle by cursor, and with a period. One process, both books interleaved,
medians; the totals and the running balance of what is shown are compared with sums over the entries themselves.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from portfolio.kit import paging
from portfolio.kit.db import Database
from portfolio.kit.migrate import upgrade
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import DIMENSIONS
from tests import factories
from tests.client import client
from tests.support.postgres import Server

LIMIT = "at most 1.30 times slower"
DAYS, FIRST = 2000, date(2021, 1, 1)
COLUMNS = ("seq, posting, at, dated_on, event, debit, credit, amount_minor, amount_currency, exercice, fund, agreement, party, "
           "subject_type, subject_id, document, previous, hash")  # fmt: skip


def fill(url: str, count: int) -> None:
    """A fund of so many payments: the entries by one statement, and the totals that posting them would have kept."""
    database = Database(url)
    lite = database.kind == "sqlite"
    numbers = (f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})" if lite
               else f"WITH n(i) AS (SELECT generate_series(1, {count}))")  # fmt: skip
    day = f"date('{FIRST}', '+' || (i * {DAYS - 1} / {count}) || ' days')" if lite else f"date '{FIRST}' + (i::bigint * {DAYS - 1} / {count})::int"
    at = "'2026-01-01 08:00:00.000000'" if lite else "timestamptz '2026-01-01 08:00:00+00'"
    with database.session(readonly=False) as s:
        if lite:
            for (name,) in s.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'")).all():
                s.execute(text(f"DROP TRIGGER {name}"))
        else:
            s.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
        s.execute(text(f"""INSERT INTO ledger_entry ({COLUMNS}) {numbers}
            SELECT i, i, {at}, {day}, 'disbursement:paid', '907', '906', 1000 + i % 977, 'XOF', 2026, 'F', 'CONV-' || (i % 1500), 'GRP-' || (i % 1500),
            'disbursement', i % 50000, 'OP-' || i, 'x', 'x' FROM n"""))
        others = ", ".join(f'"{name}"' for name in DIMENSIONS if name not in ("exercice", "fund", "agreement", "party"))
        blank = ", ".join("''" for name in DIMENSIONS if name not in ("exercice", "fund", "agreement", "party"))
        for account, debit, credit in (("907", "amount_minor", "0"), ("906", "0", "amount_minor")):
            s.execute(text(f"INSERT INTO ledger_balance (account, currency, exercice, fund, agreement, party, {others}, debit_minor, credit_minor) "
                           f"SELECT '{account}', 'XOF', 2026, 'F', agreement, party, {blank}, sum({debit}), sum({credit}) FROM ledger_entry "
                           "GROUP BY agreement, party"))
            s.execute(text(f"INSERT INTO ledger_day SELECT '{account}', 'XOF', 'F', dated_on, sum({debit}), sum({credit}), count(*), min(seq), max(seq) "
                           "FROM ledger_entry GROUP BY dated_on"))
        s.execute(text(f"UPDATE chain_head SET seq = {count} WHERE name = 'ledger'"))
        s.commit()
        s.execute(text("ANALYZE"))
        s.commit()
    factories.add_person(database, "external_auditor")
    database.dispose()


class Screen:
    """One book, its client, and what its requests cost."""

    def __init__(self, url: str, count: int) -> None:
        self.database = Database(url)
        self.client = client(self.database, person=1)
        self.spent, self.started = 0.0, 0.0
        event.listen(self.database.engine, "before_cursor_execute", lambda *_a: setattr(self, "started", time.perf_counter()))
        event.listen(self.database.engine, "after_cursor_execute", lambda *_a: setattr(self, "spent", self.spent + time.perf_counter() - self.started))
        middle = FIRST + timedelta(days=DAYS // 2)
        cursor = paging.encode([middle, count // 2])
        self.addresses = {
            "first page": "/ledger?fund=F",
            "middle": f"/ledger?fund=F&after={cursor}",
            "a period": f"/ledger?fund=F&from={middle}&to={middle + timedelta(days=30)}",
        }

    def ask(self, address: str) -> tuple[float, float, float]:
        """Milliseconds of processor (this process), of statements, of the clock."""
        self.spent = 0.0
        cpu, clock = time.process_time(), time.perf_counter()
        answer = self.client.get(address)
        made = (time.process_time() - cpu) * 1000, self.spent * 1000, (time.perf_counter() - clock) * 1000
        assert answer.status_code == 200, answer.text[:500]
        return made

    def true(self) -> None:
        """What the screen says is the sum of the entries."""
        middle = FIRST + timedelta(days=DAYS // 2)
        with self.database.session(readonly=True) as s:
            for q in (ledger.Question(("907",), dims={"fund": "F"}), ledger.Question(("907",), from_on=middle, dims={"fund": "F"})):
                sums = ledger.sums(s, q)
                where = f"fund = 'F' AND dated_on >= '{q.from_on or FIRST}'"
                net, n = s.execute(text(f"SELECT sum(amount_minor), count(*) FROM ledger_entry WHERE {where}")).one()
                assert (sums.debit_minor, sums.count) == (int(net), n)
                far = ledger.page(s, q, opening_minor=sums.opening_minor, after=paging.encode([middle + timedelta(days=200), 0]))
                edge = far.lines[0]
                before = s.execute(text(f"SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry WHERE seq <= {edge.seq}")).scalar_one()
                assert edge.balance_minor == int(before)


def measure(engine: str, small: int, large: int, requests: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server.start() if engine == "postgresql" else None
        try:
            screens: dict[str, Screen] = {}
            for name, count in (("small", small), ("large", large)):
                if server:
                    if name == "small":
                        server.create_template(upgrade, "template_screen")
                    url = server.clone("template_screen")
                else:
                    url = f"sqlite:///{Path(folder) / f'{name}.db'}"
                    upgrade(url)
                fill(url, count)
                screens[name] = Screen(url, count)
                screens[name].true()
            said = []
            for label in screens["small"].addresses:
                found: dict[str, list[tuple[float, float, float]]] = {"small": [], "large": []}
                for n in range(requests + 3):
                    for name, screen in screens.items():
                        cost = screen.ask(screen.addresses[label])
                        if n >= 3:
                            found[name].append(cost)
                middle: dict[str, Any] = {name: [statistics.median(c[i] for c in costs) for i in range(3)] for name, costs in found.items()}
                s, b = middle["small"], middle["large"]
                said.append(f"{engine:>11}  {label:<11} processor {s[0]:6.1f} -> {b[0]:6.1f} ms ({b[0] / s[0]:.2f})  statements {s[1]:6.1f} -> {b[1]:6.1f} ms  "
                            f"clock {s[2]:6.1f} -> {b[2]:6.1f} ms ({b[2] / s[2]:.2f})   {LIMIT}")
            for screen in screens.values():
                screen.database.dispose()
            return said
        finally:
            if server:
                server.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40)
    asked = parser.parse_args()
    for engine in asked.engine:
        print("\n".join(measure(engine, asked.small, asked.large, asked.requests)), flush=True)


if __name__ == "__main__":
    main()
