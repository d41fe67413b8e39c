"""A backup taken while people post is one consistent moment; restored on an empty place it is the same, byte for byte (D11, D12, D13)."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from portfolio.desk.queries.ledger import Filters
from portfolio.desk.service import ledger as books_service
from portfolio.desk.verify import findings
from portfolio.documents.models import Paper
from portfolio.documents.queries import path_for
from portfolio.funds import service as money
from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import MoneyReceipt
from portfolio.kit import backup, pgcopy
from portfolio.kit.backup import Unfit, make, restore
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.serving import deposit_heads
from tests import factories
from tests.justifications.grants import Office, shared
from tests.support import databases
from tests.support.postgres import find_binaries

TIMES = 30 if os.environ.get("PORTFOLIO_WHOLE") == "1" else 3
MOVING = {"fund", "treasury_account", "money_receipt", "chain_head", "ledger_balance", "ledger_day", "number_counter"}
"""Tables of which posting money changes rows that are there."""
_TURNS = itertools.count()


@pytest.fixture
def place(engine_kind: str, tmp_path: Path) -> Iterator[Office]:
    made = shared(engine_kind, tmp_path)
    with made.as_("accountant") as work:
        books_service.print_edition(work, Filters())
    (made.around.data_dir / "secret").write_bytes(b"k" * 48)
    deposit_heads(made.around)
    yield made
    made.database.dispose()


def address(place: Office) -> str:
    return place.database.url.render_as_string(hide_password=False)


def empty(place: Office, folder: Path) -> Iterator[str]:
    """The address of a database that has nothing."""
    if place.database.kind == "sqlite":
        yield f"sqlite:///{folder / 'restored.db'}"
        return
    admin = Database(address(place))
    name = f"restored_{random.randrange(10**9)}"
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = make_url(address(place)).set(database=name).render_as_string(hide_password=False)
    yield url
    databases.drop(url)


def rows(database: Database) -> dict[str, list[str]]:
    """Every row of every table, in order, as text."""
    with database.read_engine.connect() as connection:
        names = sorted(n for n in inspect(connection).get_table_names() if "search" not in n)
        return {name: sorted(json.dumps([str(v) for v in row]) for row in connection.execute(text(f'SELECT * FROM "{name}"'))) for name in names}


def fingerprint(database: Database) -> list[str]:
    """Every table, constraint, index and trigger, as the engine writes them."""
    with database.read_engine.connect() as connection:
        if database.kind == "sqlite":
            return sorted(str(tuple(row)) for row in connection.execute(text("SELECT type, name, sql FROM sqlite_master")))
        asked = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        )
        found = [str(tuple(row)) for each in asked for row in connection.execute(text(each))]
        return sorted(re.sub(r"::(character varying|text)(\[\])?|[()]", "", each) for each in found)  # pg_dump writes casts in another order


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def with_tools(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """The tools of the server's own version, or none."""
    if there:
        monkeypatch.setenv("PATH", f"{find_binaries()}{os.pathsep}{os.environ['PATH']}")
    else:
        monkeypatch.setattr(backup.shutil, "which", lambda name: None)


@pytest.mark.both_engines
@pytest.mark.parametrize("tools", [True, False], ids=["tools", "no-tools"])
def test_restored_on_an_empty_place_it_is_the_same_to_the_byte(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: bool) -> None:
    if place.database.kind == "postgresql":
        with_tools(monkeypatch, tools)
    elif not tools:
        pytest.skip("SQLite needs no tool")
    out, folder = tmp_path / "sauvegarde.zip", tmp_path / "restored"
    made = make(address(place), place.around.data_dir, out)
    assert made.files >= 3 and out.stat().st_mode & 0o077 == 0
    for url in empty(place, tmp_path):
        restore(out, url, folder)
        again = Database(url)
        try:
            assert rows(again) == rows(place.database)
            assert fingerprint(again) == fingerprint(place.database)
            assert files(folder) == files(place.around.data_dir)
            with again.session(readonly=True) as session:
                assert findings(session, [folder]) == []
                papers = list(session.scalars(select(Paper)))
                assert papers and all(path_for(folder, p.sha256).read_bytes().startswith(b"%PDF") for p in papers)
            assert post(place, "NEW", database=again) > 0, "the next numbers are free, and guards are back"
            with again.session(readonly=True) as session:
                assert findings(session, [folder]) == []
        finally:
            again.dispose()
        with pytest.raises(Unfit, match="déjà"):
            restore(out, url, folder)
        shutil.rmtree(folder)
        with pytest.raises(Unfit, match="déjà"):
            restore(out, url, folder)
    with pytest.raises(Unfit, match="existe déjà"):
        make(address(place), place.around.data_dir, out)


def post(place: Office, name: str, *, database: Database | None = None) -> int:
    """Money recorded, then confirmed: two commits."""
    around = replace(place.around, database=database) if database else place.around
    with factories.work_as(around, place.people["cashier"]) as work:
        number = money.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference=name,
            donor_amount=10, donor_currency="XOF", amount=10)).id  # fmt: skip
    with factories.work_as(around, place.people["accountant"]) as work:
        money.confirm(work, work.db.get_one(MoneyReceipt, number))
    return number


@dataclass
class Trade:
    """People who post all the while; `acknowledged` are the receipts of which they were told « done »."""

    acknowledged: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    failed: list[BaseException] = field(default_factory=list)

    def more(self, wanted: int = 6) -> None:
        """Wait until so many more are done."""
        wanted += len(self.acknowledged)
        while len(self.acknowledged) < wanted and not self.failed:
            time.sleep(0.01)


@contextmanager
def trade(place: Office, hands: int = 2) -> Iterator[Trade]:
    """Two people post as fast as they can, far more than fifty commits a second on a quiet machine, and print every tenth time."""
    made = Trade()

    turn = next(_TURNS)

    def go(thread: int) -> None:
        for n in itertools.count(1):
            if made.stop.is_set():
                return
            started = time.monotonic()
            try:
                number = post(place, f"VIR-{turn}-{thread}-{n}")
                made.waits.append(time.monotonic() - started)
                if n % 10 == 0:
                    with factories.work_as(place.around, place.people["accountant"]) as work:
                        books_service.print_trial_balance(work, Filters())
            except BaseException as reason:
                made.failed.append(reason)
                return
            made.acknowledged.append(number)

    people = [threading.Thread(target=go, args=(i,)) for i in range(hands)]
    for each in people:
        each.start()
    try:
        yield made
    finally:
        made.stop.set()
        for each in people:
            each.join()
    assert made.failed == []


def must_be_one_moment(place: Office, taken: Path, told: list[int]) -> None:
    """Restored on an empty place: all that people had been told is there and nothing by half, the books agree, and each row and file is
    the one of the place that was copied, but for the records that work has moved on since, whose balances the books derive again."""
    folder = taken.with_suffix("")
    for url in empty(place, folder):
        restore(taken, url, folder)
        again = Database(url)
        try:
            with again.session(readonly=True) as session:
                assert findings(session, [folder]) == []
                confirmed = set(session.scalars(select(MoneyReceipt.id).where(MoneyReceipt.status == "confirmed")))
                assert set(told) <= confirmed
                for paper in session.scalars(select(Paper)):
                    assert path_for(folder, paper.sha256).is_file(), "a row of the copy without its file"
                assert ledger.head(session).seq >= len(told)
            copied, now = rows(again), rows(place.database)
            assert copied.keys() == now.keys()
            assert [name for name in now if name not in MOVING and not set(copied[name]) <= set(now[name])] == []
        finally:
            again.dispose()
    kept = files(place.around.data_dir)
    assert all(kept[name] == found for name, found in files(folder).items() if name.startswith("files/"))


@pytest.mark.both_engines
@pytest.mark.parametrize("tools", [True, False], ids=["tools", "no-tools"])
def test_taken_while_people_post_it_is_one_moment(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools: bool) -> None:
    """D11: nobody is made to wait or refused meanwhile."""
    if place.database.kind == "postgresql":
        with_tools(monkeypatch, tools)
    elif not tools:
        pytest.skip("SQLite needs no tool")
    taken: list[list[int]] = []
    with trade(place) as people:
        began, during = time.monotonic(), 0
        for n in range(TIMES):
            people.more()
            taken.append(list(people.acknowledged))
            before = len(people.waits)
            make(address(place), place.around.data_dir, tmp_path / f"{n}.zip")
            during += len(people.waits) - before
        lasted = time.monotonic() - began
        done = len(people.acknowledged)
    for n, told in enumerate(taken):
        must_be_one_moment(place, tmp_path / f"{n}.zip", told)
    slowest = sorted(people.waits)[int(len(people.waits) * 0.99)]
    print(f"{2 * done / lasted:.0f} commits a second, {2 * during} of {2 * done} during {TIMES} backups; 99 % of posts within {slowest * 1000:.0f} ms")
    assert during > 0


@pytest.mark.both_engines
def test_a_naive_copy_is_found_out(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: SQLite's file copied as it lies, without its journal; PostgreSQL's tables copied each at its own moment."""
    with_tools(monkeypatch, False)
    slow = pgcopy._copy

    def one_by_one(*given: Any) -> Any:
        time.sleep(0.005)
        return slow(*given)

    monkeypatch.setattr(pgcopy, "_copy", one_by_one)

    def caught(naive: bool) -> bool:
        taken = []
        with trade(place) as people:
            for n in range(3 if naive else 1):
                people.more()
                taken.append((tmp_path / f"{naive}-{n}.zip", list(people.acknowledged)))
                make(address(place), place.around.data_dir, taken[-1][0])
        for out, told in taken:
            try:
                must_be_one_moment(place, out, told)
            except (AssertionError, Unfit, psycopg.Error, DBAPIError):
                return True
        return False

    assert not caught(naive=False)
    monkeypatch.setattr(pgcopy, "_MOMENT", psycopg.IsolationLevel.READ_COMMITTED)
    if place.database.kind == "sqlite":
        monkeypatch.setattr(backup, "_dump", lambda url, dump: shutil.copyfile(url.database, dump))
    assert caught(naive=True)


def test_a_damaged_backup_is_refused_before_anything_is_touched(place: Office, tmp_path: Path) -> None:
    """D13: bytes changed or cut anywhere, members added, taken away or renamed."""
    out = tmp_path / "sauvegarde.zip"
    make(address(place), place.around.data_dir, out)
    whole, chance = out.read_bytes(), random.Random(9)
    for n in range(40):
        spoiled = bytearray(whole)
        if n % 4 == 3:
            del spoiled[chance.randrange(len(whole)) :]
        else:
            spoiled[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        bad, folder = tmp_path / "bad.zip", tmp_path / f"bad{n}"
        bad.write_bytes(spoiled)
        try:
            restore(bad, f"sqlite:///{tmp_path}/bad{n}.db", folder)
        except Unfit as reason:
            assert not folder.exists() and not (tmp_path / f"bad{n}.db").exists(), reason
        else:  # a byte of the container that carries nothing: what is restored is the same
            assert files(folder) == files(place.around.data_dir)
            assert read(tmp_path / f"bad{n}.db") == read_member(out, tmp_path)


def read(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return sorted(str(row) for row in connection.execute("SELECT * FROM ledger_entry"))


def read_member(out: Path, folder: Path) -> list[str]:
    with zipfile.ZipFile(out) as archive:
        (folder / "member.db").write_bytes(archive.read("database"))
    return read(folder / "member.db")


@pytest.mark.parametrize("change", ["added", "escaping", "missing", "other"])
def test_a_backup_that_somebody_made_up_is_refused(place: Office, tmp_path: Path, change: str) -> None:
    out, forged = tmp_path / "sauvegarde.zip", tmp_path / "forged.zip"
    make(address(place), place.around.data_dir, out)
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(forged, "w") as target:
        names = source.namelist()
        manifest = json.loads(source.read("manifest.json"))
        for name in names:
            if name == "manifest.json" or (change == "missing" and name == names[1]):
                continue
            target.writestr(name, source.read(name))
        if change in ("added", "escaping"):
            name = "files/zz" if change == "added" else "files/../../stray"
            target.writestr(name, b"x")
            if change == "escaping":
                manifest["members"][name] = [1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]
        if change == "other":
            manifest["kind"] = "postgresql"
        target.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(Unfit):
        restore(forged, f"sqlite:///{tmp_path}/x.db", tmp_path / "x")
    assert not (tmp_path / "x").exists() and not (tmp_path / "stray").exists()


@pytest.mark.postgresql
def test_a_missing_or_older_tool_is_no_hindrance_and_a_missing_reader_is_named(
    place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{old.parent}{os.pathsep}{os.environ['PATH']}")
        make(address(place), place.around.data_dir, tmp_path / "copied.zip")
        patch.setenv("PATH", f"{find_binaries()}{os.pathsep}{os.environ['PATH']}")
        make(address(place), place.around.data_dir, tmp_path / "dumped.zip")
    with zipfile.ZipFile(tmp_path / "copied.zip") as archive:
        assert archive.read("database").startswith(b"PK")
    with zipfile.ZipFile(tmp_path / "dumped.zip") as archive:
        assert archive.read("database").startswith(b"PGDMP")
    monkeypatch.setattr(backup.shutil, "which", lambda name: None)
    for url in empty(place, tmp_path):
        with pytest.raises(Unfit, match="pg_restore est introuvable"):
            restore(tmp_path / "dumped.zip", url, tmp_path / "restored")
