"""Statements that go straight to the driver: for what runs while every other writer waits, and for what every page asks.

SQLAlchemy writes the SQL once per engine and its types convert the values, as everywhere; what is left out is the machinery around each
execution, which cost 0.2 ms of CPU where the database needed 0.02 (tests/bench/bench_postings.py, bench_list.py). Same connection, same
transaction, same exceptions, and whoever listens to what is asked of the engine hears these statements too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]
Turn = Callable[[Any], Any]


class _Written:
    """A statement in the words of one engine: its SQL, and how each value reaches the driver. A list of values (`IN`) is written out
    as it stands in the statement; `given` are the values of the first execution, whose names those of the next ones must be."""

    def __init__(self, statement: Any, dialect: Dialect, given: Values) -> None:
        compiled = statement.compile(dialect=dialect)
        whole = compiled.construct_expanded_state(given)
        self.sql: str = whole.statement
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.positional: bool = compiled.positional
        self.names: list[str] = whole.positiontup if self.positional else list(whole.parameters)
        found = {
            n: binds[n].type.dialect_impl(dialect).bind_processor(dialect) for n in self.names if n in binds
        }
        found.update(whole.processors)
        self.turns: dict[str, Turn] = {n: turn for n, turn in found.items() if turn is not None}
        fixed = {n: v for n, v in whole.parameters.items() if n not in given}
        self.fixed = {n: self.turns[n](v) if n in self.turns else v for n, v in fixed.items()}
        self.take: Turn = itemgetter(*self.names) if len(self.names) > 1 else self._alone

    def _alone(self, known: Values) -> tuple[Any, ...]:
        return tuple(known[n] for n in self.names)

    def bound(self, values: Values) -> Any:
        known, turns = self.fixed.copy(), self.turns
        for name, value in values.items():
            turn = turns.get(name)
            known[name] = value if turn is None else turn(value)
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
            first = values if isinstance(values, Mapping) else values[0]
            written = self._written[dialect.name] = _Written(made, dialect, first)
        many = not isinstance(values, Mapping) and len(values) > 1
        bound: Any
        if isinstance(values, Mapping):
            bound = written.bound(values)
        else:
            bound = [written.bound(each) for each in values] if many else written.bound(values[0])
        cursor = connection.connection.cursor()
        for hears in connection.dispatch.before_cursor_execute:
            hears(connection, cursor, written.sql, bound, None, many)
        try:
            if many:
                cursor.executemany(written.sql, bound)
            else:
                cursor.execute(written.sql, bound)
        except dialect.loaded_dbapi.Error as error:
            raise _named(connection, cursor, written.sql, values, error) from error
        return cursor


class Read:
    """A select asked again and again: its rows as plain tuples (or what `row` makes of the values of one), converted as the types of
    its columns say. The first time it goes the long way, because many are made for one page and never asked again."""

    def __init__(self, statement: Any, row: Callable[[tuple[Any, ...]], Any] | None = None) -> None:
        self._statement = statement
        self._direct: Direct | None = None
        self._asked = False
        self._row = row
        self._turns: dict[str, list[tuple[int, Turn]]] = {}

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Every row. Raises SQLAlchemy's errors."""
        if not self._asked:
            self._asked = True
            found: list[Any] = list(connection.execute(self._statement, dict(values)).all())
        else:
            if self._direct is None:
                self._direct = Direct(self._statement)
            cursor = self._direct.run(connection, values)
            found = self._turned(cursor.fetchall(), cursor, connection.dialect)
            cursor.close()
        return found if self._row is None else [self._row(tuple(row)) for row in found]

    def _turned(self, rows: list[Any], cursor: Any, dialect: Dialect) -> list[Any]:
        turns = self._turns.get(dialect.name)
        if turns is None:
            types = [column.type.dialect_impl(dialect) for column in self._statement.selected_columns]
            if len(types) != len(cursor.description):
                raise ValueError("a column of the select stands for several: it cannot be read by position")
            made = [
                t.result_processor(dialect, about[1])
                for t, about in zip(types, cursor.description, strict=True)
            ]
            turns = self._turns[dialect.name] = [(n, turn) for n, turn in enumerate(made) if turn is not None]
        if not turns or not rows:
            return rows
        columns = list(zip(*rows, strict=True))
        for n, turn in turns:
            columns[n] = tuple(map(turn, columns[n]))
        return list(zip(*columns, strict=True))


def _named(connection: Connection, cursor: Any, sql: str, values: Any, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy names it; a connection that is gone is given up."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, values, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    )
