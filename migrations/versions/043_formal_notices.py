"""HANDMADE: formal notices with their receipt and delay, and the orders to repay that rest on them (R11)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "043"
down_revision = "042"

PEOPLE = ("sent_by_id", "served_by_id", "answered_by_id", "lifted_by_id")
CHECKS = {
    "status_known": "status IN ('sent', 'served', 'answered', 'lifted')",
    "ground_known": "ground IN ('unjustified', 'breach')",
    "means_known": "means IN ('hand', 'post', 'bailiff', 'authority')",
    "outcome_known": "outcome IN ('', 'received', 'refused', 'unclaimed')",
    "delay_positive": "delay_days > 0 AND due_minor >= 0",
    "outcome_dated": "(outcome = '') = (received_on IS NULL)",
    "dates_in_order": "received_on IS NULL OR (received_on >= sent_on AND expires_on > received_on)",
    "served_is_dated": "status NOT IN ('served', 'answered') OR received_on IS NOT NULL",
}
KEYS = {"agreement_id": "agreement", "tranche_id": "tranche", "call_id": "call", "group_id": "grp", "receipt_id": "document"}


def upgrade() -> None:
    """Up."""
    op.create_table(
        "formal_notice",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("article", sa.String(300), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("delay_days", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(40), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("sent_by_id", db.BigId, nullable=False),
        sa.Column("sent_at", db.UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("received_on", sa.Date()),
        sa.Column("received_by", sa.String(300), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("receipt_id", db.BigId),
        sa.Column("served_by_id", db.BigId),
        sa.Column("served_at", db.UtcDateTime()),
        sa.Column("replied_on", sa.Date()),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("answered_by_id", db.BigId),
        sa.Column("answered_at", db.UtcDateTime()),
        sa.Column("lifted_by_id", db.BigId),
        sa.Column("lifted_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formal_notice")),
        sa.UniqueConstraint("reference", name=op.f("uq_formal_notice_reference")),
        *(sa.CheckConstraint(words, name=op.f(f"ck_formal_notice_{name}")) for name, words in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_formal_notice_{name}"))
            for name, table in (KEYS | dict.fromkeys(PEOPLE, "person")).items()
        ),
    )
    op.create_index("ix_formal_notice_agreement", "formal_notice", ["agreement_id", "id"])
    op.create_index("ix_formal_notice_status", "formal_notice", ["status", "id"])
    op.execute("ALTER TABLE recovery ADD COLUMN ground VARCHAR(40) NOT NULL DEFAULT 'unjustified'")
    op.execute(
        "ALTER TABLE recovery ADD COLUMN formal_notice_id BIGINT CONSTRAINT fk_recovery_formal_notice_id REFERENCES formal_notice (id)"
    )


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE recovery DROP COLUMN formal_notice_id")
    op.execute("ALTER TABLE recovery DROP COLUMN ground")
    op.drop_table("formal_notice")
