"""What every test may ask for: a migrated database of its own on either engine, a browser, an axe."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import databases, leftovers, remembered
from tests.support.postgres import Server

if TYPE_CHECKING:
    from portfolio.kit.db import Database

pytest_plugins = ["tests.support.browser", "tests.demo"]

ENGINES = ("sqlite", "postgresql")
ROOM = 8 << 30
_SERVER = pytest.StashKey[Server]()
_TMPDIR = pytest.StashKey[tuple[str | None, str | None]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines", choices=("marked", "both", *ENGINES), default="marked",
        help="marked: SQLite, and PostgreSQL where a test is marked both_engines; both: every test on both")


def memory(config: pytest.Config) -> Path | None:
    """Where the run's files stand in memory, if it has room: copying a PostgreSQL template takes 0.1 s there, and 2 s on a busy disk.
    Measurements stay on the disk."""
    shared, chosen = Path("/dev/shm"), str(config.option.markexpr)
    measures = "bench" in chosen and "not bench" not in chosen
    if measures or "TMPDIR" in os.environ or not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < ROOM:
        return None
    return shared


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the run's folder and starts the server; workers find them in the environment."""
    remembered.statements()
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    place = memory(config)
    leftovers.sweep([Path(tempfile.gettempdir()), Path("/tmp"), *([place] if place else [])])
    os.environ[databases.RUN_FOLDER] = str(leftovers.make(leftovers.RUN, place))
    config.stash[_TMPDIR] = tempfile.tempdir, os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = tempfile.tempdir = os.environ[databases.RUN_FOLDER]
    try:
        config.stash[_SERVER] = Server.start(place or Path("/tmp"))
        os.environ[databases.PG_FOLDER] = str(config.stash[_SERVER].directory)
    except Exception as reason:
        os.environ[databases.PG_FOLDER] = f"! {reason}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    if _SERVER in config.stash:
        config.stash[_SERVER].stop()
    if _TMPDIR in config.stash:
        tempfile.tempdir, before = config.stash[_TMPDIR]
        del os.environ["TMPDIR"]
        os.environ.update({"TMPDIR": before} if before else {})
    shutil.rmtree(os.environ.get(databases.RUN_FOLDER, ""), ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker begins with a half of its own, so that they do not wait for the same template, and whoever is done takes from the other:
    nothing stays behind a journey of minutes."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: one worker's half begins with the journey, the other's with whatever else is long. Begun last, one worker would walk it
    while the other has nothing to do."""
    journey = [item for item in items if "test_story.py" in item.nodeid]
    crowds = [item for item in items if item not in journey and ("test_crawl.py" in item.nodeid or item.get_closest_marker("slow"))]
    begun = {*journey, *crowds}
    short = [item for item in items if item not in begun]
    half = max(0, len(items) // 2 - len(journey))
    items[:] = [*journey, *short[:half], *crowds, *short[half:]]
    remembered.collector()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_kind" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--engines")
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "postgresql" in marks:
        kinds: tuple[str, ...] = ("postgresql",)
    elif chosen == "both" or (chosen == "marked" and marks & {"both_engines"}):
        kinds = ENGINES
    else:
        kinds = ("sqlite",) if chosen == "marked" else (chosen,)
    metafunc.parametrize("engine_kind", kinds, scope="session")


@pytest.fixture
def database_url(engine_kind: str, tmp_path: Path) -> Iterator[str]:
    """Address of a migrated database that belongs to this test alone."""
    url = databases.new(engine_kind, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    from portfolio.kit.db import Database

    opened = Database(database_url)
    yield opened
    opened.dispose()
