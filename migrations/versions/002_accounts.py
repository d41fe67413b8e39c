"""The tables of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "002"
down_revision = "001"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "person",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("full_name", sa.String(300), nullable=False),
        sa.Column("function", sa.String(300), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("password_hash", sa.String(300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("last_seen_at", db.UtcDateTime()),
        sa.Column("preferences", db.JsonType, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_person_created_by_id")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("account_hash", sa.String(64), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_account", "sign_in_attempt", ["account_hash", "at"])
    op.create_index("ix_sign_in_attempt_address", "sign_in_attempt", ["address_hash", "at"])
    op.create_table(
        "role_assignment",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("scope_kind", sa.String(10), nullable=False),
        sa.Column("scope_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("principal_id", db.BigId),
        sa.Column("act_number", sa.String(100)),
        sa.Column("act_on", sa.Date()),
        sa.Column("ceiling_minor", sa.BigInteger()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("granted_by_id", db.BigId),
        sa.Column("confirmed_by_id", db.BigId),
        sa.Column("confirmed_at", db.UtcDateTime()),
        sa.Column("revoked_at", db.UtcDateTime()),
        sa.Column("revoked_by_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
        sa.CheckConstraint(
            "kind = 'own' OR (act_number IS NOT NULL AND principal_id IS NOT NULL AND ends_on IS NOT NULL)",
            name=op.f("ck_role_assignment_act_needed"),
        ),
        sa.CheckConstraint(
            "kind IN ('own', 'delegation', 'interim')", name=op.f("ck_role_assignment_kind_known")
        ),
        sa.CheckConstraint(
            "granted_by_id IS NULL OR granted_by_id <> person_id",
            name=op.f("ck_role_assignment_not_by_oneself"),
        ),
        sa.CheckConstraint(
            "role IN ('intake_agent', 'grants_officer', 'programme_head', 'assessor', 'committee_secretary', 'committee_president', 'committee_member', 'procurement_officer', 'reception_member', 'financial_controller', 'authorising_officer', 'accountant', 'cashier', 'internal_auditor', 'external_auditor', 'applicant', 'administrator')",
            name=op.f("ck_role_assignment_role_known"),
        ),
        sa.CheckConstraint(
            "scope_kind IN ('all', 'country', 'call', 'group', 'assigned')",
            name=op.f("ck_role_assignment_scope_known"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_role_assignment_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_role_assignment_granted_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_assignment_person_id")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["person.id"], name=op.f("fk_role_assignment_principal_id")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["person.id"], name=op.f("fk_role_assignment_revoked_by_id")
        ),
    )
    op.create_index("ix_role_assignment_person", "role_assignment", ["person_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("listing", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=False),
        sa.Column("authenticated_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.UtcDateTime()),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("browser", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("sign_in")
    op.drop_table("saved_view")
    op.drop_table("role_assignment")
    op.drop_table("sign_in_attempt")
    op.drop_table("person")
