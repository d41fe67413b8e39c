"""A PostgreSQL database copied by the server itself, where `pg_dump` is absent or older than the server (D11, D12).

`COPY` of every table in one REPEATABLE READ transaction: every table is seen at the same moment, and nobody waits. The schema is not copied: it is
the one of a numbered migration, which the copy names and which is made anew before the rows come back.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from portfolio.kit import migrate

_FACTS = "facts.json"
_VERSION = "alembic_version"
_PIECE = 1 << 20
_MOMENT = psycopg.IsolationLevel.REPEATABLE_READ
"""One snapshot for every table; READ COMMITTED would see each of them at another moment."""

_COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname"""
_SEQUENCES = (
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"
)
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0 ORDER BY 1, 2"""


class Unknown(ValueError):
    """The copy names a schema that this version does not know."""


def server_version(address: URL) -> int:
    """The server's major version."""
    with _opened(address) as connection:
        return connection.info.server_version // 10000


def write(address: URL, dump: Path) -> None:
    """Copy every row at one moment into one file."""
    with (
        _opened(address) as connection,
        zipfile.ZipFile(dump, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        connection.isolation_level = _MOMENT
        connection.read_only = True
        tables: dict[str, list[str]] = dict(connection.execute(_COLUMNS).fetchall())
        tables.pop(_VERSION, None)
        facts: dict[str, Any] = {"tables": tables}
        [(facts["revision"],)] = connection.execute(f"SELECT version_num FROM {_VERSION}").fetchall()
        for table, columns in tables.items():
            with archive.open(table, "w", force_zip64=True) as target, connection.cursor() as cursor:
                with cursor.copy(_copy(table, columns, "TO STDOUT")) as rows:
                    for piece in rows:
                        target.write(piece)
        # Numbers are given outside of transactions: read last, they are never behind the rows.
        facts["sequences"] = dict(connection.execute(_SEQUENCES).fetchall())
        archive.writestr(_FACTS, json.dumps(facts, sort_keys=True))


def load(address: URL, dump: Path) -> None:
    """Make the schema that the copy names in an empty database, and fill it; all rows in one transaction. Raises Unknown."""
    from alembic.util import CommandError

    with zipfile.ZipFile(dump) as archive:
        facts = json.loads(archive.read(_FACTS))
        try:
            migrate.upgrade(address.render_as_string(hide_password=False), facts["revision"])
        except CommandError as reason:
            raise Unknown(
                f"le schéma {facts['revision']} est inconnu de cette version ({reason})"
            ) from reason
        with _opened(address) as connection:
            _fill(connection, archive, facts["tables"])
            for name, last in facts["sequences"].items():
                if last is not None:
                    connection.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, last))


def _fill(
    connection: psycopg.Connection[Any], archive: zipfile.ZipFile, tables: dict[str, list[str]]
) -> None:
    """The rows as they were: guards stand aside meanwhile, and foreign keys are checked when they come back."""
    keys = connection.execute(_FOREIGN_KEYS).fetchall()
    for table, name, _said in keys:
        connection.execute(_altered(table, "DROP CONSTRAINT {}", name))
    for table in tables:
        connection.execute(_altered(table, "DISABLE TRIGGER USER"))
    every = sql.SQL(", ").join(map(sql.Identifier, tables))
    connection.execute(sql.SQL("TRUNCATE {}").format(every))  # what a migration wrote is in the copy too
    for table, columns in tables.items():
        with connection.cursor() as cursor, archive.open(table) as source:
            with cursor.copy(_copy(table, columns, "FROM STDIN")) as rows:
                while piece := source.read(_PIECE):
                    rows.write(piece)
    for table in tables:
        connection.execute(_altered(table, "ENABLE TRIGGER USER"))
    for table, name, said in keys:
        connection.execute(_altered(table, "ADD CONSTRAINT {} " + said, name))


def _opened(address: URL) -> psycopg.Connection[Any]:
    return psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))


def _copy(table: str, columns: list[str], way: LiteralString) -> sql.Composed:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(table), named)


def _altered(table: str, what: str, *names: str) -> sql.Composed:
    """`what` is written here, or by PostgreSQL itself about a constraint of its own."""
    return sql.SQL("ALTER TABLE {} " + what).format(sql.Identifier(table), *map(sql.Identifier, names))
