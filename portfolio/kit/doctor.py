"""What can be wrong with a machine, said before it hurts (D02, D16)."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from portfolio.kit import backup, migrate
from portfolio.kit.clock import SystemClock
from portfolio.kit.db import SQLITE_FLOOR, Database, OldSqlite, sqlite_module
from portfolio.kit.i18n import datetime_text, ngettext
from portfolio.kit.i18n import gettext as _

MIN_FREE = 500 * 1024 * 1024
BACKUP_DAYS = 7
"""A backup older than so many days is too old: what a week of work would be lost with the machine."""


def schema_problem(url: str) -> str | None:
    """Why the database cannot be served as it is, or None."""
    try:
        database = Database(url)
    except OldSqlite as old:
        floor = ".".join(map(str, SQLITE_FLOOR))
        words = _("SQLite %(found)s is too old (%(floor)s is needed): pip install pysqlite3.")
        return words % {"found": old, "floor": floor}
    try:
        with database.read_engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except (OperationalError, DBAPIError):
        return _("the database does not answer or has no schema: run portfolio migrate.")
    finally:
        database.dispose()
    words = _("the schema is at version %(found)s, %(head)s is needed: run portfolio migrate.")
    return None if found == migrate.head() else words % {"found": found, "head": migrate.head()}


def examine(url: str, data_dir: Path) -> Iterator[tuple[bool, str]]:
    """Every check, as (good, words)."""
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    version = sqlite_module().sqlite_version_info
    yield version >= SQLITE_FLOOR or not url.startswith("sqlite"), f"SQLite {'.'.join(map(str, version))}"
    free = shutil.disk_usage(data_dir).free
    room = _("%(free)d MB free in %(folder)s")
    yield free > MIN_FREE, room % {"free": free // 1024 // 1024, "folder": data_dir}
    yield os.access(data_dir, os.W_OK), _("the folder %(folder)s can be written") % {"folder": data_dir}
    year = SystemClock().now().year
    yield 2026 <= year <= 2100, _("the clock of this machine says %(year)d") % {"year": year}
    secret = data_dir / "secret"
    if secret.exists():
        yield (
            not stat.S_IMODE(secret.stat().st_mode) & 0o077,
            _("the secret can be read by this account alone"),
        )
    problem = schema_problem(url)
    yield problem is None, problem or _("the database answers and its schema is up to date")
    if problem is None and url.startswith("sqlite"):
        database = Database(url)
        with database.read_engine.connect() as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            level = connection.execute(text("PRAGMA synchronous")).scalar_one()
        database.dispose()
        words = _("journal %(mode)s, synchronous %(level)s (wal and 2 are needed)")
        yield mode == "wal" and level == 2, words % {"mode": mode, "level": level}


def examine_backups(
    data_dir: Path, key_problem: str | None, key_name: str, now: datetime
) -> Iterator[tuple[bool, str]]:
    """The last backup and its key, as (good, words): one too old, or one that nobody could open any more, is no backup (D11, D14).
    `key_problem` says why the key cannot be read here, or is None; `key_name` names the key there is."""
    made = backup.last(data_dir)
    if made is None:
        yield False, _("No backup was ever made here: run portfolio backup --out, on another disk.")
        return
    days = (now - made.at).days
    words = ngettext(
        "The last backup is %(days)d day old: %(moment)s, %(file)s.",
        "The last backup is %(days)d days old: %(moment)s, %(file)s.",
        days,
    )
    facts = {"days": days, "moment": datetime_text(made.at), "file": made.out}
    yield 0 <= days < BACKUP_DAYS, words % facts
    if key_problem is not None:
        yield False, _("The key of the backups cannot be used: %(reason)s.") % {"reason": key_problem}
    elif key_name != made.key:
        words = _(
            "The last backup was made with the key %(then)s, and the key that is configured is %(now)s."
        )
        passphrase = _("(passphrase)")
        yield False, words % {"then": made.key or passphrase, "now": key_name or passphrase}
    else:
        yield True, _("the key of the last backup can be read; keep a copy of it away from this machine")
