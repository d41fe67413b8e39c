"""The tables of scoring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "011"
down_revision = "010"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "score_sheet",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("assessor_id", db.BigId, nullable=False),
        sa.Column("assigned_by_id", db.BigId),
        sa.Column("assigned_at", db.UtcDateTime(), nullable=False),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("weaknesses", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("questioned", sa.Text(), nullable=False),
        sa.Column("suggested_minor", sa.BigInteger()),
        sa.Column("entered_from_paper_by_id", db.BigId),
        sa.Column("declared_by_id", db.BigId),
        sa.Column("declared_at", db.UtcDateTime()),
        sa.Column("locked_by_id", db.BigId),
        sa.Column("locked_at", db.UtcDateTime()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.CheckConstraint(
            "status IN ('assigned', 'open', 'locked', 'declined', 'withdrawn')",
            name=op.f("ck_score_sheet_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_score_sheet_application_id")
        ),
        sa.ForeignKeyConstraint(["assessor_id"], ["person.id"], name=op.f("fk_score_sheet_assessor_id")),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["person.id"], name=op.f("fk_score_sheet_assigned_by_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_score_sheet_call_id")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_score_sheet_declared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_from_paper_by_id"], ["person.id"], name=op.f("fk_score_sheet_entered_from_paper_by_id")
        ),
        sa.ForeignKeyConstraint(["locked_by_id"], ["person.id"], name=op.f("fk_score_sheet_locked_by_id")),
        sa.UniqueConstraint("application_id", "assessor_id", name=op.f("uq_score_sheet_assessor")),
    )
    op.create_index("ix_score_sheet_assessor", "score_sheet", ["assessor_id", "status"])
    op.create_table(
        "settled_score",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("by_id", db.BigId),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_score")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_settled_score_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_settled_score_by_id")),
        sa.UniqueConstraint("application_id", name=op.f("uq_settled_score_application_id")),
    )
    op.create_table(
        "mark",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("sheet_id", db.BigId, nullable=False),
        sa.Column("criterion_id", db.BigId, nullable=False),
        sa.Column("value", sa.Integer()),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.CheckConstraint("value IS NULL OR NOT abstained", name=op.f("ck_mark_abstained_has_no_value")),
        sa.CheckConstraint("value IS NULL OR value BETWEEN 0 AND 5", name=op.f("ck_mark_value_range")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_mark_criterion_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["score_sheet.id"], name=op.f("fk_mark_sheet_id")),
        sa.UniqueConstraint("sheet_id", "criterion_id", name=op.f("uq_mark_criterion")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("mark")
    op.drop_table("settled_score")
    op.drop_table("score_sheet")
