"""HANDMADE: originals, certified copies and duplicata of papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "036"
down_revision = "035"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "paper_copy",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("paper_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(500), nullable=False),
        sa.Column("given_to", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", db.BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_copy")),
        sa.CheckConstraint(
            "kind IN ('original', 'certified', 'duplicate')", name=op.f("ck_paper_copy_kind_known")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_paper_copy_number_positive")),
        sa.CheckConstraint(
            "kind <> 'duplicate' OR reason <> ''", name=op.f("ck_paper_copy_duplicate_has_reason")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_paper_copy_made_by_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_copy_paper_id")),
        sa.UniqueConstraint("paper_id", "kind", "number", name="uq_paper_copy_number"),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("paper_copy")
