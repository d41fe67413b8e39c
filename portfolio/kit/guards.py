"""The database's own locks on what may never change: append-only triggers for both engines (M07).

On SQLite `INSERT OR REPLACE` passes the no-update and no-delete triggers unless `recursive_triggers` is on, and a pragma is per connection:
so a third trigger refuses any insert that is not the next number, whatever the connection. On PostgreSQL TRUNCATE needs its own.
"""

from __future__ import annotations


def append_only(dialect: str, table: str, sequence: str | None = "seq") -> list[str]:
    """The statements that forbid UPDATE, DELETE, TRUNCATE and, with `sequence`, any gap or repeat in it."""
    if dialect == "sqlite":
        made = [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        if sequence:
            made.append(
                f"CREATE TRIGGER {table}_no_gap BEFORE INSERT ON {table} "
                f"WHEN NEW.{sequence} <> (SELECT coalesce(max({sequence}), 0) + 1 FROM {table}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} has no gaps'); END"
            )
        return made
    made = [
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]
    if sequence:
        made += [
            f"CREATE FUNCTION {table}_has_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.{sequence} <> (SELECT coalesce(max({sequence}), 0) + 1 FROM {table}) THEN "
            f"RAISE EXCEPTION '{table} has no gaps'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_no_gap BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_has_no_gap()",
        ]
    return made


def without_append_only(dialect: str, table: str, sequence: str | None = "seq") -> list[str]:
    """The statements that take them away before the table is dropped; on PostgreSQL the functions would stay behind."""
    if dialect == "sqlite":
        return []
    dropped = [
        f"DROP TRIGGER {table}_no_change ON {table}",
        f"DROP TRIGGER {table}_no_truncate ON {table}",
        f"DROP FUNCTION {table}_is_append_only()",
    ]
    if sequence:
        dropped += [f"DROP TRIGGER {table}_no_gap ON {table}", f"DROP FUNCTION {table}_has_no_gap()"]
    return dropped
