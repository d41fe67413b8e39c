"""HANDMADE: what each account of each fund moved on each day, derived from the entries there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "033"
down_revision = "032"

SIDE = (
    "SELECT {side} AS account, amount_currency AS currency, coalesce(fund, '') AS fund, dated_on, "
    "{debit} AS debit_minor, {credit} AS credit_minor, seq FROM ledger_entry"
)


def upgrade() -> None:
    """Up."""
    op.create_table(
        "ledger_day",
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("fund", sa.String(40), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("entries", db.BigId, nullable=False),
        sa.Column("first_seq", db.BigId, nullable=False),
        sa.Column("last_seq", db.BigId, nullable=False),
        sa.PrimaryKeyConstraint("account", "currency", "fund", "dated_on", name=op.f("pk_ledger_day")),
        sa.CheckConstraint(
            "debit_minor >= 0 AND credit_minor >= 0", name=op.f("ck_ledger_day_totals_positive")
        ),
        sa.CheckConstraint("entries > 0", name=op.f("ck_ledger_day_entries_positive")),
    )
    debits = SIDE.format(side="debit", debit="amount_minor", credit="0")
    credits = SIDE.format(side="credit", debit="0", credit="amount_minor")
    op.execute(
        "INSERT INTO ledger_day (account, currency, fund, dated_on, debit_minor, credit_minor, entries, first_seq, last_seq) "
        "SELECT account, currency, fund, dated_on, sum(debit_minor), sum(credit_minor), count(*), min(seq), max(seq) "
        f"FROM ({debits} UNION ALL {credits}) AS sides GROUP BY account, currency, fund, dated_on"
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("ledger_day")
