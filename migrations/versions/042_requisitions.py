"""HANDMADE: written refusals to pay and the ordonnateur's réquisitions, kept for ever (R3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "042"
down_revision = "041"

STAMPS = ("rejected", "requisitioned")
KEPT = ("payment_rejection", "payment_requisition")


def _common(table: str) -> list[sa.Column[object] | sa.Constraint]:
    who = "rejected" if table == "payment_rejection" else "requisitioned"
    return [
        sa.Column(f"{who}_by_id", db.BigId, nullable=False),
        sa.Column(f"{who}_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.CheckConstraint("reason <> ''", name=op.f(f"ck_{table}_says_why")),
        sa.UniqueConstraint("reference", name=op.f(f"uq_{table}_reference")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f(f"fk_{table}_disbursement_id")
        ),
        sa.ForeignKeyConstraint([f"{who}_by_id"], ["person.id"], name=op.f(f"fk_{table}_{who}_by_id")),
    ]


def upgrade() -> None:
    """Up."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in STAMPS:
        key = f"fk_disbursement_{name}_by_id"
        op.execute(
            f"ALTER TABLE disbursement ADD COLUMN {name}_by_id BIGINT CONSTRAINT {key} REFERENCES person (id)"
        )
        op.add_column("disbursement", sa.Column(f"{name}_at", db.UtcDateTime()))
    op.create_table(
        "payment_rejection",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("disbursement_id", db.BigId, nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reached", sa.String(40), nullable=False),
        *_common("payment_rejection"),
    )
    op.create_table(
        "payment_requisition",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("disbursement_id", db.BigId, nullable=False),
        sa.Column("rejection_id", db.BigId, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("capacity", sa.String(300), nullable=False),
        *_common("payment_requisition"),
        sa.ForeignKeyConstraint(
            ["rejection_id"], ["payment_rejection.id"], name=op.f("fk_payment_requisition_rejection_id")
        ),
        sa.UniqueConstraint("rejection_id", name=op.f("uq_payment_requisition_rejection_id")),
    )
    for table in KEPT:
        op.create_index(f"ix_{table}_disbursement", table, ["disbursement_id"])
        for statement in guards.append_only("sqlite" if sqlite else "postgresql", table, None):
            op.execute(statement)


def downgrade() -> None:
    """Down."""
    for table in reversed(KEPT):
        for statement in guards.without_append_only(op.get_bind().dialect.name, table, None):
            op.execute(statement)
        op.drop_table(table)
    for name in reversed(STAMPS):
        op.execute(f"ALTER TABLE disbursement DROP COLUMN {name}_at")
        op.execute(f"ALTER TABLE disbursement DROP COLUMN {name}_by_id")
