"""Counting what is asked of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portfolio.kit.db import Database


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    told: list[str] = []

    def tell(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
            told.append(statement)

    event.listen(database.engine, "before_cursor_execute", tell)
    try:
        yield told
    finally:
        event.remove(database.engine, "before_cursor_execute", tell)


@pytest.fixture
def counted() -> Callable[[Database], object]:
    return counting
