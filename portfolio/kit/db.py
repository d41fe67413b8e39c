"""The only file that knows which database engine runs.

SQLite is the embedded default: WAL, `synchronous=FULL` (NORMAL lost acknowledged payments in 616 of 900 simulated power
cuts), foreign keys, `BEGIN IMMEDIATE` for writes behind one in-process lock (fair between threads; without it the busy
handler starves writers), `query_only` seen to at every begin so that a GET cannot write. PostgreSQL is the engine for many users:
READ COMMITTED writes with row locks and conditional updates, `REPEATABLE READ` read-only pages. Requirements D01, D02, W03.
"""

from __future__ import annotations

import errno
import functools
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
    bindparam,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.orm.util import identity_key
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from portfolio.kit.errors import Full
from portfolio.kit.lifecycle import Lifecycle
from portfolio.kit.turns import Turns

SQLITE_FLOOR = (3, 51, 3)
"""Older libraries (3.7.0 to 3.51.2) carry the WAL-reset corruption bug (D02)."""
WRITE_LOCK_SECONDS = 30.0
RETRIED_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available. A lost race, worth another try."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, whatever the engine keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite keeps them without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonType = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Ref = Annotated[int, mapped_column(BigId)]
"""A foreign key column; the ForeignKey is given where it is used."""
Minor = Annotated[int, mapped_column(BigInteger)]
"""Money: an integer of minor units."""
Currency = Annotated[str, mapped_column(String(3), default="XOF")]
Code = Annotated[str, mapped_column(String(40))]
Label = Annotated[str, mapped_column(String(300))]
Long = Annotated[str, mapped_column(Text)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Json = Annotated[dict[str, Any], mapped_column(JsonType)]
JsonList = Annotated[list[Any], mapped_column(JsonType)]


class Base(DeclarativeBase):
    """Every table; constraints are named, because a batch rebuild on SQLite drops the unnamed ones (D09)."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def known_check(column: str, codes: Iterable[str]) -> CheckConstraint:
    """Only these codes can be stored."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def status_check(lifecycle: Lifecycle, column: str = "status") -> CheckConstraint:
    """The database repeats the law: only the statuses of the lifecycle can be stored."""
    return known_check(column, (s.code for s in lifecycle.states))


def distinct_people(*columns: str) -> CheckConstraint:
    """No two of these person columns hold the same person: separation of duties in the database too (M09, R7)."""
    pairs = [(a, b) for i, a in enumerate(columns) for b in columns[i + 1 :]]
    return CheckConstraint(
        " AND ".join(f"({a} IS NULL OR {b} IS NULL OR {a} <> {b})" for a, b in pairs), name="distinct_people"
    )


GUARDS: list[tuple[type[Base], str]] = []
"""Every guard column: what the check of the books derives again."""


def guard_columns(model: type[Base], *names: str) -> None:
    """Columns that only a conditional UPDATE may move: setting them on a stored object raises (joints B6)."""
    GUARDS.extend((model, name) for name in names)

    def refuse_set(target: Any, value: Any, old: Any, _initiator: Any) -> Any:
        state = target._sa_instance_state
        if state.persistent and value != old:
            raise AttributeError(
                f"{type(target).__name__}: a guard column moves only by a conditional update"
            )
        return value

    for name in names:
        event.listen(getattr(model, name), "set", refuse_set, retval=True)


def sqlite_module() -> ModuleType:
    """The SQLite driver with the newest library: the `pysqlite3` wheel where there is one, else the standard library's."""
    try:
        from pysqlite3 import dbapi2 as module
    except ImportError:
        return sqlite3
    return module if module.sqlite_version_info >= sqlite3.sqlite_version_info else sqlite3


@functools.cache
def _by_key(model: Any, lock: bool) -> Any:
    """The select of one row by its key, made once; None when the key has several columns."""
    key = inspect(model).primary_key
    statement = select(model).where(key[0] == bindparam("key"))
    if len(key) != 1:
        return None
    return statement.with_for_update(of=model, key_share=True) if lock else statement


class Rows(Session):
    """A session that writes the select of one row by its key once for each table: written anew it costs as much as running it; and that
    finds the connection of its transaction again without going through the states of a session."""

    _reached: tuple[Any, Connection] | None = None

    def connection(self, *given: Any, **options: Any) -> Connection:
        """As `Session.connection`: the one connection of this transaction, remembered until it ends."""
        if given or options:
            return super().connection(*given, **options)
        transaction = self.get_transaction()
        if transaction is not None and self._reached is not None and self._reached[0] is transaction:
            return self._reached[1]
        found = super().connection()
        self._reached = self.get_transaction(), found
        return found

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As `Session.get`; a row asked for by its number goes the short way, to be read or to be held for writing."""
        asked = {name: value for name, value in options.items() if value}
        lock = asked.pop("with_for_update", None)
        fresh = asked.pop("populate_existing", False)
        statement = None
        if not asked and type(ident) is int and lock in (None, {"of": entity, "key_share": True}):
            statement = _by_key(entity, lock is not None)
        known = identity_key(entity, ident) in self.identity_map if statement is not None else True
        if statement is None or (known and not (fresh and lock)):
            return super().get(entity, ident, **options)
        how = {"populate_existing": True} if fresh else {}
        return self.scalars(statement, {"key": ident}, execution_options=how).one_or_none()


class OldSqlite(RuntimeError):
    """The SQLite library is inside the range of the WAL-reset corruption bug (D02)."""


class Database:
    """One database, reached for writing or for reading. `url` is an SQLAlchemy URL; `threads` sizes the pool."""

    def __init__(self, url: str, *, threads: int = 16) -> None:
        self.url: URL = make_url(url)
        self.kind = self.url.get_backend_name()
        if self.kind not in ("sqlite", "postgresql"):
            raise ValueError(f"unsupported database: {self.kind}")
        if self.kind == "sqlite":
            module = sqlite_module()
            if module.sqlite_version_info < SQLITE_FLOOR:
                raise OldSqlite(module.sqlite_version)
            self.engine = create_engine(
                self.url, module=module, pool_size=threads + 4, max_overflow=0, pool_use_lifo=True
            )
            _prepare_sqlite(self.engine)
            self.read_engine = self.engine.execution_options(readonly=True)
            self.turns: Turns | None = Turns(4)
        else:
            self.engine = create_engine(self.url, pool_size=threads + 4, max_overflow=0, pool_pre_ping=False)
            self.read_engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self.turns = None  # its readers wait for the network, not for the interpreter

    def session(self, *, readonly: bool) -> Session:
        """A session that refuses to be used after it is closed."""
        bind = self.read_engine if readonly else self.engine
        return Rows(bind, expire_on_commit=False, close_resets_only=False)

    @contextmanager
    def apart(self) -> Iterator[Session]:
        """A transaction of its own, committed at the end: for what must stand whatever becomes of the work around it (a failed sign-in, the
        trace of a refusal, when somebody was last seen). Never for a verb: those commit once, with their work."""
        session = self.session(readonly=False)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    lock = threading.Lock()

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        record.info.pop("query_only", None)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "recursive_triggers=ON",
            "busy_timeout=10000",
            "mmap_size=0",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        readonly = connection.get_execution_options().get("readonly", False)
        if not readonly:
            if not lock.acquire(timeout=WRITE_LOCK_SECONDS):
                raise TimeoutError("the write lock was not free")
            connection.info["write_lock"] = True
        driver: Any = connection.connection.dbapi_connection  # straight to the driver: twice on every request
        if connection.info.get("query_only") is not readonly:
            # Only when it changes: this pragma throws away every statement that the connection has prepared, triggers and all.
            driver.execute(f"PRAGMA query_only={'ON' if readonly else 'OFF'}")
            connection.info["query_only"] = readonly
        try:
            driver.execute("BEGIN" if readonly else "BEGIN IMMEDIATE")
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise OperationalError("BEGIN", None, error) from error

    def free(info: dict[Any, Any]) -> None:
        if info.pop("write_lock", False):
            lock.release()

    @event.listens_for(engine, "reset")
    def reset(connection: Any, record: ConnectionPoolEntry, _state: Any) -> None:
        # A failed COMMIT leaves the transaction open and the pool would skip its rollback.
        if connection.in_transaction:
            connection.rollback()
        free(record.info)

    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        free(record.info)

    @event.listens_for(engine, "invalidate")
    def invalidate(_connection: Any, record: ConnectionPoolEntry, _error: Any) -> None:
        free(record.info)


def gone(error: DBAPIError) -> bool:
    """The PostgreSQL server is not there: stopped, restarting after a crash, or it has closed this connection. What was being committed may be
    there or not: whoever sends the same form again with its key gets the first result (C01, D03)."""
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError) or not type(error.orig).__module__.startswith("psycopg"):
        return False
    return (sqlstate(error) or "08000").startswith(("08", "57P"))


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind a driver error, or None (SQLite has none)."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def refuse_full(error: BaseException) -> None:
    """Raises Full when the disk below the database, or below the files, has no room left (D05)."""
    words, number = str(getattr(error, "orig", "")), getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT) or sqlstate(error) == "53100" or "disk is full" in words:
        raise Full from error


def is_constraint(error: BaseException, name: str) -> bool:
    """Whether an IntegrityError names this constraint (PostgreSQL) or these columns (SQLite says `table.column`)."""
    return name in str(getattr(error, "orig", error))


def ping(database: Database) -> None:
    """One round trip, or the driver's error."""
    with database.read_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
