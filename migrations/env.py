"""Run the migrations on the database whose address the caller gives (portfolio.kit.migrate)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from portfolio.kit.db import Base, Database

config = context.config


def run() -> None:
    """Every revision in one transaction; on SQLite foreign keys are off meanwhile and checked before the commit."""
    database = Database(config.attributes["url"])
    try:
        if database.kind == "sqlite":

            @event.listens_for(database.engine, "connect")
            def off(connection: object, _record: object) -> None:
                connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]

        with database.engine.connect() as connection:
            if database.kind == "postgresql":
                connection.execute(text("SET lock_timeout = '10s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(727274)"))
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                transactional_ddl=True,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                context.run_migrations()
                _check(connection, database.kind)
            connection.commit()
    finally:
        database.dispose()


def _check(connection: Connection, kind: str) -> None:
    if kind == "sqlite" and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
        raise RuntimeError(f"foreign keys broken by a migration: {broken[:5]}")


run()
