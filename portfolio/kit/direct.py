"""Statements that go straight to the driver: for what runs while every other writer waits.

SQLAlchemy writes the SQL once per engine and its types convert the values, as everywhere; what is left out is the machinery around each
execution, which cost 0.2 ms of CPU where the database needed 0.02 (tests/bench/bench_postings.py). Same connection, same transaction,
same exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]


class _Written:
    """A statement in the words of one engine: its SQL, and how each value reaches the driver."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise ValueError("a list of values is written anew at each execution: not here")
        self.fixed = {name: value for name, value in compiled.params.items() if value is not None}
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.names: list[str] = compiled.positiontup if compiled.positional else list(binds)
        self.positional: bool = compiled.positional
        turns = {n: binds[n].type.dialect_impl(dialect).bind_processor(dialect) for n in self.names}
        self.take: Callable[[Any], Any] = itemgetter(*self.names) if len(self.names) > 1 else self._alone
        self.turns: list[tuple[str, Callable[[Any], Any]]] = [
            (n, t) for n, t in turns.items() if t is not None
        ]

    def _alone(self, known: Values) -> tuple[Any, ...]:
        return tuple(known[n] for n in self.names)

    def bound(self, values: Values) -> Any:
        known = {**self.fixed, **values}
        for name, turn in self.turns:
            known[name] = turn(known[name])
        return self.take(known) if self.positional else known


class Direct:
    """A Core statement executed without SQLAlchemy's execution context: every value is given by name at each call, rows come back as the
    driver's tuples. A statement that engines say differently is given as a function of the dialect's name."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def run(self, connection: Connection, values: Values | Sequence[Values]) -> Any:
        """The driver's cursor after this statement, once per set of values. Raises SQLAlchemy's errors."""
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            made = self._statement(dialect.name) if callable(self._statement) else self._statement
            written = self._written[dialect.name] = _Written(made, dialect)
        cursor = connection.connection.cursor()
        try:
            if isinstance(values, Mapping):
                cursor.execute(written.sql, written.bound(values))
            elif len(values) == 1:
                cursor.execute(written.sql, written.bound(values[0]))
            else:
                cursor.executemany(written.sql, [written.bound(each) for each in values])
        except dialect.loaded_dbapi.Error as error:
            raise _named(connection, cursor, written.sql, values, error) from error
        return cursor


def _named(connection: Connection, cursor: Any, sql: str, values: Any, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy names it; a connection that is gone is given up."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, values, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    )
