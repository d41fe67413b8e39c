"""HANDMADE: the date of value of a late entry in a column of its own, sealed where it says something (M17, T03). What late entries of before
said of it stays where it was sealed, in their reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "070"
down_revision = "066"

KEPT = "ledger_value_kept"
"""Where the dates wait while the database is of an older version: without them the chain would not be whole again afterwards."""


def _rewritten(statement: str) -> None:
    """An UPDATE of the ledger, its guard taken away meanwhile."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_entry_no_update")
        op.execute(statement)
        op.execute(next(made for made in guards.append_only("sqlite", "ledger_entry") if "_no_update" in made))
        return
    op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change")
    op.execute(statement)
    op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_no_change")


def upgrade() -> None:
    """Up."""
    op.execute("ALTER TABLE ledger_entry ADD COLUMN value_on DATE")
    if sa.inspect(op.get_bind()).has_table(KEPT):
        found = f"SELECT k.value_on FROM {KEPT} k WHERE k.seq = ledger_entry.seq"
        _rewritten(f"UPDATE ledger_entry SET value_on = ({found}) WHERE seq IN (SELECT seq FROM {KEPT})")
        op.drop_table(KEPT)


def downgrade() -> None:
    """Down."""
    late = "FROM ledger_entry WHERE value_on IS NOT NULL"
    if op.get_bind().execute(sa.text(f"SELECT count(*) {late}")).scalar_one():
        op.create_table(
            KEPT, sa.Column("seq", db.BigId, primary_key=True), sa.Column("value_on", sa.Date(), nullable=False)
        )
        op.execute(f"INSERT INTO {KEPT} SELECT seq, value_on {late}")
    op.execute("ALTER TABLE ledger_entry DROP COLUMN value_on")
