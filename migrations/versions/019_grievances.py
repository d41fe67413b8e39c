"""The tables of grievances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "019"
down_revision = "018"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "grievance",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("project_id", db.BigId),
        sa.Column("call_id", db.BigId),
        sa.Column("group_id", db.BigId),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reporter", sa.String(300), nullable=False),
        sa.Column("reporter_phone", sa.String(20), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assignee_id", db.BigId),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("recorded_by_id", db.BigId),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("assigned_by_id", db.BigId),
        sa.Column("assigned_at", db.UtcDateTime()),
        sa.Column("answered_by_id", db.BigId),
        sa.Column("answered_at", db.UtcDateTime()),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance")),
        sa.CheckConstraint(
            "(answered_by_id IS NULL OR closed_by_id IS NULL OR answered_by_id <> closed_by_id)",
            name=op.f("ck_grievance_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('received', 'assigned', 'answered', 'closed')", name=op.f("ck_grievance_status_known")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_grievance_answered_by_id")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["person.id"], name=op.f("fk_grievance_assigned_by_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_grievance_assignee_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_grievance_call_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_grievance_closed_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_grievance_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_grievance_project_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_grievance_recorded_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_grievance_reference")),
    )
    op.create_index("ix_grievance_project", "grievance", ["project_id"])
    op.create_index("ix_grievance_status", "grievance", ["status", "id"])
    op.create_table(
        "grievance_note",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("grievance_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", db.BigId, nullable=False),
        sa.Column("written_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance_note")),
        sa.ForeignKeyConstraint(
            ["grievance_id"], ["grievance.id"], name=op.f("fk_grievance_note_grievance_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_grievance_note_written_by_id")
        ),
    )
    op.create_index("ix_grievance_note_grievance", "grievance_note", ["grievance_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("grievance_note")
    op.drop_table("grievance")
