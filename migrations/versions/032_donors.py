"""HANDMADE: calls for funds, the receipts that answer them, refunds to donors (R5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "032"
down_revision = "031"

CALLS = "'draft', 'sent', 'partly_received', 'received', 'cancelled'"
REFUNDS = "'proposed', 'approved', 'paid', 'rejected'"


def _money(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(f"{name}_minor", sa.BigInteger(), nullable=False) for name in names]


def _keys(table: str, **links: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{parent}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, parent in links.items()
    ]


def _distinct(*names: str) -> str:
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return " AND ".join(f"({a} IS NULL OR {b} IS NULL OR {a} <> {b})" for a, b in pairs)


def upgrade() -> None:
    """Up."""
    op.create_table(
        "fund_call",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("fund_id", db.BigId, nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        *_money("foreseen", "cash", "called", "amount"),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        *_money("donor"),
        sa.Column("donor_currency", sa.String(3), nullable=False),
        sa.Column("rate_text", sa.String(300), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        *_money("received"),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_call")),
        sa.CheckConstraint(f"status IN ({CALLS})", name=op.f("ck_fund_call_status_known")),
        sa.CheckConstraint(
            _distinct("created_by_id", "sent_by_id"), name=op.f("ck_fund_call_distinct_people")
        ),
        sa.CheckConstraint(
            "amount_minor > 0 AND donor_minor > 0 AND received_minor >= 0",
            name=op.f("ck_fund_call_amounts_positive"),
        ),
        sa.CheckConstraint(
            "amount_minor <= foreseen_minor - cash_minor - called_minor",
            name=op.f("ck_fund_call_within_need"),
        ),
        *_keys(
            "fund_call",
            fund_id="fund",
            treasury_account_id="treasury_account",
            created_by_id="person",
            sent_by_id="person",
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_fund_call_reference")),
    )
    op.create_index("ix_fund_call_fund", "fund_call", ["fund_id", "id"])
    op.create_table(
        "donor_refund",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("fund_id", db.BigId, nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        *_money("amount"),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.String(100)),
        sa.Column("paid_on", sa.Date()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proposed_by_id", db.BigId),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", db.BigId),
        sa.Column("approved_at", db.UtcDateTime()),
        sa.Column("paid_by_id", db.BigId),
        sa.Column("paid_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_refund")),
        sa.CheckConstraint(f"status IN ({REFUNDS})", name=op.f("ck_donor_refund_status_known")),
        sa.CheckConstraint(
            _distinct("proposed_by_id", "approved_by_id", "paid_by_id"),
            name=op.f("ck_donor_refund_distinct_people"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_donor_refund_amount_positive")),
        sa.CheckConstraint(
            "(status = 'paid') = (paid_at IS NOT NULL)", name=op.f("ck_donor_refund_paid_is_signed")
        ),
        *_keys(
            "donor_refund",
            fund_id="fund",
            treasury_account_id="treasury_account",
            proposed_by_id="person",
            approved_by_id="person",
            paid_by_id="person",
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_donor_refund_reference")),
        sa.UniqueConstraint(
            "treasury_account_id", "bank_reference", name=op.f("uq_donor_refund_bank_reference")
        ),
    )
    op.create_index("ix_donor_refund_fund", "donor_refund", ["fund_id", "id"])
    op.execute(
        "ALTER TABLE money_receipt ADD COLUMN fund_call_id BIGINT CONSTRAINT fk_money_receipt_fund_call_id REFERENCES fund_call (id)"
    )


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE money_receipt DROP COLUMN fund_call_id")
    op.drop_table("donor_refund")
    op.drop_table("fund_call")
