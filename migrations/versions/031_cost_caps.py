"""HANDMADE: caps by category of costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "031"
down_revision = "030"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "cost_cap",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("category", sa.String(100), nullable=False),
        sa.Column("lines", db.JsonType, nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("set_by_id", db.BigId, nullable=False),
        sa.Column("set_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_cap")),
        sa.CheckConstraint("tenths >= 0 AND tenths <= 1000", name=op.f("ck_cost_cap_share_known")),
        sa.CheckConstraint("act <> ''", name=op.f("ck_cost_cap_act_named")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_cost_cap_agreement_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_cost_cap_set_by_id")),
        sa.UniqueConstraint("agreement_id", "category", "valid_from", name=op.f("uq_cost_cap_day")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("cost_cap")
