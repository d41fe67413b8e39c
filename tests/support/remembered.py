"""What every test would otherwise do again, remembered for the whole process: the SQL of a statement, and what the collector need not look at.

Each test has a database, and so an engine and a dialect, of its own, and SQLAlchemy keeps compiled statements by dialect: every statement of every
page was written anew in every test. Two dialects of one class speak the same SQL here: one version of each engine runs in a run.
"""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.util import LRUCache

STATEMENTS = 4000
_COMPILED: dict[type[Dialect], Any] = {}


def _alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(dialect: Dialect) -> int:
    return hash(type(dialect))


def statements() -> None:
    """Engines of one kind share what they compiled."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__, dialect.__hash__ = _alike, _kind  # type: ignore[assignment,method-assign]
    made = Engine.__init__

    def make(engine: Engine, pool: Any, dialect: Dialect, *args: Any, **options: Any) -> None:
        made(engine, pool, dialect, *args, **options)
        engine._compiled_cache = _COMPILED.setdefault(type(dialect), LRUCache(STATEMENTS))

    Engine.__init__ = make  # type: ignore[method-assign]


def collector() -> None:
    """As the server does when it starts (portfolio/app.py): what is there stays, and is not looked at again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
