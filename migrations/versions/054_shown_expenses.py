"""HANDMADE: the expenses shown and accepted before a reimbursement is asked (R4). Nothing is known of those reimbursed before: they stay at zero,
as the papers entered for them do."""

from __future__ import annotations

from alembic import op

revision = "054"
down_revision = "053"


def upgrade() -> None:
    """Up."""
    op.execute(
        "ALTER TABLE tranche ADD COLUMN shown_minor BIGINT NOT NULL DEFAULT 0"
        " CONSTRAINT ck_tranche_shown_positive CHECK (shown_minor >= 0)"
    )


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE tranche DROP COLUMN shown_minor")
