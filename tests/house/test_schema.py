"""Migrations: up, down, up on both engines give the same schema, and the schema is what the models say (D08, D09)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import inspect, text

from portfolio.app import load_rooms
from portfolio.kit import migrate
from portfolio.kit.db import Base, Database


def fingerprint(database: Database) -> dict[str, Any]:
    """Sorted, normalised parts: tables, columns, keys, checks, indexes, triggers."""
    found: dict[str, Any] = {}
    with database.engine.connect() as connection:
        look = inspect(connection)
        for table in sorted(look.get_table_names()):
            if table == "alembic_version" or "_search" in table:
                continue
            found[table] = {
                "columns": sorted((c["name"], c["nullable"]) for c in look.get_columns(table)),
                "primary": look.get_pk_constraint(table)["constrained_columns"],
                "foreign": sorted(
                    (tuple(k["constrained_columns"]), k["referred_table"], k["name"])
                    for k in look.get_foreign_keys(table)
                ),
                "unique": sorted(
                    (u["name"], tuple(u["column_names"])) for u in look.get_unique_constraints(table)
                ),
                "checks": sorted(
                    (str(c["name"]), _sql(str(c["sqltext"]), database.kind))
                    for c in look.get_check_constraints(table)
                ),
                "indexes": sorted(
                    (str(i["name"]), tuple(str(c) for c in i["column_names"]))
                    for i in look.get_indexes(table)
                    if "search" not in str(i["name"]) and not i.get("duplicates_constraint")
                ),
            }
        if database.kind == "sqlite":
            rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        else:
            rows = connection.execute(text("SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal"))
        found["triggers"] = sorted(r[0] for r in rows)
        connection.rollback()
    return found


def _sql(words: str, kind: str) -> str:
    return "" if kind == "postgresql" else re.sub(r"\s+", " ", words).strip()


@pytest.mark.both_engines
def test_up_down_up_gives_the_same_schema(database_url: str) -> None:
    database = Database(database_url)
    try:
        first = fingerprint(database)
        database.dispose()
        migrate.downgrade(database_url)
        empty = fingerprint(database)
        database.dispose()
        assert set(empty) == {"triggers"} and not empty["triggers"]
        migrate.upgrade(database_url)
        assert fingerprint(database) == first
    finally:
        database.dispose()


@pytest.mark.both_engines
def test_the_schema_is_what_the_models_say(database: Database) -> None:
    load_rooms()
    found = fingerprint(database)
    for table in Base.metadata.sorted_tables:
        have = found[table.name]
        assert have["columns"] == sorted((c.name, bool(c.nullable)) for c in table.columns), table.name
        names = {str(c.name) for c in table.constraints if c.name and type(c).__name__ == "CheckConstraint"}
        assert {n for n, _words in have["checks"]} >= {
            n if n.startswith("ck_") else f"ck_{table.name}_{n}" for n in names
        }, table.name
        assert {n for n, _cols in have["indexes"]} >= {str(i.name) for i in table.indexes}, table.name


def test_a_lost_trigger_turns_the_fingerprint_red(database: Database) -> None:
    before = fingerprint(database)
    with database.engine.connect() as connection:
        connection.execute(text("DROP TRIGGER ledger_entry_no_update"))
        connection.commit()
    assert fingerprint(database) != before
