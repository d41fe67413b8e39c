"""What a server process builds: the application on the settings of the environment, and the outbox's thread on SQLite."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from portfolio.app import Portfolio, create_app, load_rooms, surroundings
from portfolio.documents.service import sweep
from portfolio.kit import signing
from portfolio.kit.clock import Clock, SystemClock
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.outbox.service import run_due
from portfolio.settings import Settings

JOBS: Mapping[str, Callable[..., None]] = {}
"""Job name → function: the outbox knows no room."""
TURNS = 150
"""Turns of two seconds between two looks at the heads: five minutes."""
DAY = 43_200
"""Turns of a day."""


def open_around(settings: Settings, *, clock: Clock | None = None) -> Surroundings:
    """The surroundings of this installation, for the server and the command line."""
    load_rooms()
    demo = os.environ.get("PORTFOLIO_IS_DEMO") == "1"
    return surroundings(
        Database(settings.database_url),
        settings.data_dir,
        settings.secret(),
        clock=clock or SystemClock(),
        demo=demo,
        outside=settings.head_sinks,
        key_dir=settings.key_dir,
    )


def build() -> Portfolio:
    """The application of one server process."""
    settings = Settings.read()
    settings.prepare()
    around = open_around(settings)
    app = create_app(around, hosts=settings.hosts)
    if around.database.kind == "sqlite":
        threading.Thread(target=_work_off, args=(around,), daemon=True).start()
    return app


def _work_off(around: Surroundings) -> None:
    pause = threading.Event()
    for turn in itertools.count():
        if turn % TURNS == 0:
            deposit_heads(around)
        if turn % DAY == 0:
            sweep_files(around)
        if JOBS:
            run_due(lambda: around.database.session(readonly=False), JOBS, around.clock.now())
        pause.wait(2)


def sweep_files(around: Surroundings) -> int:
    """Take away the files that no row names, once a day; how many (D07)."""
    session = around.database.session(readonly=True)
    try:
        return sweep(session, around.data_dir, around.clock.now())
    except (
        DBAPIError,
        OSError,
    ):  # a database under migration, a folder under restore: tomorrow is soon enough
        return 0
    finally:
        session.rollback()
        session.close()


def deposit_heads(around: Surroundings, *, now: bool = False) -> list[Path]:
    """Let the heads of both chains leave the database, signed, once a day or every fifty entries, or at once; the folders that could not be
    written (T06, T07)."""
    session, failed = around.database.session(readonly=True), list[Path]()
    try:
        at, seen = around.clock.now(), ledger.heads(session)
        for folder in around.outside:
            last = ledger.last_outside([folder])
            if now or ledger.is_old(last, at, seen[0][0]):
                failed += ledger.deposit(folder, ledger.Deposit(at, *seen, folder), _signer(around, at))
        return failed
    except DBAPIError:  # a database under migration or restore: the next turn comes soon
        return list(around.outside)
    finally:
        session.rollback()
        session.close()


def _signer(around: Surroundings, now: datetime) -> signing.Signer | None:
    """The key that signs the heads; a head that cannot be signed leaves all the same, and `doctor` says so (T07)."""
    try:
        return signing.signer(around.key_dir, now) if around.key_dir is not None else None
    except (signing.BadKey, OSError):
        return None


__all__ = ["DAY", "JOBS", "TURNS", "build", "deposit_heads", "open_around", "sweep_files"]
