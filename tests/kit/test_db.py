"""Every connection to SQLite is made durable, and a library that loses databases is refused (D01, D02)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from portfolio.kit import db, doctor
from portfolio.kit.db import SQLITE_FLOOR, Database, OldSqlite

WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "recursive_triggers": 1,
          "busy_timeout": 10_000, "mmap_size": 0}  # fmt: skip


def pragmas(engine: Engine, *, every: int = 1) -> list[dict[str, object]]:
    """What each of so many connections of the pool says, held at once so that none is asked twice."""
    held = [engine.connect() for _ in range(every)]
    try:
        return [{name: next(iter(c.execute(text(f"PRAGMA {name}")).scalars()), 0) for name in WANTED} for c in held]
    finally:
        for connection in held:
            connection.close()


def test_every_connection_is_durable(database: Database) -> None:
    """D01: each connection of the pool that pages read from, and the one that writes."""
    for found in pragmas(database.read_engine, every=5) + pragmas(database.engine):
        assert found == WANTED


@pytest.mark.both_engines
def test_what_only_reads_cannot_write(database: Database) -> None:
    """W03: on whichever connection of the pool, and though the same one has just written."""
    with database.session(readonly=False) as session:
        session.execute(text("CREATE TABLE scrap (n INTEGER)"))
        session.commit()
    for _turn in range(3):
        for readonly in (True, False):
            with database.session(readonly=readonly) as session:
                if readonly:
                    with pytest.raises(DBAPIError, match="read-?only"):
                        session.execute(text("INSERT INTO scrap VALUES (1)"))
                else:
                    session.execute(text("INSERT INTO scrap VALUES (1)"))
                    session.commit()
    with database.session(readonly=True) as session:
        assert session.execute(text("SELECT count(*) FROM scrap")).scalar_one() == 3


def test_a_connection_of_the_driver_alone_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D01's negative control: the connect hook taken away, the same reading sees what the driver gives."""
    monkeypatch.setattr(db, "_prepare_sqlite", lambda _engine: None)
    bare = Database(f"sqlite:///{tmp_path / 'bare.sqlite'}")
    [found] = pragmas(bare.engine)
    bare.dispose()
    assert {name for name in WANTED if found[name] != WANTED[name]} >= {"journal_mode", "foreign_keys", "trusted_schema", "busy_timeout"}


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 8, 0), (3, 51, 3), (3, 53, 4)], ids=str)
def test_a_library_inside_the_range_of_the_bug_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    """D02: nothing is opened, and the check of the machine says which library and what to install. The floor itself passes."""
    true = db.sqlite_module()
    words = ".".join(map(str, version))
    old = SimpleNamespace(**{name: getattr(true, name) for name in dir(true) if not name.startswith("__")})
    old.sqlite_version_info, old.sqlite_version = version, words
    for module in (db, doctor):
        monkeypatch.setattr(module, "sqlite_module", lambda: old)
    address = f"sqlite:///{tmp_path / 'x.sqlite'}"
    if version >= SQLITE_FLOOR:
        Database(address).dispose()
        return
    with pytest.raises(OldSqlite, match=words):
        Database(address)
    assert not (tmp_path / "x.sqlite").exists()
    said = list(doctor.examine(address, tmp_path))
    assert (False, f"SQLite {words}") in said and any(not good and "pysqlite3" in line for good, line in said)
    monkeypatch.setattr(db, "SQLITE_FLOOR", (3, 0, 0))
    Database(address).dispose()  # the floor taken away, it would be used
