"""The tables of disbursements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "016"
down_revision = "015"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "disbursement",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("tranche_id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("follows_id", db.BigId),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("modality", sa.String(40), nullable=False),
        sa.Column("payee_kind", sa.String(40), nullable=False),
        sa.Column("supplier_id", db.BigId),
        sa.Column("payee", sa.String(300), nullable=False),
        sa.Column("account_id", db.BigId),
        sa.Column("account_kind", sa.String(40), nullable=False),
        sa.Column("account_provider", sa.String(300), nullable=False),
        sa.Column("account_number", sa.String(80), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("treasury_account_id", db.BigId),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("payment_reference", sa.String(100)),
        sa.Column("paid_on", sa.Date()),
        sa.Column("receipt_number", sa.String(60)),
        sa.Column("received_by", sa.String(300), nullable=False),
        sa.Column("identity_kind", sa.String(300), nullable=False),
        sa.Column("identity_number", sa.String(60), nullable=False),
        sa.Column("papers", db.JsonType, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("requested_by_id", db.BigId),
        sa.Column("requested_at", db.UtcDateTime(), nullable=False),
        sa.Column("liquidated_by_id", db.BigId),
        sa.Column("liquidated_at", db.UtcDateTime()),
        sa.Column("visaed_by_id", db.BigId),
        sa.Column("visaed_at", db.UtcDateTime()),
        sa.Column("ordered_by_id", db.BigId),
        sa.Column("ordered_at", db.UtcDateTime()),
        sa.Column("order_capacity", sa.String(300), nullable=False),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.Column("paid_by_id", db.BigId),
        sa.Column("paid_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.CheckConstraint(
            "amount_minor > 0 AND fee_minor >= 0", name=op.f("ck_disbursement_amounts_positive")
        ),
        sa.CheckConstraint(
            "status <> 'paid' OR account_kind <> 'cash' OR (receipt_number IS NOT NULL AND identity_number <> '')",
            name=op.f("ck_disbursement_cash_has_receipt_and_identity"),
        ),
        sa.CheckConstraint(
            "(requested_by_id IS NULL OR liquidated_by_id IS NULL OR requested_by_id <> liquidated_by_id) AND (requested_by_id IS NULL OR visaed_by_id IS NULL OR requested_by_id <> visaed_by_id) AND (requested_by_id IS NULL OR ordered_by_id IS NULL OR requested_by_id <> ordered_by_id) AND (requested_by_id IS NULL OR paid_by_id IS NULL OR requested_by_id <> paid_by_id) AND (liquidated_by_id IS NULL OR visaed_by_id IS NULL OR liquidated_by_id <> visaed_by_id) AND (liquidated_by_id IS NULL OR ordered_by_id IS NULL OR liquidated_by_id <> ordered_by_id) AND (liquidated_by_id IS NULL OR paid_by_id IS NULL OR liquidated_by_id <> paid_by_id) AND (visaed_by_id IS NULL OR ordered_by_id IS NULL OR visaed_by_id <> ordered_by_id) AND (visaed_by_id IS NULL OR paid_by_id IS NULL OR visaed_by_id <> paid_by_id) AND (ordered_by_id IS NULL OR paid_by_id IS NULL OR ordered_by_id <> paid_by_id)",
            name=op.f("ck_disbursement_distinct_people"),
        ),
        sa.CheckConstraint(
            "status <> 'paid' OR (payment_reference IS NOT NULL AND paid_by_id IS NOT NULL AND ordered_by_id IS NOT NULL AND liquidated_by_id IS NOT NULL)",
            name=op.f("ck_disbursement_paid_is_complete"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'liquidated', 'visaed', 'ordered', 'sent', 'paid', 'failed', 'rejected')",
            name=op.f("ck_disbursement_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["group_account.id"], name=op.f("fk_disbursement_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_disbursement_agreement_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_disbursement_call_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["disbursement.id"], name=op.f("fk_disbursement_follows_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_disbursement_group_id")),
        sa.ForeignKeyConstraint(
            ["liquidated_by_id"], ["person.id"], name=op.f("fk_disbursement_liquidated_by_id")
        ),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["person.id"], name=op.f("fk_disbursement_ordered_by_id")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["person.id"], name=op.f("fk_disbursement_paid_by_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_disbursement_requested_by_id")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_disbursement_sent_by_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_disbursement_supplier_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_disbursement_tranche_id")),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"], ["treasury_account.id"], name=op.f("fk_disbursement_treasury_account_id")
        ),
        sa.ForeignKeyConstraint(["visaed_by_id"], ["person.id"], name=op.f("fk_disbursement_visaed_by_id")),
        sa.UniqueConstraint("payment_reference", name=op.f("uq_disbursement_payment_reference")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_disbursement_receipt_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_disbursement_reference")),
    )
    op.create_index("ix_disbursement_agreement", "disbursement", ["agreement_id"])
    op.create_index("ix_disbursement_status", "disbursement", ["status", "id"])
    op.create_index("ix_disbursement_tranche", "disbursement", ["tranche_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("disbursement")
