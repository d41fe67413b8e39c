"""One page after the other on SQLite: nobody is held by a long one, writers and PostgreSQL never wait."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from portfolio.kit import db as kit
from portfolio.kit.db import Database


def second(database: Database, *, readonly: bool) -> tuple[threading.Event, threading.Thread]:
    inside = threading.Event()

    def run() -> None:
        with database.turn(readonly=readonly):
            inside.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return inside, thread


def test_two_pages_are_drawn_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "TURN_SECONDS", 60)
    database = Database(f"sqlite:///{tmp_path}/pages.sqlite")
    with database.turn(readonly=True):
        inside, thread = second(database, readonly=True)
        assert not inside.wait(0.2), "the second page began while the first was drawn"
        written, writer = second(database, readonly=False)
        assert written.wait(10), "a writer has its own lock"
    assert inside.wait(10)
    thread.join(10)
    writer.join(10)


def test_a_long_page_holds_nobody_and_a_failed_one_leaves_its_turn(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/pages.sqlite")
    with pytest.raises(ZeroDivisionError), database.turn(readonly=True):
        inside, thread = second(database, readonly=True)
        assert inside.wait(10), "the second page waits at most a moment"
        thread.join(10)
        raise ZeroDivisionError
    assert database._pages.acquire(blocking=False), "the turn was given back, once"


def test_readers_of_postgresql_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "TURN_SECONDS", 60)
    database = Database("postgresql+psycopg://nobody@nowhere/none")
    with database.turn(readonly=True):
        inside, thread = second(database, readonly=True)
        assert inside.wait(10)
        thread.join(10)
