"""The tables of justifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "017"
down_revision = "016"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "justification",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("opening_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("bank_balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_kind_minor", sa.BigInteger(), nullable=False),
        sa.Column("gap_note", sa.String(300), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("submitted_by_id", db.BigId),
        sa.Column("submitted_at", db.UtcDateTime()),
        sa.Column("reviewed_by_id", db.BigId),
        sa.Column("reviewed_at", db.UtcDateTime()),
        sa.Column("validated_by_id", db.BigId),
        sa.Column("validated_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_justification")),
        sa.CheckConstraint(
            "validated_by_id IS NULL OR (validated_by_id <> submitted_by_id AND validated_by_id <> reviewed_by_id)",
            name=op.f("ck_justification_second_verifier"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'reviewed', 'validated')",
            name=op.f("ck_justification_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_justification_agreement_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_justification_call_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_justification_created_by_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_justification_group_id")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["person.id"], name=op.f("fk_justification_reviewed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_justification_submitted_by_id")
        ),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_justification_tranche_id")),
        sa.ForeignKeyConstraint(
            ["validated_by_id"], ["person.id"], name=op.f("fk_justification_validated_by_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_justification_reference")),
    )
    op.create_index("ix_justification_agreement", "justification", ["agreement_id"])
    op.create_index("ix_justification_tranche", "justification", ["tranche_id"])
    op.create_table(
        "recovery",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("collected_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article", sa.String(300), nullable=False),
        sa.Column("notice_reference", sa.String(300), nullable=False),
        sa.Column("notice_received_on", sa.Date()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("issued_by_id", db.BigId),
        sa.Column("issued_at", db.UtcDateTime()),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_act", sa.String(300), nullable=False),
        sa.Column("written_off_by_id", db.BigId),
        sa.Column("written_off_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.CheckConstraint(
            "amount_minor > 0 AND collected_minor >= 0 AND written_off_minor >= 0 AND collected_minor + written_off_minor <= amount_minor",
            name=op.f("ck_recovery_collected_within"),
        ),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR issued_by_id IS NULL OR prepared_by_id <> issued_by_id)",
            name=op.f("ck_recovery_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'issued', 'settled', 'written_off')",
            name=op.f("ck_recovery_status_known"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_recovery_agreement_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_recovery_call_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_recovery_group_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_recovery_issued_by_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_recovery_prepared_by_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_recovery_tranche_id")),
        sa.ForeignKeyConstraint(
            ["written_off_by_id"], ["person.id"], name=op.f("fk_recovery_written_off_by_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_recovery_reference")),
    )
    op.create_index("ix_recovery_agreement", "recovery", ["agreement_id"])
    op.create_table(
        "expense",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("justification_id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("supplier", sa.String(300), nullable=False),
        sa.Column("tax_number", sa.String(60), nullable=False),
        sa.Column("voucher_number", sa.String(80), nullable=False),
        sa.Column("no_number_reason", sa.String(300), nullable=False),
        sa.Column("description", sa.String(300), nullable=False),
        sa.Column("agreement_line_id", db.BigId),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("refused_minor", sa.BigInteger(), nullable=False),
        sa.Column("cleared_minor", sa.BigInteger(), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("invoice_key", sa.String(64), nullable=False),
        sa.Column("duplicate_reason", sa.Text(), nullable=False),
        sa.Column("duplicate_by_id", db.BigId),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("presented_by_id", db.BigId),
        sa.Column("presented_at", db.UtcDateTime()),
        sa.Column("decided_by_id", db.BigId),
        sa.Column("decided_at", db.UtcDateTime()),
        sa.Column("cleared_by_id", db.BigId),
        sa.Column("cleared_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense")),
        sa.CheckConstraint(
            "cleared_minor >= 0 AND cleared_minor <= accepted_minor", name=op.f("ck_expense_cleared_within")
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL OR cleared_by_id IS NULL OR decided_by_id <> cleared_by_id)",
            name=op.f("ck_expense_distinct_people"),
        ),
        sa.CheckConstraint(
            "kind <> 'pro_forma' OR accepted_minor = 0", name=op.f("ck_expense_pro_forma_is_no_expense")
        ),
        sa.CheckConstraint(
            "status IN ('presented', 'accepted', 'queried', 'refused')", name=op.f("ck_expense_status_known")
        ),
        sa.CheckConstraint(
            "amount_minor > 0 AND accepted_minor >= 0 AND refused_minor >= 0 AND accepted_minor + refused_minor <= amount_minor",
            name=op.f("ck_expense_verdict_adds_up"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_expense_agreement_id")),
        sa.ForeignKeyConstraint(
            ["agreement_line_id"], ["agreement_line.id"], name=op.f("fk_expense_agreement_line_id")
        ),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["person.id"], name=op.f("fk_expense_cleared_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_expense_decided_by_id")),
        sa.ForeignKeyConstraint(["duplicate_by_id"], ["person.id"], name=op.f("fk_expense_duplicate_by_id")),
        sa.ForeignKeyConstraint(
            ["justification_id"], ["justification.id"], name=op.f("fk_expense_justification_id")
        ),
        sa.ForeignKeyConstraint(["presented_by_id"], ["person.id"], name=op.f("fk_expense_presented_by_id")),
        sa.UniqueConstraint("justification_id", "number", name=op.f("uq_expense_number")),
    )
    op.create_index("ix_expense_invoice", "expense", ["invoice_key"])
    op.create_index("ix_expense_justification", "expense", ["justification_id", "number"])
    op.create_table(
        "recovery_receipt",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("recovery_id", db.BigId, nullable=False),
        sa.Column("treasury_account_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("payer", sa.String(300), nullable=False),
        sa.Column("bank_reference", sa.String(100), nullable=False),
        sa.Column("received_by_id", db.BigId),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("voided_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_receipt")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_recovery_receipt_amount_positive")),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["person.id"], name=op.f("fk_recovery_receipt_received_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_receipt_recovery_id")
        ),
        sa.ForeignKeyConstraint(
            ["treasury_account_id"],
            ["treasury_account.id"],
            name=op.f("fk_recovery_receipt_treasury_account_id"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_recovery_receipt_reference")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("recovery_receipt")
    op.drop_table("expense")
    op.drop_table("recovery")
    op.drop_table("justification")
