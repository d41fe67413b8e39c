"""HANDMADE: orders to repay taken from payments to the same group (document 10)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "044"
down_revision = "043"

CHECKED = {
    ("disbursement", "deducted_minor"): ("deducted_within", "deducted_minor >= 0 AND deducted_minor < amount_minor"),
    ("recovery", "held_minor"): (
        "held_within",
        "held_minor >= 0 AND collected_minor + written_off_minor + held_minor <= amount_minor",
    ),
}


def upgrade() -> None:
    """Up."""
    for (table, column), (name, words) in CHECKED.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} BIGINT NOT NULL DEFAULT 0 CONSTRAINT ck_{table}_{name} CHECK ({words})"
        )
    op.create_table(
        "payment_deduction",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("recovery_id", db.BigId, nullable=False),
        sa.Column("disbursement_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("decided_by_id", db.BigId, nullable=False),
        sa.Column("decided_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_deduction")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_deduction_reference")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_deduction_amount_positive")),
        sa.CheckConstraint(
            "status IN ('held', 'applied', 'released')", name=op.f("ck_payment_deduction_status_known")
        ),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_payment_deduction_recovery_id")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_payment_deduction_disbursement_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_payment_deduction_decided_by_id")),
    )
    op.create_index("ix_payment_deduction_recovery", "payment_deduction", ["recovery_id"])
    op.create_index("ix_payment_deduction_disbursement", "payment_deduction", ["disbursement_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("payment_deduction")
    for table, column in reversed(CHECKED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
