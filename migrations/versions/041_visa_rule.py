"""HANDMADE: whether the controller's visa is a step of the institution, by an act of two people (R3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "041"
down_revision = "040"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "visa_rule",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", db.BigId),
        sa.Column("confirmed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visa_rule")),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR confirmed_by_id IS NULL OR proposed_by_id <> confirmed_by_id)",
            name=op.f("ck_visa_rule_distinct_people"),
        ),
        sa.CheckConstraint("act <> '' AND reason <> ''", name=op.f("ck_visa_rule_act_and_reason")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
            name=op.f("ck_visa_rule_confirmed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_visa_rule_proposed_by_id")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_visa_rule_confirmed_by_id")
        ),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("visa_rule")
