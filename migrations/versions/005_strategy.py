"""The tables of strategy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "005"
down_revision = "004"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "framework",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("edition", sa.String(20), nullable=False),
        sa.Column("territory", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("global_objective", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", db.BigId),
        sa.Column("proposed_at", db.UtcDateTime()),
        sa.Column("approved_by_id", db.BigId),
        sa.Column("approved_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR approved_by_id IS NULL OR proposed_by_id <> approved_by_id)",
            name=op.f("ck_framework_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'proposed', 'approved', 'superseded')",
            name=op.f("ck_framework_status_known"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_framework_approved_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_framework_proposed_by_id")),
        sa.UniqueConstraint("code", "edition", name=op.f("uq_framework_edition")),
    )
    op.create_table(
        "objective",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("framework_id", db.BigId, nullable=False),
        sa.Column("parent_id", db.BigId),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("taggable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name=op.f("fk_objective_framework_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["objective.id"], name=op.f("fk_objective_parent_id")),
        sa.UniqueConstraint("framework_id", "code", name=op.f("uq_objective_code")),
    )
    op.create_index("ix_objective_framework", "objective", ["framework_id", "position"])
    op.create_table(
        "crosswalk",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("from_id", db.BigId, nullable=False),
        sa.Column("to_id", db.BigId, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crosswalk")),
        sa.ForeignKeyConstraint(["from_id"], ["objective.id"], name=op.f("fk_crosswalk_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["objective.id"], name=op.f("fk_crosswalk_to_id")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("uq_crosswalk_pair")),
    )
    op.create_table(
        "tag",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("framework_id", db.BigId, nullable=False),
        sa.Column("objective_id", db.BigId, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_tag_weight_range")),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name=op.f("fk_tag_framework_id")),
        sa.ForeignKeyConstraint(["objective_id"], ["objective.id"], name=op.f("fk_tag_objective_id")),
        sa.UniqueConstraint("subject_type", "subject_id", "objective_id", name=op.f("uq_tag_objective")),
    )
    op.create_index("ix_tag_objective", "tag", ["objective_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("tag")
    op.drop_table("crosswalk")
    op.drop_table("objective")
    op.drop_table("framework")
