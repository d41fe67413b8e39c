"""HANDMADE: reminders of reports that are due, once for each stage and last day (M1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "061"
down_revision = "060"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "reminder",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId, nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("job_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.CheckConstraint("stage IN ('before', 'due', 'late', 'escalated')", name=op.f("ck_reminder_stage_known")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_reminder_agreement_id")),
        sa.ForeignKeyConstraint(["job_id"], ["outbox_job.id"], name=op.f("fk_reminder_job_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_reminder_tranche_id")),
        sa.UniqueConstraint("tranche_id", "stage", "due_on", name=op.f("uq_reminder_once")),
    )
    op.create_index("ix_reminder_agreement", "reminder", ["agreement_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("reminder")
