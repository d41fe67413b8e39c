"""A backup taken while people post is one consistent moment; restored on an empty place it is the same, byte for byte (D11, D12, D13)."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url

from portfolio.desk.queries.ledger import Filters
from portfolio.desk.service import ledger as books_service
from portfolio.desk.verify import findings
from portfolio.documents.models import Paper
from portfolio.documents.queries import path_for
from portfolio.funds import service as money
from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import MoneyReceipt
from portfolio.kit import backup
from portfolio.kit.backup import Unfit, make, restore
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.serving import deposit_heads
from tests import factories
from tests.justifications.grants import Office, shared
from tests.support import databases
from tests.support.postgres import find_binaries


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


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.both_engines
def test_restored_on_an_empty_place_it_is_the_same_to_the_byte(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.database.kind == "postgresql":  # the tools of the server's own version
        monkeypatch.setenv("PATH", f"{find_binaries()}{os.pathsep}{os.environ['PATH']}")
    out, folder = tmp_path / "sauvegarde.zip", tmp_path / "restored"
    made = make(address(place), place.around.data_dir, out)
    assert made.files >= 3 and out.stat().st_mode & 0o077 == 0
    for url in empty(place, tmp_path):
        restore(out, url, folder)
        again = Database(url)
        try:
            assert rows(again) == rows(place.database)
            assert files(folder) == files(place.around.data_dir)
            with again.session(readonly=True) as session:
                assert findings(session, [folder]) == []
                papers = list(session.scalars(select(Paper)))
                assert papers and all(path_for(folder, p.sha256).read_bytes().startswith(b"%PDF") for p in papers)
        finally:
            again.dispose()
        with pytest.raises(Unfit, match="déjà"):
            restore(out, url, folder)
        shutil.rmtree(folder)
        with pytest.raises(Unfit, match="déjà"):
            restore(out, url, folder)
    with pytest.raises(Unfit, match="existe déjà"):
        make(address(place), place.around.data_dir, out)


def test_taken_while_people_post_it_has_all_that_was_acknowledged_and_nothing_by_half(place: Office, tmp_path: Path) -> None:
    """Two people post as fast as they can, fifty times a second at the least on a quiet machine; nobody is made to wait or refused."""
    acknowledged: list[int] = []
    waits: list[float] = []
    stop = threading.Event()

    def post(thread: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            started = time.monotonic()
            with factories.work_as(place.around, place.people["cashier"]) as work:
                number = money.record_receipt(work, ReceiptForm(
                    fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference=f"VIR-{thread}-{n}",
                    donor_amount=10, donor_currency="XOF", amount=10)).id  # fmt: skip
            with factories.work_as(place.around, place.people["accountant"]) as work:
                money.confirm(work, work.db.get_one(MoneyReceipt, number))
                if n % 5 == 0:
                    books_service.print_trial_balance(work, Filters())
            waits.append(time.monotonic() - started)
            acknowledged.append(number)

    people = [threading.Thread(target=post, args=(i,)) for i in range(2)]
    for each in people:
        each.start()
    taken = []
    try:
        for n in range(3):
            wanted = len(acknowledged) + 6
            while len(acknowledged) < wanted:
                time.sleep(0.01)
            before, began = list(acknowledged), len(waits)
            make(address(place), place.around.data_dir, tmp_path / f"{n}.zip")
            taken.append((n, before, len(waits) - began))
    finally:
        stop.set()
        for each in people:
            each.join()
    for n, before, _during in taken:
        folder = tmp_path / f"r{n}"
        restore(tmp_path / f"{n}.zip", f"sqlite:///{folder}/portfolio.db", folder)
        again = Database(f"sqlite:///{folder}/portfolio.db")
        with again.session(readonly=True) as session:
            assert findings(session, [folder]) == []
            confirmed = set(session.scalars(select(MoneyReceipt.id).where(MoneyReceipt.status == "confirmed")))
            assert set(before) <= confirmed
            for paper in session.scalars(select(Paper)):
                assert path_for(folder, paper.sha256).is_file(), "a row of the copy without its file"
            assert ledger.head(session).seq >= len(before)
        again.dispose()
    print(f"{len(acknowledged)} posted, the slowest {max(waits):.2f} s, during the backups {[d for _, _, d in taken]}")


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
def test_a_missing_tool_is_named(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup.shutil, "which", lambda name: None)
    with pytest.raises(Unfit, match="pg_dump est introuvable"):
        make(address(place), place.around.data_dir, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
