"""The rows of an SQLite database carried into a migrated PostgreSQL one, as they are: what takes minutes to play is played once a run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

_COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname"""
_NUMBERED = """
    SELECT s.relname, t.relname, a.attname FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE s.relnamespace = 'public'::regnamespace"""


def carry(source: Path, url: str) -> None:
    """Every row of every table, guards standing aside; numbers go on after the last. A table or a column that SQLite lacks is an error."""
    with closing(sqlite3.connect(source)) as there, psycopg.connect(url) as here:
        here.execute("SET session_replication_role = replica")  # no trigger, no foreign key: the rows passed them already
        tables: dict[str, list[str]] = dict(here.execute(_COLUMNS).fetchall())
        here.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for table, columns in tables.items():
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            rows = there.execute(f'SELECT {", ".join(f"""{chr(34)}{name}{chr(34)}""" for name in columns)} FROM "{table}"')
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with here.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        for sequence, table, column in here.execute(_NUMBERED).fetchall():
            last = sql.SQL("SELECT setval({}, max({}) + 1, false) FROM {} HAVING max({}) IS NOT NULL")
            here.execute(last.format(sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table), sql.Identifier(column)))
