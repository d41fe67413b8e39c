"""HANDMADE: versions of templates written by the institution, proposed by one person and approved by another (I1, I2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "055"
down_revision = "054"
CHECKS = {
    "distinct_people": "(proposed_by_id IS NULL OR approved_by_id IS NULL OR proposed_by_id <> approved_by_id)",
    "code_known": "code IN ('convention', 'avenant')",
    "after_shipped": "number > 1",
    "text_and_source": "source <> '' AND body <> ''",
    "approved_by_somebody": "(approved_at IS NULL) = (approved_by_id IS NULL)",
}


def upgrade() -> None:
    """Up."""
    op.create_table(
        "agreement_template",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("template_hash", sa.String(64), nullable=False),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", db.BigId),
        sa.Column("approved_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_template")),
        *(
            sa.CheckConstraint(words, name=op.f(f"ck_agreement_template_{name}"))
            for name, words in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_agreement_template_{name}"))
            for name in ("proposed_by_id", "approved_by_id")
        ),
        sa.UniqueConstraint("code", "number", name=op.f("uq_agreement_template_number")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("agreement_template")
