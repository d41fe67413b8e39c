"""Migrated databases for the tests: one template an engine, made once a run, copied for each test."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.postgres import Server

RUN_FOLDER = "PORTFOLIO_TEST_RUN"  # folder that the whole run shares, set by the controller
MIGRATED = "portfolio"
PG_FOLDER = "PORTFOLIO_TEST_PG"  # folder of the server, or "! reason" when it did not start


def migrate(url: str) -> None:
    from portfolio.kit.migrate import upgrade

    upgrade(url)


def run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER])


def server() -> Server:
    """The server that the controller started; without one the test is skipped, and fails when CI=true."""
    place = os.environ.get(PG_FOLDER, "! not started")
    if place.startswith("!"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"PostgreSQL: {place[2:]}")
    return Server(Path(place))


@contextmanager
def once(name: str) -> Iterator[bool]:
    """Holds the run's lock of that name; True for the first process that comes through."""
    with (run_folder() / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        first = lock.read() == ""
        yield first
        if first:
            lock.write("done")


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Holds the run's lock of that name: one process at a time."""
    with (run_folder() / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def new(kind: str, folder: Path, name: str = MIGRATED, fill: Callable[[str], object] = migrate) -> str:
    """Address of a fresh copy of the template `name`; `fill` makes the template, once a run, on a copy of the migrated one.

    A test module with dear data (a seeded portfolio) passes its own `name` and `fill`.
    """
    if kind == "postgresql":
        postgres, template = server(), f"template_{name}"
        with once(f"pg_{name}") as first:
            if first and name == MIGRATED:
                postgres.create_template(fill, template)
            elif first:
                postgres.create_template(fill, template, copied=_template(kind))
        return postgres.clone(template)
    original = run_folder() / f"{name}.sqlite"
    with once(f"sqlite_{name}") as first:
        if first:
            if name != MIGRATED:
                _copy(run_folder() / f"{_template(kind)}.sqlite", original)
            fill(sqlite_url(original))
    _copy(original, folder / original.name)
    return sqlite_url(folder / original.name)


def _template(kind: str) -> str:
    """The migrated template, made when it is not there yet; its name."""
    with TemporaryDirectory() as passing:
        drop(new(kind, Path(passing)))
    return f"template_{MIGRATED}" if kind == "postgresql" else MIGRATED


def _copy(original: Path, copy: Path) -> None:
    for part in original.parent.glob(f"{original.name}*"):  # with its -wal, if one is left
        shutil.copyfile(part, copy.with_name(copy.name + part.name.removeprefix(original.name)))


def drop(url: str) -> None:
    if url.startswith("postgresql"):
        server().drop(url)


def again(url: str, name: str) -> None:
    """The PostgreSQL database at this address is made anew from the template `name`."""
    server().clone(f"template_{name}", at=url)
