"""The tables of projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "014"
down_revision = "013"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "project",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("hidden_place", sa.Boolean(), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("do_no_harm", db.JsonType, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.CheckConstraint(
            "status IN ('preparing', 'running', 'stopped', 'completed')", name=op.f("ck_project_status_known")
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_project_agreement_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_project_call_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_project_created_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_project_group_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_project_place_id")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_project_agreement_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_project_reference")),
    )
    op.create_index("ix_project_country", "project", ["country"])
    op.create_table(
        "activity",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("project_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("done_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_activity_project_id")),
    )
    op.create_index("ix_activity_project", "activity", ["project_id", "position"])
    op.create_table(
        "visit",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("project_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("visited_on", sa.Date()),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("remote_reason", sa.String(300), nullable=False),
        sa.Column("team", sa.String(300), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("action_points", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("reported_by_id", db.BigId),
        sa.Column("reported_at", db.UtcDateTime()),
        sa.Column("validated_by_id", db.BigId),
        sa.Column("validated_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.CheckConstraint(
            "(reported_by_id IS NULL OR validated_by_id IS NULL OR reported_by_id <> validated_by_id)",
            name=op.f("ck_visit_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'reported', 'validated', 'cancelled')", name=op.f("ck_visit_status_known")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_visit_call_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_visit_created_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_visit_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_visit_project_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["person.id"], name=op.f("fk_visit_reported_by_id")),
        sa.ForeignKeyConstraint(["validated_by_id"], ["person.id"], name=op.f("fk_visit_validated_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_visit_reference")),
    )
    op.create_index("ix_visit_project", "visit", ["project_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("visit")
    op.drop_table("activity")
    op.drop_table("project")
