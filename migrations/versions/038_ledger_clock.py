"""HANDMADE: the server's clock admitted by two people although it disagrees with the books (C09)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "038"
down_revision = "037"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "ledger_clock",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("last_at", db.UtcDateTime(), nullable=False),
        sa.Column("head_seq", db.BigId, nullable=False),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("admitted_by_id", db.BigId),
        sa.Column("admitted_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_clock")),
        sa.CheckConstraint(
            "(status = 'admitted') = (admitted_at IS NOT NULL)",
            name=op.f("ck_ledger_clock_admitted_is_signed"),
        ),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR admitted_by_id IS NULL OR proposed_by_id <> admitted_by_id)",
            name=op.f("ck_ledger_clock_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'admitted', 'withdrawn')", name=op.f("ck_ledger_clock_status_known")
        ),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("ledger_clock")
