"""The tables of funds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "006"
down_revision = "005"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "donor",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("code", name=op.f("uq_donor_code")),
    )
    op.create_table(
        "fund",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("donor_id", db.BigId, nullable=False),
        sa.Column("agreement_ref", sa.String(300), nullable=False),
        sa.Column("granted_minor", sa.BigInteger(), nullable=False),
        sa.Column("granted_currency", sa.String(3), nullable=False),
        sa.Column("rate_text", sa.String(300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("disbursed_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("validated_by_id", db.BigId),
        sa.Column("validated_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.CheckConstraint(
            "received_minor >= 0 AND disbursed_minor >= 0 AND disbursed_minor <= received_minor",
            name=op.f("ck_fund_cash_covered"),
        ),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR validated_by_id IS NULL OR created_by_id <> validated_by_id)",
            name=op.f("ck_fund_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'frozen', 'closed')", name=op.f("ck_fund_status_known")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_fund_created_by_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_fund_donor_id")),
        sa.ForeignKeyConstraint(["validated_by_id"], ["person.id"], name=op.f("fk_fund_validated_by_id")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
    )
    op.create_table(
        "budget_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("fund_id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("exercice", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("voted_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserved_minor", sa.BigInteger(), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("liquidated_minor", sa.BigInteger(), nullable=False),
        sa.Column("ordered_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("voted_by_id", db.BigId),
        sa.Column("voted_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line")),
        sa.CheckConstraint(
            "voted_minor > 0 AND reserved_minor >= 0 AND committed_minor >= 0",
            name=op.f("ck_budget_line_amounts_positive"),
        ),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR voted_by_id IS NULL OR created_by_id <> voted_by_id)",
            name=op.f("ck_budget_line_distinct_people"),
        ),
        sa.CheckConstraint(
            "liquidated_minor >= 0 AND liquidated_minor <= committed_minor",
            name=op.f("ck_budget_line_liquidated_within"),
        ),
        sa.CheckConstraint(
            "ordered_minor >= 0 AND ordered_minor <= liquidated_minor",
            name=op.f("ck_budget_line_ordered_within"),
        ),
        sa.CheckConstraint(
            "paid_minor >= 0 AND paid_minor <= ordered_minor", name=op.f("ck_budget_line_paid_within")
        ),
        sa.CheckConstraint("status IN ('proposed', 'voted')", name=op.f("ck_budget_line_status_known")),
        sa.CheckConstraint(
            "reserved_minor + committed_minor <= voted_minor", name=op.f("ck_budget_line_within_vote")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_budget_line_created_by_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_budget_line_fund_id")),
        sa.ForeignKeyConstraint(["voted_by_id"], ["person.id"], name=op.f("fk_budget_line_voted_by_id")),
        sa.UniqueConstraint("code", name=op.f("uq_budget_line_code")),
    )
    op.create_table(
        "treasury_account",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fund_id", db.BigId),
        sa.Column("holder", sa.String(300), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_account")),
        sa.CheckConstraint(
            "ceiling_minor IS NULL OR balance_minor <= ceiling_minor",
            name=op.f("ck_treasury_account_below_ceiling"),
        ),
        sa.CheckConstraint(
            "kind IN ('bank', 'sfd', 'mobile', 'cash')", name=op.f("ck_treasury_account_kind_known")
        ),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_treasury_account_not_overdrawn")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_treasury_account_fund_id")),
        sa.UniqueConstraint("code", name=op.f("uq_treasury_account_code")),
    )
    op.create_table(
        "money_receipt",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("fund_id", db.BigId, nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(100), nullable=False),
        sa.Column("donor_minor", sa.BigInteger(), nullable=False),
        sa.Column("donor_currency", sa.String(3), nullable=False),
        sa.Column("rate_text", sa.String(300), nullable=False),
        sa.Column("rate_source", sa.String(300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("recorded_by_id", db.BigId),
        sa.Column("recorded_at", db.UtcDateTime()),
        sa.Column("confirmed_by_id", db.BigId),
        sa.Column("confirmed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_receipt")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_money_receipt_amount_positive")),
        sa.CheckConstraint(
            "(recorded_by_id IS NULL OR confirmed_by_id IS NULL OR recorded_by_id <> confirmed_by_id)",
            name=op.f("ck_money_receipt_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('recorded', 'confirmed', 'voided')", name=op.f("ck_money_receipt_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_money_receipt_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_money_receipt_fund_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_money_receipt_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"],
            ["treasury_account.id"],
            name=op.f("fk_money_receipt_treasury_account_id"),
        ),
        sa.UniqueConstraint(
            "treasury_account_id", "bank_reference", name=op.f("uq_money_receipt_bank_reference")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_money_receipt_reference")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("money_receipt")
    op.drop_table("treasury_account")
    op.drop_table("budget_line")
    op.drop_table("fund")
    op.drop_table("donor")
