"""Whatever stops the process or the disk, what was acknowledged is there and nothing is there by half (D03, D05).

Ten processes are killed an engine; `PORTFOLIO_WHOLE=1` kills two hundred.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from portfolio.desk.verify import findings
from portfolio.funds.models import Fund, MoneyReceipt, TreasuryAccount
from portfolio.kit.db import Database
from portfolio.ledger.models import LedgerEntry
from tests.client import client
from tests.justifications.grants import Office, shared

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
KILLS = 200 if WHOLE else 10
CYCLES = 10 if WHOLE else 3
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def place(engine_kind: str, tmp_path: Path) -> Iterator[Office]:
    made = shared(engine_kind, tmp_path)
    yield made
    made.database.dispose()


def lost(database: Database, acknowledged: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The acknowledged receipts that are not confirmed, or whose entry or event is not there."""
    with database.session(readonly=True) as session:
        entries = {row.subject_id: row.amount_minor for row in session.scalars(
            select(LedgerEntry).where(LedgerEntry.subject_type == "money_receipt"))}  # fmt: skip
        confirmed = {r.id: r.amount_minor for r in session.scalars(select(MoneyReceipt).where(MoneyReceipt.status == "confirmed"))}
        events = set(session.scalars(text("SELECT subject_id FROM audit_event WHERE event LIKE 'money_receipt:confirm%'")))
    return [(n, a) for n, a in acknowledged if entries.get(n) != a or confirmed.get(n) != a or n not in events]


def halves(database: Database) -> list[str]:
    """What only one side of a transaction says: receipts without entry, entries without receipt, guards that differ, broken chains."""
    with database.session(readonly=True) as session:
        entries = sorted(session.scalars(select(LedgerEntry.subject_id).where(LedgerEntry.subject_type == "money_receipt")))
        confirmed = sorted(session.scalars(select(MoneyReceipt.id).where(MoneyReceipt.status == "confirmed")))
        found = [] if sorted(set(entries)) == confirmed else ["receipts and entries differ"]
        return found + [finding.words for finding in findings(session)]


@pytest.mark.both_engines
def test_killing_the_process_that_posts_loses_nothing_and_halves_nothing(place: Office, tmp_path: Path) -> None:
    acks = tmp_path / "acks"
    acks.touch()
    url = place.database.url.render_as_string(hide_password=False)
    place.database.dispose()
    given = {"url": url, "folder": str(tmp_path), "acks": str(acks), "kills": KILLS, "seed": 5, "fund": place.fund, "bank": place.bank,
             "cashier": place.people["cashier"], "accountant": place.people["accountant"]}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "tests.ledger.crash", json.dumps(given)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and int(done.stdout) == KILLS, done.stdout + done.stderr
    acknowledged = [(int(a), int(b)) for a, b in (line.split() for line in acks.read_text().splitlines())]
    assert len(acknowledged) >= KILLS
    assert lost(place.database, acknowledged) == [] and halves(place.database) == []
    assert lost(place.database, [*acknowledged, (10**9, 1)]) == [(10**9, 1)], "the search sees what is not there"
    with place.database.session(readonly=True) as session:
        if place.database.kind == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        fund, bank = session.get_one(Fund, place.fund), session.get_one(TreasuryAccount, place.bank)
        total = sum(session.scalars(select(MoneyReceipt.amount_minor).where(MoneyReceipt.status == "confirmed")))
        assert (fund.received_minor, bank.balance_minor) == (total, total)
    print(f"{place.database.kind}: {KILLS} killed, {len(acknowledged)} acknowledged, 0 lost, 0 by half")


def test_a_full_disk_refuses_in_words_loses_nothing_and_posting_resumes(place: Office) -> None:
    """The file may grow by so many pages and no more: what SQLite meets on a full disk, without a disk of its own."""
    limits: list[int] = []

    @event.listens_for(place.database.engine, "begin")
    def limit(connection: object) -> None:
        allowed = limits[-1] if limits else 2**30
        connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count={allowed}")  # type: ignore[attr-defined]

    browser = client(place.around, place.people["cashier"])
    address = "/funds/receipts/new"

    def send(n: int) -> Any:
        return browser.submit("/funds/receipts", {
            "fund_id": str(place.fund), "treasury_account_id": str(place.bank), "received_on": "2026-03-01", "donor_amount": "1000",
            "bank_reference": f"VIR-{n}-" + "x" * 30, "donor_currency": "XOF", "amount": "1000"})  # fmt: skip

    kept, refused = 0, 0
    for cycle in range(CYCLES):
        with place.database.session(readonly=True) as session:
            limits.append(int(session.execute(text("PRAGMA page_count")).scalar_one()) + 1)
        answers = []
        for n in range(99):
            last = send(cycle * 100 + n)
            answers.append(last.status_code)
            if answers[-1] != 303:
                break
        kept += answers.count(303)
        assert answers[-1] == 503 and "Le disque du serveur est plein" in last.text and f"VIR-{cycle * 100 + n}-" in last.text, answers
        refused += 1
        with place.database.session(readonly=True) as session:
            assert session.execute(text("SELECT count(*) FROM money_receipt")).scalar_one() == kept + 1
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert browser.get(address).status_code == 200
        limits.append(2**30)
        assert send(cycle * 100 + 99).status_code == 303
        kept += 1
    assert refused == CYCLES and halves(place.database) == []
