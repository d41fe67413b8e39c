"""Months of the books that close (M17)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "023"
down_revision = "022"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "ledger_period",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head_seq", db.BigId),
        sa.Column("head_hash", sa.String(64)),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_period")),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_ledger_period_closed_is_signed")
        ),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR closed_by_id IS NULL OR proposed_by_id <> closed_by_id)",
            name=op.f("ck_ledger_period_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'closed', 'withdrawn')", name=op.f("ck_ledger_period_status_known")
        ),
    )
    op.create_index("ix_ledger_period_status", "ledger_period", ["status", "ends_on"])
    for statement in guards.closed_months(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Down."""
    for statement in guards.without_closed_months(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("ledger_period")
