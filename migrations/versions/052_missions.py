"""HANDMADE: audit missions, their findings, their recommendations (domain M7)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "052"
down_revision = "051"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "mission",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("firm", sa.String(300), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("fund_id", db.BigId),
        sa.Column("call_id", db.BigId),
        sa.Column("agreement_id", db.BigId),
        sa.Column("exercice", sa.Integer()),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("answers_due_on", sa.Date()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("opened_by_id", db.BigId),
        sa.Column("opened_at", db.UtcDateTime(), nullable=False),
        sa.Column("communicated_by_id", db.BigId),
        sa.Column("communicated_at", db.UtcDateTime()),
        sa.Column("answered_by_id", db.BigId),
        sa.Column("answered_at", db.UtcDateTime()),
        sa.Column("lapsed_by_id", db.BigId),
        sa.Column("lapsed_at", db.UtcDateTime()),
        sa.Column("finalised_by_id", db.BigId),
        sa.Column("finalised_at", db.UtcDateTime()),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission")),
        sa.CheckConstraint("answered_by_id IS NULL OR ((opened_by_id IS NULL OR answered_by_id <> opened_by_id) AND (communicated_by_id IS NULL OR answered_by_id <> communicated_by_id) AND (finalised_by_id IS NULL OR answered_by_id <> finalised_by_id))", name=op.f("ck_mission_audited_is_another")),
        sa.CheckConstraint("kind IN ('internal', 'external', 'donor')", name=op.f("ck_mission_kind_known")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_mission_period_in_order")),
        sa.CheckConstraint("(scope = 'fund') = (fund_id IS NOT NULL) AND (scope = 'call') = (call_id IS NOT NULL) AND (scope = 'agreement') = (agreement_id IS NOT NULL) AND (scope = 'exercice') = (exercice IS NOT NULL)", name=op.f("ck_mission_scope_is_told")),
        sa.CheckConstraint("scope IN ('fund', 'call', 'agreement', 'exercice', 'period')", name=op.f("ck_mission_scope_known")),
        sa.CheckConstraint("status IN ('opened', 'fieldwork', 'provisional', 'contradictory', 'final', 'closed', 'abandoned')", name=op.f("ck_mission_status_known")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_mission_agreement_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_mission_answered_by_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_mission_call_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_mission_closed_by_id")),
        sa.ForeignKeyConstraint(["communicated_by_id"], ["person.id"], name=op.f("fk_mission_communicated_by_id")),
        sa.ForeignKeyConstraint(["finalised_by_id"], ["person.id"], name=op.f("fk_mission_finalised_by_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_mission_fund_id")),
        sa.ForeignKeyConstraint(["lapsed_by_id"], ["person.id"], name=op.f("fk_mission_lapsed_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_mission_opened_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_mission_reference")),
    )
    op.create_index("ix_mission_agreement", "mission", ["agreement_id"])
    op.create_index("ix_mission_status", "mission", ["status", "id"])
    op.create_table(
        "mission_auditor",
        sa.Column("mission_id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.PrimaryKeyConstraint("mission_id", "person_id", name=op.f("pk_mission_auditor")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_mission_auditor_mission_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mission_auditor_person_id")),
    )
    op.create_table(
        "finding",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("mission_id", db.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.String(40), nullable=False),
        sa.Column("about_id", db.BigId),
        sa.Column("about_reference", sa.String(60), nullable=False),
        sa.Column("agreement_id", db.BigId),
        sa.Column("country", sa.String(2)),
        sa.Column("questioned_minor", sa.BigInteger(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("impaired_minor", sa.BigInteger(), nullable=False),
        sa.Column("pending_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("agreed_minor", sa.BigInteger(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=False),
        sa.Column("impaired_act", sa.String(300), nullable=False),
        sa.Column("recovery_id", db.BigId),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_by_id", db.BigId, nullable=False),
        sa.Column("stated_at", db.UtcDateTime(), nullable=False),
        sa.Column("answered_by_id", db.BigId),
        sa.Column("answered_at", db.UtcDateTime()),
        sa.Column("judged_by_id", db.BigId),
        sa.Column("judged_at", db.UtcDateTime()),
        sa.Column("settled_by_id", db.BigId),
        sa.Column("settled_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.CheckConstraint("(about_kind = '') = (about_id IS NULL)", name=op.f("ck_finding_about_is_whole")),
        sa.CheckConstraint("about_kind IN ('agreement', 'disbursement', 'expense', 'recovery', 'audit_sample', 'ledger', '')", name=op.f("ck_finding_about_kind_known")),
        sa.CheckConstraint("agreed_minor >= 0 AND agreed_minor <= questioned_minor", name=op.f("ck_finding_agreed_within")),
        sa.CheckConstraint("answered_by_id IS NULL OR (answered_by_id <> stated_by_id AND (judged_by_id IS NULL OR answered_by_id <> judged_by_id) AND (settled_by_id IS NULL OR answered_by_id <> settled_by_id))", name=op.f("ck_finding_audited_is_another")),
        sa.CheckConstraint("(agreement_id IS NULL) = (country IS NULL)", name=op.f("ck_finding_country_of_its_grant")),
        sa.CheckConstraint("impaired_minor = 0 OR recovery_id IS NOT NULL OR impaired_act <> ''", name=op.f("ck_finding_given_up_by_an_act")),
        sa.CheckConstraint("status NOT IN ('settled', 'lifted') OR pending_minor = 0", name=op.f("ck_finding_nothing_pending")),
        sa.CheckConstraint("refunded_minor = 0 OR recovery_id IS NOT NULL", name=op.f("ck_finding_refund_has_order")),
        sa.CheckConstraint("accepted_minor >= 0 AND refunded_minor >= 0 AND impaired_minor >= 0 AND pending_minor >= 0 AND accepted_minor + refunded_minor + impaired_minor + pending_minor = questioned_minor", name=op.f("ck_finding_settled_to_the_franc")),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name=op.f("ck_finding_severity_known")),
        sa.CheckConstraint("status IN ('stated', 'answered', 'maintained', 'settled', 'lifted')", name=op.f("ck_finding_status_known")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_finding_agreement_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_finding_answered_by_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["person.id"], name=op.f("fk_finding_judged_by_id")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_finding_mission_id")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_finding_recovery_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_finding_settled_by_id")),
        sa.ForeignKeyConstraint(["stated_by_id"], ["person.id"], name=op.f("fk_finding_stated_by_id")),
        sa.UniqueConstraint("mission_id", "number", name=op.f("uq_finding_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_finding_reference")),
    )
    op.create_index("ix_finding_agreement", "finding", ["agreement_id"])
    op.create_index("ix_finding_recovery", "finding", ["recovery_id"])
    op.create_index("ix_finding_status", "finding", ["status", "id"])
    op.create_table(
        "recommendation",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("finding_id", db.BigId, nullable=False),
        sa.Column("mission_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("responsible_id", db.BigId, nullable=False),
        sa.Column("stated_by_id", db.BigId, nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("done_by_id", db.BigId),
        sa.Column("done_at", db.UtcDateTime()),
        sa.Column("verified_by_id", db.BigId),
        sa.Column("verified_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.CheckConstraint("(responsible_id IS NULL OR stated_by_id IS NULL OR responsible_id <> stated_by_id)", name=op.f("ck_recommendation_distinct_people")),
        sa.CheckConstraint("status IN ('proposed', 'agreed', 'done', 'verified', 'dropped')", name=op.f("ck_recommendation_status_known")),
        sa.CheckConstraint("verified_by_id IS NULL OR (verified_by_id <> responsible_id AND (done_by_id IS NULL OR verified_by_id <> done_by_id))", name=op.f("ck_recommendation_verified_by_another")),
        sa.CheckConstraint("status <> 'verified' OR (done_at IS NOT NULL AND evidence <> '')", name=op.f("ck_recommendation_verified_on_evidence")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_recommendation_done_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_recommendation_finding_id")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_recommendation_mission_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["person.id"], name=op.f("fk_recommendation_responsible_id")),
        sa.ForeignKeyConstraint(["stated_by_id"], ["person.id"], name=op.f("fk_recommendation_stated_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_recommendation_verified_by_id")),
        sa.UniqueConstraint("finding_id", "number", name=op.f("uq_recommendation_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_recommendation_reference")),
    )
    op.create_index("ix_recommendation_due", "recommendation", ["status", "due_on"])
    op.create_index("ix_recommendation_mission", "recommendation", ["mission_id"])
    op.create_index("ix_recommendation_responsible", "recommendation", ["responsible_id", "status"])


def downgrade() -> None:
    """Down."""
    op.drop_table("recommendation")
    op.drop_table("finding")
    op.drop_table("mission_auditor")
    op.drop_table("mission")
