"""The tables of agreements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "013"
down_revision = "012"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "force_majeure",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by_id", db.BigId),
        sa.Column("declared_at", db.UtcDateTime(), nullable=False),
        sa.Column("lifted_by_id", db.BigId),
        sa.Column("lifted_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_force_majeure")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_force_majeure_declared_by_id")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_force_majeure_lifted_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_force_majeure_place_id")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("search", sa.String(700), nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("award_id", db.BigId, nullable=False),
        sa.Column("decision_id", db.BigId, nullable=False),
        sa.Column("commitment_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("fund_id", db.BigId, nullable=False),
        sa.Column("budget_line_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_kind_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("bank_account_id", db.BigId),
        sa.Column("signatory_name", sa.String(300), nullable=False),
        sa.Column("signatory_function", sa.String(300), nullable=False),
        sa.Column("signed_with_thumbprint", sa.Boolean(), nullable=False),
        sa.Column("reading_language", sa.String(300), nullable=False),
        sa.Column("translator", sa.String(300), nullable=False),
        sa.Column("witnesses", db.JsonType, nullable=False),
        sa.Column("signed_by_group_on", sa.Date()),
        sa.Column("signed_scan_id", db.BigId),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("checked_by_id", db.BigId),
        sa.Column("checked_at", db.UtcDateTime()),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.Column("signed_by_id", db.BigId),
        sa.Column("signed_at", db.UtcDateTime()),
        sa.Column("signed_capacity", sa.String(300), nullable=False),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.CheckConstraint(
            "amount_minor > 0 AND starts_on <= ends_on", name=op.f("ck_agreement_amount_and_dates")
        ),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR checked_by_id IS NULL OR created_by_id <> checked_by_id) AND (created_by_id IS NULL OR signed_by_id IS NULL OR created_by_id <> signed_by_id) AND (checked_by_id IS NULL OR signed_by_id IS NULL OR checked_by_id <> signed_by_id)",
            name=op.f("ck_agreement_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'ready', 'sent', 'signed_by_group', 'active', 'suspended', 'closing', 'closed', 'terminated')",
            name=op.f("ck_agreement_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_agreement_application_id")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_agreement_award_id")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["group_account.id"], name=op.f("fk_agreement_bank_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["budget_line_id"], ["budget_line.id"], name=op.f("fk_agreement_budget_line_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_agreement_call_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_agreement_checked_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_agreement_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_agreement_commitment_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_agreement_created_by_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_agreement_decision_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_agreement_fund_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_agreement_group_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_agreement_place_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_agreement_sent_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_agreement_signed_by_id")),
        sa.ForeignKeyConstraint(
            ["signed_scan_id"], ["document.id"], name=op.f("fk_agreement_signed_scan_id")
        ),
        sa.UniqueConstraint("application_id", name=op.f("uq_agreement_application_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_agreement_reference")),
    )
    op.create_index("ix_agreement_call", "agreement", ["call_id"])
    op.create_index("ix_agreement_group", "agreement", ["group_id"])
    op.create_index("ix_agreement_status", "agreement", ["status", "id"])
    op.create_table(
        "agreement_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(1), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_line")),
        sa.CheckConstraint("amount_minor = quantity * unit_minor", name=op.f("ck_agreement_line_arithmetic")),
        sa.CheckConstraint("source IN ('S', 'N', 'V')", name=op.f("ck_agreement_line_source_known")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_line_agreement_id")
        ),
        sa.UniqueConstraint("agreement_id", "position", name=op.f("uq_agreement_line_position")),
    )
    op.create_table(
        "amendment",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", db.JsonType, nullable=False),
        sa.Column("signed_by_group_on", sa.Date()),
        sa.Column("signatory_name", sa.String(300), nullable=False),
        sa.Column("signatory_function", sa.String(300), nullable=False),
        sa.Column("signed_capacity", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("submitted_by_id", db.BigId),
        sa.Column("submitted_at", db.UtcDateTime()),
        sa.Column("approved_by_id", db.BigId),
        sa.Column("approved_at", db.UtcDateTime()),
        sa.Column("signed_by_id", db.BigId),
        sa.Column("signed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.CheckConstraint(
            "(submitted_by_id IS NULL OR approved_by_id IS NULL OR submitted_by_id <> approved_by_id) AND (submitted_by_id IS NULL OR signed_by_id IS NULL OR submitted_by_id <> signed_by_id) AND (approved_by_id IS NULL OR signed_by_id IS NULL OR approved_by_id <> signed_by_id)",
            name=op.f("ck_amendment_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'approved', 'signed', 'rejected')",
            name=op.f("ck_amendment_status_known"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_amendment_agreement_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_amendment_approved_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_amendment_created_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_amendment_signed_by_id")),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_amendment_submitted_by_id")
        ),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_amendment_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_amendment_reference")),
    )
    op.create_table(
        "tranche",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("modality", sa.String(40), nullable=False),
        sa.Column("planned_on", sa.Date()),
        sa.Column("requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("liquidated_minor", sa.BigInteger(), nullable=False),
        sa.Column("ordered_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("cleared_minor", sa.BigInteger(), nullable=False),
        sa.Column("refused_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("frozen_reason", sa.String(300), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_tranche_amount_positive")),
        sa.CheckConstraint(
            "cleared_minor >= 0 AND refused_minor >= 0 AND cleared_minor + refused_minor <= paid_minor",
            name=op.f("ck_tranche_cleared_within"),
        ),
        sa.CheckConstraint(
            "liquidated_minor >= 0 AND liquidated_minor <= requested_minor",
            name=op.f("ck_tranche_liquidated_within"),
        ),
        sa.CheckConstraint(
            "modality IN ('advance', 'direct', 'reimbursement', 'kind')",
            name=op.f("ck_tranche_modality_known"),
        ),
        sa.CheckConstraint(
            "ordered_minor >= 0 AND ordered_minor <= liquidated_minor", name=op.f("ck_tranche_ordered_within")
        ),
        sa.CheckConstraint(
            "paid_minor >= 0 AND paid_minor <= ordered_minor", name=op.f("ck_tranche_paid_within")
        ),
        sa.CheckConstraint(
            "requested_minor >= 0 AND requested_minor <= amount_minor",
            name=op.f("ck_tranche_requested_within"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'requested', 'paid', 'cleared', 'cancelled')",
            name=op.f("ck_tranche_status_known"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_tranche_agreement_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_tranche_call_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_tranche_group_id")),
        sa.UniqueConstraint("code", name=op.f("uq_tranche_code")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_tranche_number")),
    )
    op.create_table(
        "tranche_condition",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("threshold", sa.Integer()),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("met_at", db.UtcDateTime()),
        sa.Column("met_by_id", db.BigId),
        sa.Column("evidence", sa.String(300), nullable=False),
        sa.Column("waiver_reason", sa.Text(), nullable=False),
        sa.Column("waiver_proposed_by_id", db.BigId),
        sa.Column("waived_by_id", db.BigId),
        sa.Column("waived_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche_condition")),
        sa.CheckConstraint(
            "waiver_proposed_by_id IS NULL OR waived_by_id IS NULL OR waiver_proposed_by_id <> waived_by_id",
            name=op.f("ck_tranche_condition_waiver_two_people"),
        ),
        sa.ForeignKeyConstraint(["met_by_id"], ["person.id"], name=op.f("fk_tranche_condition_met_by_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_tranche_condition_tranche_id")),
        sa.ForeignKeyConstraint(
            ["waived_by_id"], ["person.id"], name=op.f("fk_tranche_condition_waived_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["waiver_proposed_by_id"], ["person.id"], name=op.f("fk_tranche_condition_waiver_proposed_by_id")
        ),
    )
    op.create_index("ix_tranche_condition_tranche", "tranche_condition", ["tranche_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("tranche_condition")
    op.drop_table("tranche")
    op.drop_table("amendment")
    op.drop_table("agreement_line")
    op.drop_table("agreement")
    op.drop_table("force_majeure")
