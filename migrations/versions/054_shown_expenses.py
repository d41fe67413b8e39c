"""HANDMADE: the expenses shown and accepted before a reimbursement is asked (R4): what stands cleared of the papers of its tranche, as the
check of the books derives it."""

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
    op.execute(
        "UPDATE tranche SET shown_minor = (SELECT coalesce(sum(c.amount_minor), 0) FROM expense_clearing c"
        " JOIN expense e ON e.id = c.expense_id JOIN justification j ON j.id = e.justification_id"
        " WHERE j.tranche_id = tranche.id AND c.reversed_at IS NULL) WHERE modality = 'reimbursement'"
    )


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE tranche DROP COLUMN shown_minor")
