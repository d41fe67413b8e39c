"""The tables of closures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "020"
down_revision = "019"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "closure",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("justified_minor", sa.BigInteger(), nullable=False),
        sa.Column("repaid_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("keep_until", sa.Date()),
        sa.Column("follow_up_on", sa.Date()),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("attested_by_id", db.BigId),
        sa.Column("attested_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.CheckConstraint(
            "committed_minor = paid_minor + released_minor", name=op.f("ck_closure_commitment_settled")
        ),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR attested_by_id IS NULL OR prepared_by_id <> attested_by_id)",
            name=op.f("ck_closure_distinct_people"),
        ),
        sa.CheckConstraint("status IN ('prepared', 'attested')", name=op.f("ck_closure_status_known")),
        sa.CheckConstraint(
            "paid_minor = justified_minor + repaid_minor + written_off_minor",
            name=op.f("ck_closure_to_the_franc"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_closure_agreement_id")),
        sa.ForeignKeyConstraint(["attested_by_id"], ["person.id"], name=op.f("fk_closure_attested_by_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_closure_prepared_by_id")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_closure_agreement_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_closure_reference")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("closure")
