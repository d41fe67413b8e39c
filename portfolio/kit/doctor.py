"""What can be wrong with a machine, said before it hurts (D02, D16)."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from portfolio.kit import migrate
from portfolio.kit.clock import SystemClock
from portfolio.kit.db import SQLITE_FLOOR, Database, OldSqlite, sqlite_module

MIN_FREE = 500 * 1024 * 1024


def schema_problem(url: str) -> str | None:
    """Why the database cannot be served as it is, or None."""
    try:
        database = Database(url)
    except OldSqlite as old:
        return f"SQLite {old} est trop ancien (il faut {'.'.join(map(str, SQLITE_FLOOR))}) : pip install pysqlite3."
    try:
        with database.read_engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except (OperationalError, DBAPIError):
        return "la base ne répond pas ou n'a pas de schéma : lancez portfolio migrate."
    finally:
        database.dispose()
    return (
        None
        if found == migrate.head()
        else f"le schéma est à la version {found}, il faut {migrate.head()} : lancez portfolio migrate."
    )


def examine(url: str, data_dir: Path) -> Iterator[tuple[bool, str]]:
    """Every check, as (good, words)."""
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    version = sqlite_module().sqlite_version_info
    yield version >= SQLITE_FLOOR or not url.startswith("sqlite"), f"SQLite {'.'.join(map(str, version))}"
    free = shutil.disk_usage(data_dir).free
    yield free > MIN_FREE, f"{free // 1024 // 1024} Mo libres dans {data_dir}"
    yield os.access(data_dir, os.W_OK), f"le dossier {data_dir} est accessible en écriture"
    year = SystemClock().now().year
    yield 2026 <= year <= 2100, f"l'horloge de la machine dit {year}"
    secret = data_dir / "secret"
    if secret.exists():
        yield not stat.S_IMODE(secret.stat().st_mode) & 0o077, "le secret n'est lisible que par ce compte"
    problem = schema_problem(url)
    yield problem is None, problem or "la base répond et son schéma est à jour"
    if problem is None and url.startswith("sqlite"):
        database = Database(url)
        with database.read_engine.connect() as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            level = connection.execute(text("PRAGMA synchronous")).scalar_one()
        database.dispose()
        yield mode == "wal" and level == 2, f"journal {mode}, synchronous {level} (il faut wal et 2)"
