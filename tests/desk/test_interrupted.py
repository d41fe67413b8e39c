"""What is cut, refused by the trail, or done by many at once: the first answer comes back, nothing is done by half, nobody waits for ever
(C01, C06, C08, C10, T05). A tenth of the offsets and of the seconds; `PORTFOLIO_WHOLE=1` does all."""

from __future__ import annotations

import os
import signal
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from portfolio.app import create_app
from portfolio.desk.verify import findings
from portfolio.funds.models import TreasuryAccount
from portfolio.funds.service import accounts
from portfolio.kit.db import Database
from portfolio.web import act
from portfolio.work import Work
from tests.client import client
from tests.justifications.grants import Office

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
OFFSETS = 50 if WHOLE else 6
SECONDS = 60 if WHOLE else 3
WRITERS = 16
FEE = "/funds/accounts/fee"


def fee(place: Office, n: int, amount: int = 100) -> dict[str, str]:
    return {"fund_id": str(place.fund), "treasury_account_id": str(place.bank), "amount": str(amount), "reason": f"Avis de débit {n}"}


def entries(database: Database) -> int:
    with database.session(readonly=True) as session:
        found = int(session.execute(text("SELECT count(*) FROM ledger_entry")).scalar_one())
        session.rollback()
    return found


class Cut:
    """The application behind a line that is cut after so many bytes of each answer."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.left: int | None = None
        self.sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        left = self.left
        self.sent = 0

        async def narrow(message: Any) -> None:
            head = b"".join(k + b": " + v + b"\r\n" for k, v in message.get("headers", ()))
            self.sent += len(head) + len(message.get("body", b""))
            if left is not None and self.sent > left:
                raise ConnectionResetError("the line was cut")
            await send(message)

        await self.app(scope, receive, narrow)


@pytest.mark.both_engines
def test_a_line_cut_before_the_answer_is_over_gives_the_first_answer_again(place: Office) -> None:
    """C06: whatever was lost on the way, the same form sent again says what the first said, and is done once."""
    app = Cut(create_app(place.around))
    accountant = client(place.around, place.people["accountant"], app=app)
    whole = accountant.submit(FEE, fee(place, 0), key="whole")
    assert whole.status_code == 303
    size = app.sent
    for n in range(OFFSETS):
        before = entries(place.database)
        app.left = size * n // OFFSETS
        lost = accountant.submit(FEE, fee(place, n + 1), key=f"cut-{n}")
        assert lost.status_code != 303 or "location" not in lost.headers, "the answer did not arrive"
        app.left = None
        again = accountant.submit(FEE, fee(place, n + 1), key=f"cut-{n}")
        assert (again.status_code, again.headers["location"]) == (303, whole.headers["location"])
        assert entries(place.database) == before + 1
    assert accountant.submit(FEE, fee(place, 99), key="cut-0").status_code == 409, "another form under the same key is refused"


@pytest.mark.both_engines
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_form_sent_again_after_kill_9_is_done_once(place: Office, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """C01: the process dies at its commit, just before or just after; another one is sent the same form, ten times. With the keys not kept,
    the same ten are done ten times: the negative control."""
    accountant = client(place.around, place.people["accountant"])
    before = entries(place.database)
    place.database.dispose()  # the child inherits no connection
    child = os.fork()
    if child == 0:
        commit = Work.commit

        def die(self: Work) -> None:
            if moment == "after":
                commit(self)
            os.kill(os.getpid(), signal.SIGKILL)

        Work.commit = die  # type: ignore[method-assign]
        accountant.portal = None  # the loop of all clients runs in a thread of the parent
        accountant.submit(FEE, fee(place, 1), key="killed")
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert entries(place.database) == before + (moment == "after")
    answers = [accountant.submit(FEE, fee(place, 1), key="killed") for _ in range(10)]
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, answers[0].headers["location"])}
    assert entries(place.database) == before + 1
    monkeypatch.setattr(Work, "seen_before", lambda _work: None)
    for _ in range(10):
        assert accountant.submit(FEE, fee(place, 1), key="killed").status_code == 303
    assert entries(place.database) == before + 11


def test_without_its_key_a_retry_is_done_twice(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """C06's negative control: the line cut after the commit, and the retry not known again."""
    app = Cut(create_app(place.around))
    accountant = client(place.around, place.people["accountant"], app=app)
    monkeypatch.setattr(Work, "seen_before", lambda _work: None)
    before, app.left = entries(place.database), 0
    accountant.submit(FEE, fee(place, 1), key="cut")
    app.left = None
    assert accountant.submit(FEE, fee(place, 1), key="cut").status_code == 303
    assert entries(place.database) == before + 2


def mute(database: Database, on: bool) -> None:
    """Make the trail refuse every event, as a full or broken disk would; or let it write again."""
    if database.kind == "sqlite":
        made = "CREATE TRIGGER mute BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no trail'); END"
        words = [made if on else "DROP TRIGGER mute"]
    else:
        words = ["CREATE FUNCTION mute() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no trail'; END $$",
                 "CREATE TRIGGER mute BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION mute()"]  # fmt: skip
        words = words if on else ["DROP TRIGGER mute ON audit_event", "DROP FUNCTION mute()"]
    with database.session(readonly=False) as session:
        for statement in words:
            session.execute(text(statement))
        session.commit()


def everything(database: Database) -> dict[str, int]:
    """How many rows each table of money and of the trail holds, and the balance of the bank."""
    tables = ("ledger_entry", "audit_event", "ledger_balance", "ledger_day", "money_receipt", "paper", "document", "ledger_period", "chain_head")
    with database.session(readonly=True) as session:
        found = {t: int(session.execute(text(f"SELECT count(*) FROM {t}")).scalar_one()) for t in tables}
        found["heads"] = int(session.execute(text("SELECT sum(seq) FROM chain_head")).scalar_one())
        found["bank"] = int(session.execute(text("SELECT sum(balance_minor) FROM treasury_account")).scalar_one())
        session.rollback()
    return found


@pytest.mark.both_engines
def test_no_event_no_change(place: Office) -> None:
    """T05: when the trail cannot be written, the whole act is undone, whichever it is."""
    accountant, cashier = (client(place.around, place.people[role]) for role in ("accountant", "cashier"))
    on = "2026-03-01"
    receipt = {"fund_id": str(place.fund), "treasury_account_id": str(place.bank), "received_on": on, "bank_reference": "VIR-77",
               "donor_amount": "1000", "donor_currency": "XOF", "amount": "1000"}  # fmt: skip
    assert cashier.submit("/funds/receipts", {**receipt, "bank_reference": "VIR-76"}).status_code == 303
    acts: list[Callable[[], Any]] = [
        lambda: accountant.submit(FEE, fee(place, 1)),
        lambda: cashier.submit("/funds/receipts", receipt),
        lambda: accountant.submit("/funds/receipts/2/confirm"),
        lambda: accountant.submit("/ledger/editions", {"query": ""}),
        lambda: accountant.submit("/ledger/checks"),
        lambda: accountant.submit("/ledger/periods", {"ends_on": "2025-10-31"}),
    ]
    before = everything(place.database)
    mute(place.database, True)
    answers = [act().status_code for act in acts]
    assert all(code >= 400 for code in answers), answers
    assert everything(place.database) == before
    mute(place.database, False)
    answers = [act().status_code for act in acts]
    assert answers == [303] * len(acts), "the trail was the reason"
    after = everything(place.database)
    assert after["audit_event"] >= before["audit_event"] + len(acts)
    with place.database.session(readonly=True) as session:
        assert [f.words for f in findings(session)] == []


@pytest.mark.both_engines
def test_sixteen_writers_never_see_a_deadlock(place: Office) -> None:
    """C08: fees, movements both ways, receipts and their confirmation at once; nobody is shown a lock, a time-out or a fault."""
    with place.as_("accountant") as work:
        till = TreasuryAccount(code="CAISSE-F1", label="Caisse", kind="cash", fund_id=place.fund, active=True)
        work.db.add(till)
        work.db.flush()
        other = till.id
    app = create_app(place.around)
    end = time.monotonic() + SECONDS
    said: list[list[int]] = [[] for _ in range(WRITERS)]

    def write(n: int) -> None:
        accountant = client(place.around, place.people["accountant"], app=app)
        cashier = client(place.around, place.people["cashier"], app=app)
        turn = 0
        while time.monotonic() < end:
            turn += 1
            ways = [(place.bank, other), (other, place.bank)]
            source, target = ways[(n + turn) % 2]
            move = {"fund_id": str(place.fund), "source_id": str(source), "target_id": str(target), "amount": "1", "reason": "Approvisionner la caisse"}
            receipt = {"fund_id": str(place.fund), "treasury_account_id": str(place.bank), "received_on": "2026-03-01",
                       "bank_reference": f"VIR-{n}-{turn}", "donor_amount": "10", "donor_currency": "XOF", "amount": "10"}  # fmt: skip
            kind = (n + turn) % 3
            answer = (accountant.submit(FEE, fee(place, n, 1)) if kind == 0 else accountant.submit("/funds/accounts/move", move) if kind == 1
                      else cashier.submit("/funds/receipts", receipt))  # fmt: skip
            said[n].append(answer.status_code)
            if kind == 2 and answer.status_code == 303:
                said[n].append(accountant.submit(f"{answer.headers['location']}/confirm").status_code)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    codes = [code for mine in said for code in mine]
    assert len(codes) >= WRITERS and {c for c in codes if c >= 500} == set() and codes.count(303) > len(codes) // 2, sorted(codes)
    with place.database.session(readonly=True) as session:
        assert [f.words for f in findings(session)] == []


@pytest.mark.postgresql
def test_two_that_lock_crosswise_are_seen_and_the_loser_is_tried_again(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """C08's negative control: locks planted in the wrong order make a deadlock; without a second try, somebody is shown it."""
    with place.as_("accountant") as work:
        till = TreasuryAccount(code="CAISSE-F1", label="Caisse", kind="cash", fund_id=place.fund, active=True)
        work.db.add(till)
        work.db.flush()
        ways = [(place.bank, till.id), (till.id, place.bank)]
    lock, chosen = text("SELECT 1 FROM treasury_account WHERE id = :id FOR UPDATE"), accounts._chosen
    app = create_app(place.around)
    browsers = [client(place.around, place.people["accountant"], app=app) for _ in ways]

    def two() -> list[int]:
        """Two at once, the first try of each taking both accounts in its own order."""
        met, turns, said = threading.Barrier(2), iter(list(ways)), []

        def crosswise(work: Work, fund: int, **given: int) -> Any:
            if way := next(turns, None):
                work.db.execute(lock, {"id": way[0]})
                met.wait(20)
                work.db.execute(lock, {"id": way[1]})
            return chosen(work, fund, **given)

        monkeypatch.setattr(accounts, "_chosen", crosswise)
        threads = [threading.Thread(target=lambda b=b: said.append(b.submit(FEE, fee(place, 1)).status_code)) for b in browsers]  # type: ignore[misc]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return sorted(said)

    assert two() == [303, 303]
    monkeypatch.setattr(act, "TRIES", 1)
    assert two() == [303, 503]


@pytest.mark.both_engines
def test_pages_are_read_while_somebody_writes(place: Office) -> None:
    """C10: a transaction that holds the books, the account and the fund keeps no reader waiting, however long it lasts."""
    reader = client(place.around, place.people["accountant"])
    pages = ("/ledger", "/funds", "/funds/accounts", f"/funds/{place.fund}")
    for address in pages:
        assert reader.get(address).status_code == 200
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE chain_head SET seq = seq"))
        session.execute(text("UPDATE fund SET name = name"))
        session.execute(text("UPDATE treasury_account SET label = label"))
        started = time.monotonic()
        for address in pages:
            assert reader.get(address).status_code == 200
        assert time.monotonic() - started < 8, "no reader waited for the lock"
        session.rollback()


@pytest.mark.both_engines
@pytest.mark.skipif(not WHOLE, reason="PORTFOLIO_WHOLE=1 measures it")
def test_how_long_a_page_takes_while_fifty_are_posted_a_second(place: Office) -> None:
    """C10: every page answers while eight write; p95 beside idle is printed, not judged: a busy machine proves nothing."""
    app = create_app(place.around)
    reader = client(place.around, place.people["accountant"], app=app)
    stop, posted = threading.Event(), [0] * 8
    pages = ("/ledger", "/funds", f"/funds/{place.fund}")

    def read() -> float:
        times = []
        for n in range(600):
            started = time.perf_counter()
            assert reader.get(pages[n % len(pages)]).status_code == 200
            times.append(time.perf_counter() - started)
        return statistics.quantiles(times, n=20)[-1]

    def write(n: int) -> None:
        browser = client(place.around, place.people["accountant"], app=app)
        while not stop.wait(8 / 50):
            posted[n] += browser.submit(FEE, fee(place, n, 1)).status_code == 303

    idle = read()
    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    busy = read()
    stop.set()
    for thread in threads:
        thread.join(60)
    rate = sum(posted) / (time.perf_counter() - started)
    print(f"\n{place.database.kind}: p95 {idle * 1000:.0f} ms idle, {busy * 1000:.0f} ms while {rate:.0f} are posted a second")
    assert sum(posted) > 0
