"""HANDMADE: erasing what tells who a person reached is (T09)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "040"
down_revision = "039"


def upgrade() -> None:
    """Up."""
    op.add_column("reached_person", sa.Column("erased_at", db.UtcDateTime()))
    op.create_table(
        "erasure",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", db.BigId),
        sa.Column("decided_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.ForeignKeyConstraint(["person_id"], ["reached_person.id"], name=op.f("fk_erasure_person_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_erasure_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_erasure_decided_by_id")),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR decided_by_id IS NULL OR proposed_by_id <> decided_by_id)",
            name=op.f("ck_erasure_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'erased', 'withdrawn')", name=op.f("ck_erasure_status_known")
        ),
    )
    op.create_index(
        "uq_erasure_person",
        "erasure",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'withdrawn'"),
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("erasure")
    op.drop_column("reached_person", "erased_at")
