"""HANDMADE: the indicators of a micro-project, each with its target and what was reached, for the rapport d'exécution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "068"
down_revision = "067"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "indicator",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("project_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(300), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.BigInteger()),
        sa.Column("measured_on", sa.Date()),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("gap_note", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_indicator_project_id")),
        sa.UniqueConstraint("project_id", "label", name="uq_indicator_label"),
        sa.CheckConstraint("target > 0 AND (reached IS NULL OR reached >= 0)", name=op.f("ck_indicator_counts")),
        sa.CheckConstraint(
            "(reached IS NULL) = (measured_on IS NULL)", name=op.f("ck_indicator_measured_is_dated")
        ),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("indicator")
