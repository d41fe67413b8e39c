"""What a server process builds: the application on the settings of the environment, and the outbox's thread on SQLite."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping

from portfolio.app import Portfolio, create_app, load_rooms, surroundings
from portfolio.kit.clock import Clock, SystemClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.outbox.service import run_due
from portfolio.settings import Settings

JOBS: Mapping[str, Callable[..., None]] = {}
"""Job name → function: the outbox knows no room."""


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
    )


def build() -> Portfolio:
    """The application of one server process."""
    settings = Settings.read()
    settings.prepare()
    around = open_around(settings)
    app = create_app(around, hosts=settings.hosts)
    if around.database.kind == "sqlite" and JOBS:
        threading.Thread(target=_work_off, args=(around,), daemon=True).start()
    return app


def _work_off(around: Surroundings) -> None:
    pause = threading.Event()
    while not pause.wait(2):
        run_due(lambda: around.database.session(readonly=False), JOBS, around.clock.now())


__all__ = ["JOBS", "build", "open_around"]
