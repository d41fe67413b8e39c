"""A backup taken while people post is one consistent moment; restored on an empty place it is the same, byte for byte (D11, D12, D13)."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from portfolio import cli
from portfolio.accounts.models import Person
from portfolio.desk.queries.ledger import Filters
from portfolio.desk.service import ledger as books_service
from portfolio.desk.verify import findings
from portfolio.documents.models import Paper
from portfolio.documents.queries import path_for
from portfolio.funds import service as money
from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import MoneyReceipt
from portfolio.kit import backup, keys, pgcopy
from portfolio.kit.backup import IN_CLEAR, Unfit, restore
from portfolio.kit.db import Database
from portfolio.kit.keys import Key, written
from portfolio.kit.sealed import PIECE, Reader, Refused, Writer, header_of
from portfolio.ledger import queries as ledger
from portfolio.serving import deposit_heads
from portfolio.settings import BACKUP_KEY
from tests import factories
from tests.justifications.grants import Office, shared
from tests.support import databases
from tests.support.postgres import find_binaries

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
TIMES = 30 if WHOLE else 3
KEY = Key(bytes(range(32)))
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


def made_of(place: Office, out: Path, key: Key = KEY) -> backup.Made:
    return backup.make(address(place), place.around.data_dir, out, key)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive inside a backup."""
    with Reader(path, KEY) as stream, zipfile.ZipFile(stream) as archive:  # type: ignore[arg-type]
        yield archive


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
    made = made_of(place, out)
    assert made.files >= 3 and out.stat().st_mode & 0o077 == 0
    for url in empty(place, tmp_path):
        restore(out, url, folder, KEY)
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
            restore(out, url, folder, KEY)
        shutil.rmtree(folder)
        with pytest.raises(Unfit, match="déjà"):
            restore(out, url, folder, KEY)
    with pytest.raises(Unfit, match="existe déjà"):
        made_of(place, out)


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
def trade(place: Office, hands: int = 2, every: float = 0) -> Iterator[Trade]:
    """Two people post as fast as they can, or each `every` so many seconds, and print every tenth time."""
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
            time.sleep(max(0.0, started + every - time.monotonic()))

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
        restore(taken, url, folder, KEY)
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
            made_of(place, tmp_path / f"{n}.zip")
            during += len(people.waits) - before
        lasted = time.monotonic() - began
        done = len(people.acknowledged)
    for n, told in enumerate(taken):
        must_be_one_moment(place, tmp_path / f"{n}.zip", told)
    slowest = sorted(people.waits)[int(len(people.waits) * 0.99)]
    print(f"{2 * done / lasted:.0f} commits a second, {2 * during} of {2 * done} during {TIMES} backups; 99 % of posts within {slowest * 1000:.0f} ms")
    assert during > 0


@pytest.mark.skipif(not WHOLE, reason="a minute of measurement: PORTFOLIO_WHOLE=1")
@pytest.mark.both_engines
def test_fifty_writes_a_second_are_not_made_to_wait(place: Office, tmp_path: Path) -> None:
    """D11: half a gigabyte is backed up by the command, again and again, beside fifty commits a second; 99 of 100 of them are no more than
    100 ms slower than without it."""
    key, chance = tmp_path / "cles" / "key", random.Random(3)
    keys.make(key, BACKUP_KEY, "")
    (place.around.data_dir / "files" / "zz").mkdir()
    for n in range(256):
        (place.around.data_dir / "files" / "zz" / f"{n:064}").write_bytes(chance.randbytes(2 << 20))
    env = os.environ | {"PORTFOLIO_DATABASE_URL": address(place), "PORTFOLIO_DATA_DIR": str(place.around.data_dir), "PORTFOLIO_BACKUP_KEY_FILE": str(key)}
    late: dict[str, float] = {}
    for state in ("idle", "backup"):
        with trade(place, every=0.08) as people:  # two people, two commits each time
            began, made = time.monotonic(), 0
            while time.monotonic() - began < 30:
                if state == "backup":
                    subprocess.run([Path(sys.executable).with_name("portfolio"), "backup", "--out", tmp_path / f"b{made}"], env=env, check=True)
                    (tmp_path / f"b{made}").unlink()
                    made += 1
                else:
                    time.sleep(1)
            rate = 2 * len(people.acknowledged) / (time.monotonic() - began)
        waits = sorted(people.waits)
        late[state] = waits[int(len(waits) * 0.99)] * 1000
        print(f"{state}: {rate:.0f} commits a second, {made} backups; median {waits[len(waits) // 2] * 1000:.1f} ms, 99 % {late[state]:.1f} ms, worst {waits[-1] * 1000:.0f} ms")
    assert late["backup"] - late["idle"] <= 100


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
                made_of(place, taken[-1][0])
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
    """D13: a bit changed anywhere, bytes cut off, repeated or added, pieces that change places: each is refused, and so is another key."""
    (place.around.data_dir / "files" / "zz").mkdir()
    (place.around.data_dir / "files" / "zz" / "photo").write_bytes(random.Random(1).randbytes(PIECE * 2))
    out, bad = tmp_path / "sauvegarde.zip", tmp_path / "bad.zip"
    made_of(place, out)
    whole, chance, size = out.read_bytes(), random.Random(9), PIECE + 16
    start = begin(whole)
    damages = {
        "bit": lambda: flipped(whole, chance.randrange(len(whole)), chance),
        "header": lambda: flipped(whole, chance.randrange(300), chance),
        "cut": lambda: whole[: chance.randrange(len(whole))],
        "cut by a piece": lambda: whole[: start + (len(whole) - start - 1) // size * size],
        "added": lambda: whole + chance.randbytes(chance.choice([1, 16, size])),
        "swapped": lambda: swapped(whole, size),
    }
    for n in range(200 if WHOLE else 24):
        kind = [*damages][n % len(damages)]
        bad.write_bytes(damages[kind]())
        with pytest.raises(Unfit, match="Rien n'a été touché"):
            restore(bad, f"sqlite:///{tmp_path}/bad.db", tmp_path / "bad", KEY)
        assert not (tmp_path / "bad").exists() and not (tmp_path / "bad.db").exists(), kind
    for other in (Key(bytes(32)), Key(b"une phrase de passe assez longue", phrase=True)):
        with pytest.raises(Unfit, match="Rien n'a été touché"):
            restore(out, f"sqlite:///{tmp_path}/bad.db", tmp_path / "bad", other)
    assert not (tmp_path / "bad").exists() and not (tmp_path / "bad.db").exists()


def test_bytes_that_nothing_reads_are_proved_too(place: Office, tmp_path: Path) -> None:
    """An archive may carry bytes that no member owns: a backup is whole or it is refused."""
    made_of(place, tmp_path / "out")
    with Reader(tmp_path / "out", KEY) as inside:
        archive = inside.read()
    padded = tmp_path / "padded"
    with padded.open("wb") as stream:
        sealing = Writer(stream, KEY)
        sealing.write(bytes(3 * PIECE) + archive)
        sealing.finish()
    whole = padded.read_bytes()
    padded.write_bytes(flipped(whole, begin(whole) + PIECE + 100, random.Random(1)))
    with pytest.raises(Unfit, match="Rien n'a été touché"):
        restore(padded, f"sqlite:///{tmp_path}/x.db", tmp_path / "x", KEY)


def flipped(whole: bytes, at: int, chance: random.Random) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]


def begin(whole: bytes) -> int:
    """Where the first piece begins."""
    return len(header_of(io.BytesIO(whole))[1]) + 16


def swapped(whole: bytes, size: int) -> bytes:
    """The first two pieces, each in the place of the other."""
    start = begin(whole)
    return whole[:start] + whole[start + size : start + 2 * size] + whole[start : start + size] + whole[start + 2 * size :]


def test_pieces_cut_moved_repeated_or_taken_from_another_file_are_refused(tmp_path: Path) -> None:
    """The container by itself, whatever it holds: nothing of the archive inside helps to find it out."""
    size, made, bad = PIECE + 16, [], tmp_path / "bad"
    for n in range(2):
        with (tmp_path / str(n)).open("wb") as stream:
            sealing = Writer(stream, KEY)
            sealing.write(bytes(3 * PIECE))
            sealing.finish()
        made.append((tmp_path / str(n)).read_bytes())
    whole, other = made
    start = begin(whole)
    assert whole[start:] != other[start:] and len(whole) == start + 3 * size, "the same bytes never give the same file"
    first, last = whole[start : start + size], whole[-size:]
    for spoiled in (
        whole[:-size], whole[: start + size], swapped(whole, size), whole[:start] + first * 3, whole + last, whole[:-size] + last + last,
        whole[:start] + other[start:], whole[: start - 16] + other[start - 16 :], whole[:start], whole[: start - 1], b"",
    ):  # fmt: skip
        bad.write_bytes(spoiled)
        with pytest.raises(Refused):
            with Reader(bad, KEY) as reader:
                reader.prove()
    with Reader(tmp_path / "0", KEY) as reader:
        reader.prove()


@pytest.mark.both_engines
def test_no_name_is_read_in_a_backup_and_no_key_is_in_it(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D14, T07: what people are called and where they are reached is found in the database, never in the file nor beside it."""
    with_tools(monkeypatch, False)
    planted = [{"full_name": f"Aïssata Planted {n:03} Maïga", "phone": f"+2237{n:07}", "email": f"planted{n}@example.org",
                "password_hash": "x", "created_at": datetime.now(UTC)} for n in range(250)]  # fmt: skip
    with place.database.session(readonly=False) as session:
        session.execute(insert(Person), planted)
        session.commit()
    names = [str(each[what]).encode() for each in planted for what in ("full_name", "phone")]
    out = tmp_path / "out" / "sauvegarde"
    out.parent.mkdir()
    seen: list[Path] = []
    sealing = backup.Writer.finish

    def finish(self: backup.Writer) -> None:
        seen.extend(p for p in out.parent.rglob("*"))
        sealing(self)

    monkeypatch.setattr(backup.Writer, "finish", finish)
    made_of(place, out)
    assert seen == [out.with_name(f".{out.name}.partiel")], "nothing in clear beside the backup, even for a moment"
    assert [p.name for p in out.parent.iterdir()] == [out.name] and list(place.around.data_dir.glob(f"{backup._STAGE}*")) == []
    kept = out.read_bytes()
    assert [name for name in names if name in kept] == []
    with opened(out) as archive:
        clear = b"".join(archive.read(name) for name in archive.namelist())
    if place.database.kind == "sqlite":
        assert [name for name in names if name not in clear] == [], "they are there for who has the key"
    assert KEY.secret not in clear and written(KEY.secret).encode() not in clear


def test_sealed_pieces_are_few_in_memory_and_a_passphrase_opens_too(tmp_path: Path) -> None:
    """Sixty-four megabytes go in and out within a few pieces of memory; in any order they are read as they were written."""
    phrase = Key(b"une phrase de passe, assez longue", phrase=True)
    size, out = (1024 if WHOLE else 64) * PIECE + 7, tmp_path / "x"
    piece = random.Random(2).randbytes(PIECE)
    tracemalloc.start()
    try:
        with out.open("wb") as stream:
            sealing = Writer(stream, phrase)
            for _ in range(size // PIECE):
                sealing.write(piece)
            sealing.write(b"the end")
            sealing.finish()
        with Reader(out, phrase) as reader:
            reader.prove()
            reader.seek(-9, os.SEEK_END)
            assert reader.read(100) == piece[-2:] + b"the end"
            reader.seek(3 * PIECE - 2)
            assert reader.read(2) + reader.read(2) == piece[-2:] + piece[:2]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * PIECE, f"{peak / 1e6:.0f} MB for {size / 1e6:.0f} MB"
    with pytest.raises(Refused, match="cette clé ne l’ouvre pas"):
        Reader(out, Key(phrase.secret + b"!", phrase=True))


@pytest.mark.parametrize("change", ["added", "escaping", "missing", "other", "format"])
def test_a_backup_that_somebody_made_up_is_refused(place: Office, tmp_path: Path, change: str) -> None:
    """Even by somebody who has the key, and even in clear."""
    out, forged, clear = tmp_path / "sauvegarde.zip", tmp_path / "forged.zip", tmp_path / "clear.zip"
    made_of(place, out)
    with opened(out) as source, zipfile.ZipFile(clear, "w") as target:
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
        if change == "format":
            manifest["format"] = IN_CLEAR
        target.writestr("manifest.json", json.dumps(manifest))
    with forged.open("wb") as stream:
        sealing = Writer(stream, KEY)
        sealing.write(clear.read_bytes())
        sealing.finish()
    for path, key in ((forged, KEY), (clear, KEY), *([(clear, None)] if change != "format" else ()), (forged, None)):
        with pytest.raises(Unfit):
            restore(path, f"sqlite:///{tmp_path}/x.db", tmp_path / "x", key)
    assert not (tmp_path / "x").exists() and not (tmp_path / "stray").exists()
    if change == "format":  # what version 1 wrote: it is taken when somebody says that it is in clear
        restore(clear, f"sqlite:///{tmp_path}/x.db", tmp_path / "x", None)
        assert files(tmp_path / "x") == files(place.around.data_dir)


def test_the_key_is_made_once_said_aloud_and_missed_when_it_is_gone(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person at the office does it: never a backup in clear, never a second key without a word."""
    monkeypatch.setattr(cli.os, "nice", lambda _by: 0)  # the tests that follow would be slow too
    for name in ("PASSPHRASE", "PASSPHRASE_FILE", "KEY_FILE"):
        monkeypatch.delenv(f"PORTFOLIO_BACKUP_{name}", raising=False)
    data = place.around.data_dir
    path = data.with_name(f"{data.name}-cles") / "sauvegarde.cle"
    env = {"PORTFOLIO_DATABASE_URL": address(place), "PORTFOLIO_DATA_DIR": str(data)}

    def say(*words: object, **more: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.main, [*map(str, words)], env=env | more)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, " ".join(done.output.split())

    post(place, "VIR")
    deposit_heads(place.around)
    code, words = say("doctor")
    assert code == 1 and "NON le secret n’est lisible que par ce compte" in words
    (data / "secret").chmod(0o600)
    assert "NON Aucune sauvegarde n’a encore été faite ici" in say("doctor")[1]
    code, words = say("backup", "--out", tmp_path / "1")
    assert code == 0 and "CLÉ NEUVE" in words and "SANS ELLE" in words and path.stat().st_mode & 0o077 == 0
    code, words = say("backup", "--out", tmp_path / "2")
    assert code == 0 and "CLÉ NEUVE" not in words
    words = say("doctor")[1]
    assert "ok La dernière sauvegarde a 0 jour" in words and "ok la clé de la dernière sauvegarde est lisible" in words
    assert "existe déjà" in say("backup", "--out", tmp_path / "2")[1]
    assert "contient la clé" in say("backup", "--out", path.parent / "3")[1]
    backup.note(data, replace(cast(backup.Last, backup.last(data)), at=datetime.now(UTC) - timedelta(days=8)))
    assert "NON La dernière sauvegarde a 8 jours" in say("doctor")[1]

    kept = path.read_text()
    path.chmod(0o644)
    assert "chmod 600" in say("backup", "--out", tmp_path / "3")[1]
    path.unlink()
    code, words = say("backup", "--out", tmp_path / "3")
    assert code == 2 and "introuvable" in words and "--new-key" in words and not (tmp_path / "3").exists()
    assert "NON La clé des sauvegardes ne peut pas servir" in say("doctor")[1]
    code, words = say("restore", tmp_path / "1", PORTFOLIO_DATA_DIR=str(tmp_path / "n"), PORTFOLIO_DATABASE_URL=f"sqlite:///{tmp_path}/n.db")
    assert code == 2 and "introuvable" in words and "PORTFOLIO_BACKUP_KEY_FILE" in words
    assert "CLÉ NEUVE" in say("backup", "--new-key", "--out", tmp_path / "3")[1]
    elsewhere = tmp_path / "usb.cle"
    elsewhere.write_text(kept)
    elsewhere.chmod(0o600)
    there = {"PORTFOLIO_DATA_DIR": str(tmp_path / "n"), "PORTFOLIO_DATABASE_URL": f"sqlite:///{tmp_path}/n.db"}
    assert "elle demande la clé" in say("restore", tmp_path / "3", PORTFOLIO_BACKUP_KEY_FILE=str(elsewhere), **there)[1]
    code, words = say("restore", tmp_path / "1", PORTFOLIO_BACKUP_KEY_FILE=str(elsewhere), **there)
    assert code == 0 and "Livre intact" in words
    elsewhere.write_text(kept[:-5] + ("A" if kept[-5] != "A" else "B") + kept[-4:])
    assert "une de ses lettres a changé" in say("backup", "--out", tmp_path / "4", PORTFOLIO_BACKUP_KEY_FILE=str(elsewhere))[1]
    assert "16 caractères" in say("backup", "--out", tmp_path / "4", PORTFOLIO_BACKUP_PASSPHRASE="court")[1]
    two = {"PORTFOLIO_BACKUP_PASSPHRASE": "assez longue pour servir", "PORTFOLIO_BACKUP_KEY_FILE": str(elsewhere)}
    assert "se contredisent" in say("backup", "--out", tmp_path / "4", **two)[1]
    code, words = say("backup", "--out", tmp_path / "4", PORTFOLIO_BACKUP_PASSPHRASE="assez longue pour servir")
    assert code == 0 and "phrase de passe configurée" in words
    assert "dans le dossier des données" in say("doctor", PORTFOLIO_KEY_DIR=str(data / "cles"))[1]


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
        made_of(place, tmp_path / "copied.zip")
        patch.setenv("PATH", f"{find_binaries()}{os.pathsep}{os.environ['PATH']}")
        made_of(place, tmp_path / "dumped.zip")
    with opened(tmp_path / "copied.zip") as archive:
        assert archive.read("database").startswith(b"PK")
    with opened(tmp_path / "dumped.zip") as archive:
        assert archive.read("database").startswith(b"PGDMP")
    monkeypatch.setattr(backup.shutil, "which", lambda name: None)
    for url in empty(place, tmp_path):
        with pytest.raises(Unfit, match="pg_restore est introuvable"):
            restore(tmp_path / "dumped.zip", url, tmp_path / "restored", KEY)
