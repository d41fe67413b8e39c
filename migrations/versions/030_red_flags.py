"""HANDMADE: exclusions of groups, and the red flags that two people cleared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "030"
down_revision = "029"

PEOPLE = ("raised_by_id", "proposed_by_id", "cleared_by_id")
CHECKS = {
    "kind_known": "kind IN ('duplicate_account', 'duplicate_phone', 'overdue_advance', 'exclusion')",
    "distinct_people": "(proposed_by_id IS NULL OR cleared_by_id IS NULL OR proposed_by_id <> cleared_by_id)",
    "cleared_says_why": "cleared_at IS NULL OR clear_reason <> ''",
    "exclusion_has_act": "kind <> 'exclusion' OR (act <> '' AND from_on IS NOT NULL)",
    "dates_in_order": "until_on IS NULL OR until_on >= from_on",
}


def upgrade() -> None:
    """Up."""
    op.create_table(
        "red_flag",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date()),
        sa.Column("until_on", sa.Date()),
        sa.Column("document_id", db.BigId),
        sa.Column("raised_by_id", db.BigId, nullable=False),
        sa.Column("raised_at", db.UtcDateTime(), nullable=False),
        sa.Column("clear_reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", db.BigId),
        sa.Column("proposed_at", db.UtcDateTime()),
        sa.Column("cleared_by_id", db.BigId),
        sa.Column("cleared_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_flag")),
        *(sa.CheckConstraint(words, name=op.f(f"ck_red_flag_{name}")) for name, words in CHECKS.items()),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_red_flag_group_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_red_flag_document_id")),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_red_flag_{name}"))
            for name in PEOPLE
        ),
        sa.UniqueConstraint("group_id", "kind", "key", name=op.f("uq_red_flag_key")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("red_flag")
