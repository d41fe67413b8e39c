"""A database with data goes down ten versions and up again: every row of what both versions have is what it was, and the books are
whole (D08). An office with its money in the suite; `PORTFOLIO_WHOLE=1` takes the demo portfolio thirty versions down, one at a time."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from portfolio.desk.verify import verify
from portfolio.kit import migrate
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from tests import demo as demonstration
from tests.justifications.grants import shared
from tests.ledger.books import fill
from tests.support import databases

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
FIRST = "022" if WHOLE else "040"
Contents = dict[str, dict[str, list[str]]]


def contents(url: str) -> Contents:
    """Of each table, the values of each column in the order of the rows' keys."""
    database = Database(url)
    found: Contents = {}
    try:
        with database.engine.connect() as connection:
            look = inspect(connection)
            for table in look.get_table_names():
                if table == "alembic_version" or "_search" in table:
                    continue
                columns = sorted(c["name"] for c in look.get_columns(table))
                key = look.get_pk_constraint(table)["constrained_columns"]
                names = ", ".join(f'"{name}"' for name in columns)
                rows = connection.execute(text(f'SELECT {names} FROM "{table}" ORDER BY {", ".join(f"{k!s}" for k in key)}')).all()
                found[table] = {name: [repr(row[at]) for row in rows] for at, name in enumerate(columns)}
            connection.rollback()
    finally:
        database.dispose()
    return found


def changed(before: Contents, after: Contents, between: Contents) -> list[str]:
    """Columns that all three have, whose rows are not the same number or do not have the same checksum."""
    def checksum(values: list[str]) -> tuple[int, str]:
        return len(values), hashlib.sha256("\n".join(values).encode()).hexdigest()

    return [f"{table}.{name}" for table, columns in before.items() for name, values in columns.items()
            if name in between.get(table, {}) and checksum(values) != checksum(after[table][name])]


def filled(kind: str, folder: Path) -> str:
    if WHOLE:
        return databases.new(kind, folder, "demo", demonstration.fill)
    place = shared(kind, folder)
    fill(place.database, 30)
    place.database.dispose()
    return place.database.url.render_as_string(hide_password=False)


def faults(url: str) -> list[str]:
    database = Database(url)
    try:
        with database.session(readonly=True) as session:
            broken = ledger.check(session)
            return ([f"ledger {broken}"] if broken else []) + ([str(f) for f in verify(session)] if WHOLE else [])
    finally:
        database.dispose()


@pytest.mark.both_engines
def test_data_survives_every_version_down_and_up(engine_kind: str, tmp_path: Path) -> None:
    url = filled(engine_kind, tmp_path)
    before, said = contents(url), faults(url)
    assert sum(len(next(iter(columns.values()))) for columns in before.values()) > 100
    steps = [r.revision for r in ScriptDirectory.from_config(migrate.config("sqlite://")).walk_revisions(FIRST, "head")][1:]
    assert steps[-1] == FIRST and len(steps) >= (28 if WHOLE else 10)
    for step in steps if WHOLE else steps[-1:]:
        migrate.downgrade(url, step)
        low = contents(url)
        assert changed(before, low, low) == [], step
    migrate.upgrade(url)
    after = contents(url)
    assert changed(before, after, low) == []
    assert {t: sorted(c) for t, c in after.items()} == {t: sorted(c) for t, c in before.items()}
    assert [fault for fault in faults(url) if fault not in said] == []
    database = Database(url)
    with database.session(readonly=False) as session:  # the control: one row less, one word changed
        row = "(SELECT min(id) FROM person)"
        session.execute(text(f"UPDATE person SET full_name = full_name || 'x' WHERE id = {row}"))
        session.commit()
    database.dispose()
    assert changed(before, contents(url), low) == ["person.full_name"]
