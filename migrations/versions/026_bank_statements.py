"""HANDMADE: the statements of banks and operators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "026"
down_revision = "025"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "bank_statement",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger()),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("errors", db.JsonType, nullable=False),
        sa.Column("imported_by_id", db.BigId, nullable=False),
        sa.Column("imported_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["person.id"], name=op.f("fk_bank_statement_imported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"],
            ["treasury_account.id"],
            name=op.f("fk_bank_statement_treasury_account_id"),
        ),
        sa.UniqueConstraint("treasury_account_id", "file_hash", name=op.f("uq_bank_statement_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_statement_reference")),
    )
    op.create_table(
        "statement_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("statement_id", db.BigId, nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("bank_reference", sa.String(100), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_key", sa.String(64), nullable=False),
        sa.Column("matched_key", sa.String(100)),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("settled_by_id", db.BigId),
        sa.Column("settled_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_line")),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_statement_line_amount_not_zero")),
        sa.CheckConstraint(
            "(status IN ('matched', 'charged')) = (matched_key IS NOT NULL)",
            name=op.f("ck_statement_line_matched_says_to_what"),
        ),
        sa.CheckConstraint(
            "status IN ('unmatched', 'matched', 'charged', 'noted')",
            name=op.f("ck_statement_line_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_statement_line_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_statement_line_statement_id")
        ),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"],
            ["treasury_account.id"],
            name=op.f("fk_statement_line_treasury_account_id"),
        ),
        sa.UniqueConstraint("treasury_account_id", "line_key", name=op.f("uq_statement_line_key")),
    )
    op.create_index("ix_statement_line_matched", "statement_line", ["treasury_account_id", "matched_key"])
    op.create_index("ix_statement_line_statement", "statement_line", ["statement_id", "row_number"])


def downgrade() -> None:
    """Down."""
    op.drop_table("statement_line")
    op.drop_table("bank_statement")
