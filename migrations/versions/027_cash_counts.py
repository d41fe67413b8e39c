"""HANDMADE: the counts of cash boxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "027"
down_revision = "026"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "cash_count",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("pieces", db.JsonType, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("books_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("counted_by_id", db.BigId, nullable=False),
        sa.Column("counted_at", db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", db.BigId),
        sa.Column("confirmed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_count")),
        sa.CheckConstraint(
            "(counted_by_id IS NULL OR confirmed_by_id IS NULL OR counted_by_id <> confirmed_by_id)",
            name=op.f("ck_cash_count_distinct_people"),
        ),
        sa.CheckConstraint(
            "total_minor = books_minor OR reason <> ''", name=op.f("ck_cash_count_gap_has_reason")
        ),
        sa.CheckConstraint(
            "status IN ('counted', 'confirmed', 'withdrawn')", name=op.f("ck_cash_count_status_known")
        ),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_cash_count_total_positive")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_cash_count_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["counted_by_id"], ["person.id"], name=op.f("fk_cash_count_counted_by_id")),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"], ["treasury_account.id"], name=op.f("fk_cash_count_treasury_account_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_cash_count_reference")),
    )
    op.create_index("ix_cash_count_account", "cash_count", ["treasury_account_id", "id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("cash_count")
