"""HANDMADE: états de rapprochement, prepared by one person and controlled by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "047"
down_revision = "046"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "reconciliation",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("statement_on", sa.Date(), nullable=False),
        sa.Column("statement_minor", sa.BigInteger(), nullable=False),
        sa.Column("books_minor", sa.BigInteger(), nullable=False),
        sa.Column("items", db.JsonType, nullable=False),
        sa.Column("unexplained_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId, nullable=False),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("controlled_by_id", db.BigId),
        sa.Column("controlled_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR controlled_by_id IS NULL OR prepared_by_id <> controlled_by_id)",
            name=op.f("ck_reconciliation_distinct_people"),
        ),
        sa.CheckConstraint(
            "status <> 'controlled' OR unexplained_minor = 0", name=op.f("ck_reconciliation_controlled_at_zero")
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'controlled', 'withdrawn')", name=op.f("ck_reconciliation_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["controlled_by_id"], ["person.id"], name=op.f("fk_reconciliation_controlled_by_id")
        ),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_reconciliation_prepared_by_id")),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"], ["treasury_account.id"], name=op.f("fk_reconciliation_treasury_account_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_reconciliation_reference")),
    )
    op.create_index("ix_reconciliation_account", "reconciliation", ["treasury_account_id", "statement_on"])


def downgrade() -> None:
    """Down."""
    op.drop_table("reconciliation")
