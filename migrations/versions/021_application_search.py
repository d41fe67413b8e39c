"""HANDMADE: the trigram index behind the search of files, on both engines.

SQLite: an FTS5 table over the folded column, kept in step by triggers. PostgreSQL: a GIN index, where the server has pg_trgm;
without it the search still answers, more slowly.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "021"
down_revision = "020"

SQLITE = (
    "CREATE VIRTUAL TABLE application_search USING fts5(search, content='application', content_rowid='id', "
    "tokenize='trigram', columnsize=0)",
    "CREATE TRIGGER application_search_add AFTER INSERT ON application BEGIN "
    "INSERT INTO application_search(rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER application_search_take AFTER DELETE ON application BEGIN "
    "INSERT INTO application_search(application_search, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER application_search_change AFTER UPDATE OF search ON application WHEN old.search <> new.search BEGIN "
    "INSERT INTO application_search(application_search, rowid, search) VALUES ('delete', old.id, old.search); "
    "INSERT INTO application_search(rowid, search) VALUES (new.id, new.search); END",
    "INSERT INTO application_search(application_search) VALUES ('rebuild')",
)


def upgrade() -> None:
    """Up."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
        return
    if bind.execute(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")).scalar() is None:
        return
    try:
        with bind.begin_nested():
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError:
        return  # only an administrator of the server may add it
    op.execute("CREATE INDEX ix_application_search ON application USING gin (search gin_trgm_ops)")


def downgrade() -> None:
    """Down; the extension stays, other databases of the server may use it."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("add", "take", "change"):
            op.execute(f"DROP TRIGGER application_search_{name}")
        op.execute("DROP TABLE application_search")
        return
    op.execute("DROP INDEX IF EXISTS ix_application_search")
