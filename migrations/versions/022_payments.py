"""HANDMADE: batches of payments, and what holds a payment in one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "022"
down_revision = "021"


def upgrade() -> None:
    """Up."""
    op.add_column("disbursement", sa.Column("batch_reference", sa.String(40)))
    op.create_table(
        "payment_batch",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("profile", sa.String(40), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId, nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("locked_by_id", db.BigId),
        sa.Column("locked_at", db.UtcDateTime()),
        sa.Column("approved_by_id", db.BigId),
        sa.Column("approved_at", db.UtcDateTime()),
        sa.Column("authorised_by_id", db.BigId),
        sa.Column("authorised_at", db.UtcDateTime()),
        sa.Column("released_by_id", db.BigId),
        sa.Column("released_at", db.UtcDateTime()),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.Column("reconciled_by_id", db.BigId),
        sa.Column("reconciled_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.CheckConstraint(
            "channel IN ('bank', 'mobile', 'cash')", name=op.f("ck_payment_batch_channel_known")
        ),
        sa.CheckConstraint(
            "total_minor >= 0 AND line_count >= 0 AND round >= 0",
            name=op.f("ck_payment_batch_counts_positive"),
        ),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR approved_by_id IS NULL OR created_by_id <> approved_by_id) AND (created_by_id IS NULL OR authorised_by_id IS NULL OR created_by_id <> authorised_by_id) AND (created_by_id IS NULL OR released_by_id IS NULL OR created_by_id <> released_by_id) AND (locked_by_id IS NULL OR approved_by_id IS NULL OR locked_by_id <> approved_by_id) AND (locked_by_id IS NULL OR authorised_by_id IS NULL OR locked_by_id <> authorised_by_id) AND (locked_by_id IS NULL OR released_by_id IS NULL OR locked_by_id <> released_by_id) AND (approved_by_id IS NULL OR authorised_by_id IS NULL OR approved_by_id <> authorised_by_id) AND (approved_by_id IS NULL OR released_by_id IS NULL OR approved_by_id <> released_by_id) AND (authorised_by_id IS NULL OR released_by_id IS NULL OR authorised_by_id <> released_by_id)",
            name=op.f("ck_payment_batch_distinct_people"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('released', 'sent', 'reconciled') OR (locked_by_id IS NOT NULL AND approved_by_id IS NOT NULL AND authorised_by_id IS NOT NULL AND released_by_id IS NOT NULL)",
            name=op.f("ck_payment_batch_released_is_complete"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'locked', 'approved', 'authorised', 'released', 'sent', 'reconciled', 'cancelled')",
            name=op.f("ck_payment_batch_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_payment_batch_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["authorised_by_id"], ["person.id"], name=op.f("fk_payment_batch_authorised_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_payment_batch_created_by_id")
        ),
        sa.ForeignKeyConstraint(["locked_by_id"], ["person.id"], name=op.f("fk_payment_batch_locked_by_id")),
        sa.ForeignKeyConstraint(
            ["reconciled_by_id"], ["person.id"], name=op.f("fk_payment_batch_reconciled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name=op.f("fk_payment_batch_released_by_id")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_payment_batch_sent_by_id")),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"],
            ["treasury_account.id"],
            name=op.f("fk_payment_batch_treasury_account_id"),
        ),
        sa.UniqueConstraint("id", "created_by_id", name=op.f("uq_payment_batch_author")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_batch_reference")),
    )
    op.create_index("ix_payment_batch_status", "payment_batch", ["status", "id"])
    op.create_table(
        "payment_approval",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("batch_id", db.BigId, nullable=False),
        sa.Column("author_id", db.BigId, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("capacity", sa.String(300), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_approval")),
        sa.CheckConstraint(
            "kind IN ('approve', 'authorise', 'release')", name=op.f("ck_payment_approval_kind_known")
        ),
        sa.CheckConstraint("person_id <> author_id", name=op.f("ck_payment_approval_not_the_author")),
        sa.ForeignKeyConstraint(
            ["batch_id", "author_id"],
            ["payment_batch.id", "payment_batch.created_by_id"],
            name=op.f("fk_payment_approval_author"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_payment_approval_author_id")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_approval_batch_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payment_approval_person_id")),
        sa.UniqueConstraint("batch_id", "round", "person_id", name=op.f("uq_payment_approval_person")),
    )
    op.create_table(
        "payment_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("batch_id", db.BigId, nullable=False),
        sa.Column("disbursement_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_reference", sa.String(40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("payee", sa.String(300), nullable=False),
        sa.Column("holder", sa.String(300), nullable=False),
        sa.Column("account_kind", sa.String(40), nullable=False),
        sa.Column("account_provider", sa.String(300), nullable=False),
        sa.Column("account_number", sa.String(80), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_line")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_line_amount_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_line_batch_id")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_payment_line_disbursement_id")
        ),
        sa.UniqueConstraint("batch_id", "disbursement_id", name=op.f("uq_payment_line_disbursement")),
    )
    op.create_index("ix_payment_line_disbursement", "payment_line", ["disbursement_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("payment_line")
    op.drop_table("payment_approval")
    op.drop_table("payment_batch")
    op.drop_column("disbursement", "batch_reference")
